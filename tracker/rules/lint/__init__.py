"""What is odd about rules that compile. Pure.

ruled    every rule with its clauses and what they expand to
sense    what follows from a clause: what holds wherever it holds, what can never hold beside it
words, repeats, pairs    what is odd in terms, within a rule, between rules
finding, rules           what is told, and where
"""
