"""Why each rule matched an item, or did not, and which of those that did not came nearest to it. Pure.

How near a rule came is a number from 0.0 to 1.0, the share of what it asks for that was there:

    there / (there + missing), over the clauses of `when` that are joined by `and`:

there     the sum of near x telling
missing   the sum of 1 - near, and 1 for an `unless` that holds
near      of a clause: 1 when it held; else `Miss.near`, which says how much of it was there: for near/8
          the more the closer its sides stand to 8 words, one half for a word that stands in another field
          or in another form, nothing for a word that is not there
telling   of a clause: 1 / sqrt(rules that the same words speak for). "OpenAI" speaks for half of all rules
          and tells little, "per million tokens" for two. Words that another clause of the rule has found tell
          nothing more, and neither does a `not` that holds

A rule that holds, or whose `unless` vetoed it, has 1.0; one of whose words nothing is there has 0.0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

from tracker.errors import Place
from tracker.model import Feed, Field, Item, Match
from tracker.rules.clauses import Clause
from tracker.rules.explain.absent import Inspection
from tracker.rules.explain.trace import Traced, leaves, trace
from tracker.rules.lexicon import Rule
from tracker.rules.match import match_item
from tracker.rules.ruleset import Ruleset
from tracker.rules.source import Definitions, RuleSource, Written
from tracker.rules.syntax import parse


class Verdict(StrEnum):
    """What became of a rule. vetoed: its `when` held, and its `unless`, too."""

    MATCHED = "matched"
    VETOED = "vetoed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule, tried on one item. nearness: see above. place: of the rule in its file."""

    signal: str
    rule: str
    score: float
    layer: str
    place: Place
    verdict: Verdict
    when: Traced
    unless: Traced | None
    nearness: float

    @property
    def came_near(self) -> bool:
        """Whether some clause found what it asks for, or half of what all ask for was nearly there."""
        clauses = self.clauses
        return (
            any(clause.hits for clause in clauses)
            or sum(clause.near for clause in clauses if clause.kind != "not") >= len(clauses) / 2
        )

    @property
    def clauses(self) -> tuple[Traced, ...]:
        """The clauses that must all hold for `when` to hold."""
        return tuple(conjuncts(self.when))


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the rules say of an item.

    matches: what `match_item` finds. matched, vetoed: in the order of the rules. missed: nearest first,
    those that came near before all others.
    """

    matches: tuple[Match, ...]
    matched: tuple[RuleTrace, ...]
    vetoed: tuple[RuleTrace, ...]
    missed: tuple[RuleTrace, ...]


def explain(
    ruleset: Ruleset,
    definitions: Definitions,
    item: Item,
    feed: Feed,
    wanted: Callable[[RuleSource], bool] = lambda _: True,
) -> Explanation:
    """Return what each rule found in an item and, of those that did not match, what was missing.

    ruleset: compiled from the definitions. wanted: which rules to tell of; how near they came does not
    depend on it.
    """
    matches = match_item(ruleset, item, feed)
    inspection = Inspection(ruleset, definitions, item, feed, matches)
    sources = [source for signal in definitions.signals for source in signal.rules]
    traced = [_trace(*both, inspection) for both in zip(sources, ruleset.rules, strict=True)]
    told = [each for source, each in zip(sources, _measured(traced), strict=True) if wanted(source)]
    return Explanation(
        matches,
        tuple(each for each in told if each.verdict is Verdict.MATCHED),
        tuple(each for each in told if each.verdict is Verdict.VETOED),
        tuple(sorted((each for each in told if each.verdict is Verdict.MISSED), key=_remoteness)),
    )


def conjuncts(traced: Traced) -> Iterator[Traced]:
    """Yield the clauses that are joined by `and`, whatever parentheses stand around them."""
    # What a field is written before is told whole: its parts do not say the field.
    if traced.kind != "and" or not traced.parts:
        yield traced
        return
    for part in traced.parts:
        yield from conjuncts(part)


def _trace(source: RuleSource, rule: Rule, inspection: Inspection) -> RuleTrace:
    when = _clause(source.when, rule.when, inspection)
    unless = _clause(source.unless, rule.unless, inspection) if source.unless and rule.unless else None
    if not when.held:
        verdict = Verdict.MISSED
    else:
        verdict = Verdict.VETOED if unless is not None and unless.held else Verdict.MATCHED
    return RuleTrace(
        source.signal,
        source.id,
        rule.score,
        source.layer,
        source.place,
        verdict,
        when,
        unless,
        float(when.held),
    )


def _clause(written: Written, clause: Clause, inspection: Inspection) -> Traced:
    return trace(parse(written.text), clause, written.text, inspection)


Spot = tuple[Field, int, int]
"""Where words stand that speak for a rule."""


def _measured(traced: list[RuleTrace]) -> list[RuleTrace]:
    """Fill in how near the rules came, which depends on what speaks for the others."""
    spots = {each: each for rule in traced for each in _spots(rule.when)}
    reach: Spot | None = None
    for spot in sorted(spots, key=lambda spot: (spot[0], spot[1], -spot[2])):
        # Gemini in Gemini Pro: the same words.
        reach = reach if reach and reach[0] is spot[0] and spot[2] <= reach[2] else spot
        spots[spot] = reach
    speaking = Counter(place for rule in traced for place in {spots[each] for each in _spots(rule.when)})
    return [
        rule if rule.when.held else replace(rule, nearness=_near(rule, spots, speaking)) for rule in traced
    ]


def _near(rule: RuleTrace, spots: Mapping[Spot, Spot], speaking: Counter[Spot]) -> float:
    there, missing = 0.0, float(rule.unless is not None and rule.unless.held)
    counted: set[Spot] = set()
    for clause in rule.clauses:
        found = {spots[each] for each in _spots(clause)} - counted
        there += clause.near * max((1 / sqrt(speaking[each]) for each in found), default=0.0)
        missing += 1 - clause.near
        counted |= found
    return there / (there + missing) if there else 0.0


def _spots(traced: Traced) -> set[Spot]:
    hits = {hit for leaf in leaves(traced) for hit in (*leaf.hits, *(leaf.miss.seen if leaf.miss else ()))}
    return {(hit.field, hit.start, hit.end) for hit in hits}


def _remoteness(rule: RuleTrace) -> tuple[bool, float]:
    return not rule.came_near, -rule.nearness
