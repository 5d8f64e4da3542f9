"""Everything that matching needs, compiled once per config and shared by all items. Immutable in use."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.errors import Problem
from tracker.model import Field
from tracker.rules.inquiry import Beyond
from tracker.rules.lexicon import Lexicon, Rule
from tracker.rules.sieve import Sieve


@dataclass(frozen=True, slots=True, repr=False)
class Ruleset:
    """All rules of a config.

    rules: in the order written. sieve: tells which rules are worth a scan.
    fields: those that any rule looks at. hash: of all rules. beyond: what they ask that is no literal.
    """

    signals: tuple[str, ...]
    rules: tuple[Rule, ...]
    warnings: tuple[Problem, ...]
    hash: str
    lexicon: Lexicon
    sieve: Sieve
    fields: tuple[Field, ...]
    beyond: Beyond
