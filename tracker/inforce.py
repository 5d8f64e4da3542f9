"""The config that a run works by: loaded, its rules compiled and their examples run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import ConfigError, Problem, Severity
from tracker.model import Feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tracker.config.values import Config
    from tracker.model import Item, Match
    from tracker.rules import Ruleset


@dataclass(frozen=True, slots=True)
class InForce:
    """The config that this run works by. notice: why it is not the file on disk, or None."""

    config: Config
    ruleset: Ruleset
    warnings: tuple[Problem, ...] = ()
    notice: str | None = None


def compiled(config: Config) -> InForce:
    """Compile the rules of a config and run their examples; an error of either is a ConfigError."""
    from tracker.rules import check_examples, compile_rules  # not needed where only pages are read

    ruleset = compile_rules(config.definitions)
    broken = check_examples(ruleset, config.definitions)
    if any(problem.severity is Severity.ERROR for problem in broken):
        raise ConfigError(broken)
    return InForce(config, ruleset, (*config.warnings, *ruleset.warnings, *broken))


def matcher(ruleset: Ruleset, feeds: Iterable[Feed]) -> Callable[[Item], tuple[Match, ...]]:
    """Finds in an item what a poll would find by these rules and feeds.

    Of a feed that is not among them, nobody vouches for its tier or for what it is about.
    """
    from tracker.rules import match_item

    by_id = {feed.id: feed for feed in feeds}

    def matches(item: Item) -> tuple[Match, ...]:
        return match_item(ruleset, item, by_id.get(item.feed_id) or Feed(item.feed_id, item.feed_id, ""))

    return matches


def notice_of(error: ConfigError) -> str:
    """What status and the page say while a broken file is not in force: its first fault, in one line."""
    first, rest = error.problems[0], len(error.problems) - 1
    more = f" and {rest} more" if rest else ""
    return f"the last config in force is running, the file is broken: {first.place}: {first.what}{more}"
