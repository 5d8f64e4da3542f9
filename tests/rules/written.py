"""Builds what a user may write, and items to try it on, with nothing said that a test does not care about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tracker.errors import ConfigError, Place
from tracker.model import Feed, Hit, Item, Match, Panel
from tracker.rules import Ruleset, compile_rules, match_item
from tracker.rules.source import (
    AliasSource,
    Definitions,
    EntitySource,
    Example,
    RuleSource,
    SignalSource,
    TermSet,
    Written,
)

FILE = "config.yaml"
PLACE = Place(FILE, 1, 1)
SEEN = datetime(2026, 11, 23, tzinfo=UTC)


def written(text: str, line: int = 1, column: int = 1) -> Written:
    """Text that starts at a place; its further lines are indented alike."""
    return Written(text, FILE, tuple((line + number, column) for number in range(text.count("\n") + 1)))


def rule(
    when: str,
    unless: str | None = None,
    *,
    id: str = "r",  # noqa: A002  (the rule's own word)
    signal: str = "s",
    score: float = 3,
    line: int = 1,
    match: Sequence[str] = (),
    no_match: Sequence[str] = (),
    layer: str = "user",
) -> RuleSource:
    examples = [(text, True) for text in match] + [(text, False) for text in no_match]
    return RuleSource(
        id,
        signal,
        written(when, line),
        None if unless is None else written(unless, line + 1),
        score,
        tuple(Example(written(text, line + 2 + at), matches) for at, (text, matches) in enumerate(examples)),
        layer,
        Place(FILE, line, 1),
    )


def entity(id: str, *aliases: AliasSource | str, type: str = "lab", layer: str = "pack") -> EntitySource:  # noqa: A002
    named = tuple(AliasSource(alias) if isinstance(alias, str) else alias for alias in aliases)
    return EntitySource(id, id.title(), type, named, layer, PLACE)


def signals(*rules: RuleSource, off: Iterable[str] = ()) -> Definitions:
    """Rules of several signals, each named in its rules, in the order of first mention."""
    keys = dict.fromkeys(rule.signal for rule in rules)
    sources = tuple(
        SignalSource(key, key.title(), "", tuple(r for r in rules if r.signal == key), "user", PLACE)
        for key in keys
    )
    return Definitions(sources, {}, {}, {}, frozenset(off))


def definitions(
    *rules: RuleSource | str,
    terms: Mapping[str, Iterable[str]] | None = None,
    entities: Iterable[EntitySource] = (),
    groups: Mapping[str, tuple[str, ...]] | None = None,
    terms_layer: str = "pack",
) -> Definitions:
    sources = tuple(rule(each) if isinstance(each, str) else each for each in rules)
    sets = {
        name: TermSet(name, tuple(written(term) for term in texts), terms_layer, PLACE)
        for name, texts in (terms or {}).items()
    }
    signal = SignalSource("s", "Signal", "Is it?", sources, "user", PLACE)
    return Definitions((signal,), sets, {each.id: each for each in entities}, groups or {})


def ruleset(*rules: RuleSource | str, **names: object) -> Ruleset:
    return compile_rules(definitions(*rules, **names))  # type: ignore[arg-type]


def problems(*rules: RuleSource | str, **names: object) -> list[str]:
    """Everything that is wrong with rules, as it is told."""
    return told(definitions(*rules, **names))  # type: ignore[arg-type]


def told(source: Definitions) -> list[str]:
    """Everything that is wrong with definitions, as it is told."""
    try:
        compile_rules(source)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def item(title: str = "", summary: str = "", content: str = "", **parts: object) -> Item:
    blank: dict[str, object] = {"author": "", "link": None, "lang": None, "tags": (), "published": None}
    given = {**blank, **parts}
    return Item(
        "feed",
        "g",
        "gk",
        "ck",
        title,
        summary=summary,
        content=content,
        first_seen=SEEN,
        **given,
    )  # type: ignore[arg-type]


def feed(**parts: object) -> Feed:
    return Feed(
        **{"id": "feed", "name": "Feed", "url": "https://example.com/", "panel": Panel.GENERAL, **parts}
    )  # type: ignore[arg-type]


def matches(rules: Ruleset, thing: Item | str, source: Feed | None = None) -> tuple[Match, ...]:
    return match_item(rules, item(thing) if isinstance(thing, str) else thing, source or feed())


def hits(rules: Ruleset, thing: Item | str, source: Feed | None = None) -> tuple[Hit, ...]:
    return tuple(hit for match in matches(rules, thing, source) for hit in match.hits)


def found(when: str, thing: Item | str, source: Feed | None = None, **names: object) -> list[str]:
    """The words that show one rule's match, as they stand in the original; empty: no match."""
    return [hit.text for hit in hits(ruleset(when, **names), thing, source)]
