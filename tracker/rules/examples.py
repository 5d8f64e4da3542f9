"""The examples beside the rules, tried: a rule must match what its author says that it matches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from tracker.errors import Problem, Severity
from tracker.model import Feed, Item, Panel
from tracker.rules.match import match_item
from tracker.rules.ruleset import Ruleset
from tracker.rules.source import Definitions, Example, RuleSource
from tracker.rules.syntax import parse
from tracker.rules.tree import Leaf, Named, Terms, Told, leaves

FEED = Feed(id="example", name="example", url="", panel=Panel.AI)
_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def check_examples(ruleset: Ruleset, definitions: Definitions) -> tuple[Problem, ...]:
    """Return a problem for each example that its rule gets wrong, in the order of the rules.

    An example is matched as a title on a feed about AI, published when it was first seen. A failing
    example of a user's rule is an error; of a pack's rule a warning that names what the user changed.
    """
    return tuple(
        _problem(source, example, definitions)
        for signal in definitions.signals
        for source in signal.rules
        for example in source.examples
        if _matches(ruleset, source, example.text.text) is not example.matches
    )


def as_item(text: str) -> Item:
    """Return an example as an item of `FEED`: a title, published when it was first seen."""
    return Item("example", "", "", "", text, None, "", "", "", _DAY, _DAY)


def _matches(ruleset: Ruleset, source: RuleSource, text: str) -> bool:
    return any(
        match.signal == source.signal and source.id in match.rules
        for match in match_item(ruleset, as_item(text), FEED)
    )


def _problem(source: RuleSource, example: Example, definitions: Definitions) -> Problem:
    does = "does not match its example" if example.matches else "matches its counter-example"
    what = f"rule `{source.id}` of `{source.signal}` {does}"
    if source.layer == "user":
        return example.text.problem(0, what)
    changed = ", ".join(_changed_by_user(source, definitions))
    hint = f"because of your {changed}" if changed else "the pack and this program do not fit together"
    return example.text.problem(0, what, hint, Severity.WARNING)


def _changed_by_user(source: RuleSource, definitions: Definitions) -> list[str]:
    """Name what a pack's rule refers to and the user's layer has changed, with its place."""
    changed: dict[str, None] = {}
    for leaf in _references(source):
        if isinstance(leaf, Terms) and (terms := definitions.terms.get(leaf.name)) and terms.layer == "user":
            changed[f"term set `{leaf.name}` ({terms.place})"] = None
        if isinstance(leaf, Named):
            for entity in definitions.entities.values():
                if entity.layer == "user":
                    changed[f"entity `{entity.id}` ({entity.place})"] = None
        if isinstance(leaf, Told):
            for rule in _rules_of(leaf.key, definitions):
                if rule.layer == "user":
                    changed[f"rule `{rule.id}` of `{leaf.key}` ({rule.place})"] = None
    return list(changed)


def _rules_of(key: str, definitions: Definitions) -> Iterator[RuleSource]:
    yield from (rule for signal in definitions.signals if signal.key == key for rule in signal.rules)


def _references(source: RuleSource) -> list[Leaf]:
    found: list[Leaf] = []
    for written in (source.when, source.unless):
        if written is not None:
            found += leaves(parse(written.text))
    return found
