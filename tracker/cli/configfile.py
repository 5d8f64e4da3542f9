"""How commands edit the user's config: proven, then written whole; or told, and left to the user."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tracker import shipped
from tracker.cli import say

if TYPE_CHECKING:
    from tracker.config.change import Change
    from tracker.config.edit import Entry
    from tracker.config.values import Config
    from tracker.config.written import Subscription


@dataclass(frozen=True, slots=True)
class Plan:
    """An edit and what it is to mean. by_hand: what the user can do where the program must not."""

    path: Path
    edit: Callable[[bytes], bytes]
    by_hand: Sequence[str]
    added: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()


def written(config: Config) -> tuple[Subscription, ...]:
    """The feeds of the user's own files."""
    from tracker.config.written import subscriptions

    return subscriptions(_file(config), seeds=shipped.seeds())


def home_of_feeds(config: Config) -> Path:
    """The file that a new feed goes into: the one that has feeds already, config.yaml before the others."""
    files = [Path(each.place.file) for each in written(config)]
    main = _file(config)
    return main if main in files or not files else files[-1]


def adding(config: Config, entries: Sequence[Entry], feeds: Iterable[tuple[str, str]]) -> Plan:
    """The plan to subscribe to these feeds, given by id and URL."""
    from tracker.config.edit import with_feeds

    lines = [line for entry in entries for line in entry.lines()]
    path = home_of_feeds(config)
    return Plan(
        path,
        lambda data: with_feeds(data, entries),
        [f"to do it by hand, put this below `feeds:` in {path}:", *lines],
        added=tuple(feeds),
    )


def proven(plan: Plan, config: Config) -> tuple[Change, Config]:
    """The change that a plan makes, and the config that it would lead to. Raises EditError."""
    from tracker.config import change

    before = change.read(plan.path)
    made = change.Change(plan.path, before, plan.edit(before))
    new = change.prove(made, config, env=os.environ, seeds=shipped.seeds(), added=plan.added, gone=plan.gone)
    return made, new


def prepared(plan: Plan, config: Config) -> Change:
    """The change, proven; or say what to do by hand and exit with 1."""
    from tracker.config.edit import EditError

    try:
        made, _ = proven(plan, config)
    except EditError as error:
        say.error(f"{plan.path} was left as it is: {error}")
        for line in plan.by_hand:
            say.note(line)
        raise typer.Exit(1) from None
    return made


def carry_out(plan: Plan, config: Config) -> None:
    """Edit the file, or say what to do by hand and exit with 1."""
    from tracker.config.change import write

    write(prepared(plan, config))


def say_when(data: Path, feed: str = "") -> None:
    """Say when the feeds that were added will be asked: a daemon takes an edit up by itself."""
    from tracker.daemon.control import running

    if running(data) is not None:
        say.note("the tracker that runs takes this up within seconds")
    else:
        say.note(f"`{' '.join(filter(None, ('tracker poll', feed)))}` asks now")


def _file(config: Config) -> Path:
    if config.path is None:
        raise AssertionError("a config of the user's is a file")
    return config.path
