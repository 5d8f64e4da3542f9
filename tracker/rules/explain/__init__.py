"""Why an item matched, and what nearly did. Pure.

trace       the clauses of a rule as it was written, beside what each of them found
absent, forms, unheeded    why a leaf found nothing: other forms that stand there, names that do not count
misses      what is told of a clause that failed
explain     all rules for one item, the nearest misses first
"""
