"""The rule language: from what users wrote to matches with their evidence. Pure.

source      what config hands over
lexemes, leaves, tree, syntax   the text of a rule → a tree
atoms, literals, vocabulary, expand    terms and names → strings to look for
patterns, needles, probes       patterns, figures and other signals → questions beyond strings
clauses, conflicts, build, sequence, compile    trees → one ruleset
fields, groups, sieve           which rules an item can match at all
names, scan, inquiry, match     an item → matches
claims      whose word a match is, the figures beside its words
examples    the examples beside the rules, tried
trial, lint, explain, backtest, evaluate    what rules are tried, judged and measured by
"""

from __future__ import annotations

from tracker.rules.compile import check_examples, compile_rules
from tracker.rules.fields import lead_of, lead_source
from tracker.rules.match import match_item
from tracker.rules.ruleset import Ruleset

__all__ = ["Ruleset", "check_examples", "compile_rules", "lead_of", "lead_source", "match_item"]
