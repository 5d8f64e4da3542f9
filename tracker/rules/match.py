"""The signals that an item shows, with the words that show them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import groupby

from tracker.model import Feed, Field, Hit, Item, Match, ScorePart, Tier
from tracker.rules.claims.standing import Standing
from tracker.rules.inquiry import Inquiry
from tracker.rules.lexicon import FIELD_NUMBERS, Rule
from tracker.rules.reading import Reading
from tracker.rules.ruleset import Ruleset
from tracker.rules.scan import Scan

TITLE_POINTS = 2.0
OFFICIAL_POINTS = 1.0
_IN_TITLE, _OFFICIAL = ScorePart("title", TITLE_POINTS), ScorePart("official", OFFICIAL_POINTS)


def match_item(ruleset: Ruleset, item: Item, feed: Feed) -> tuple[Match, ...]:
    """Return a match for each signal that the item shows, in the user's order of signals."""
    if not ruleset.rules:
        return ()
    beyond = ruleset.beyond
    reading = Reading(ruleset.lexicon)
    numbers = beyond.in_turn(ruleset.sieve.possible(item, feed, reading))
    if not numbers:
        return ()
    inquiry = Inquiry(beyond, item, feed, reading.texts)
    scan: Scan | None = None
    standing = Standing(item, feed)
    found: dict[int, Match] = {}
    for signal, group in groupby(numbers, key=lambda number: ruleset.rules[number].signal):
        held: list[Rule] = []
        for rule in (ruleset.rules[number] for number in group if inquiry.may_hold(number)):
            scan = scan or Scan(ruleset, item, feed, reading, inquiry)
            if rule.when.holds(scan) and not (rule.unless and rule.unless.holds(scan)):
                held.append(rule)
        if held and scan:
            found[signal] = _match(ruleset.signals[signal], held, scan, standing, feed)
            if signal in beyond.told:
                inquiry.told[signal] = found[signal].hits
    return tuple(found[signal] for signal in sorted(found))


def _match(signal: str, rules: Sequence[Rule], scan: Scan, standing: Standing, feed: Feed) -> Match:
    # Sorting is stable: of equally strong rules the one written first leads.
    rules = sorted(rules, key=lambda rule: -rule.score) if len(rules) > 1 else rules
    strongest = rules[0].when.hits(scan)
    every = {*strongest, *(hit for rule in rules[1:] for hit in rule.when.hits(scan))}
    hits = sorted(every, key=_reading_order)
    return Match(
        signal,
        tuple(rule.id for rule in rules),
        tuple(_parts(rules[0], strongest, feed)),
        tuple(hits),
        _joint_hash([rule.hash for rule in rules]),
        standing.claim(strongest),
        standing.figures(hits),
    )


def _parts(rule: Rule, hits: Sequence[Hit], feed: Feed) -> list[ScorePart]:
    parts = [ScorePart(rule.id, rule.score)]
    for hit in hits:
        if hit.field is Field.TITLE:
            parts.append(_IN_TITLE)
            break
    if feed.tier is Tier.OFFICIAL:
        parts.append(_OFFICIAL)
    return parts


def _reading_order(hit: Hit) -> tuple[int, int, int, str]:
    return FIELD_NUMBERS[hit.field], hit.start, hit.end, hit.clause


def _joint_hash(hashes: Sequence[str]) -> str:
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()
