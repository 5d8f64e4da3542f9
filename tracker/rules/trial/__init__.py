"""The examples beside the rules, tried clause by clause. Pure.

narrow, probes    a rule narrowed to one leaf, and run
coverage          which leaves no example exercises
verdict           which clause decided an example that fails
"""
