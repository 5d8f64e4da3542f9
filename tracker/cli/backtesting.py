"""`tracker backtest`: what an edited config would find in items that are there, before it is in force."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.cli.stopping import Stopped

if TYPE_CHECKING:
    from tracker.cli.wiring import InForce, Places
    from tracker.rules.backtest import Backtest, Edited, Tried
    from tracker.rules.evaluate import ItemMatcher

NO_BASE = "none"

_TELL = 10_000
"""Items after which a line says how far it has come."""

_SAMPLES = 3

_STEP = 500
"""Items that are read from the store at once."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which items: those of a file, or of the store when there is none, within these times."""

    file: str | None
    since: datetime | None
    until: datetime | None


def backtest(
    context: typer.Context,
    items: Annotated[
        str | None,
        typer.Option(
            "--items",
            metavar="FILE",
            help="Items of this file, a JSON object per line, also .gz; - is stdin. Default: those stored.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="FILE",
            help="Compare with this config; none: with nothing, only count. Default: the config in force.",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only items of this day or later; or 30d.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Only items before this day; or 7d.")
    ] = None,
    signal: Annotated[
        list[str] | None,
        typer.Option("--signal", "-s", metavar="KEY", help="Tell of this signal only; may be said again."),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="ID", help="Tell of this rule only; may be said again."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            "--samples",
            min=0,
            max=10_000,
            metavar="N",
            help="Items shown per rule, each way. Default: 3, and none where matches are only counted.",
        ),
    ] = None,
    weeks: Annotated[bool, typer.Option("--weeks", help="Print matches per week and signal.")] = False,
    json: AsJson = False,
) -> None:
    """Compare the config on disk with the one in force, on items that are there already. Changes nothing.

    Works while the daemon runs, which takes an edit of its config up within seconds: try one in a copy beside
    it, `tracker --config try.yaml backtest`. Items count by their date of publication, in the store by when
    they were first seen if they have none. Samples are spread over all items, and the same each time. Ctrl-C
    ends it with what was counted so far.
    """
    from tracker.cli import backtold, when, wiring
    from tracker.rules.backtest import Backtest

    options: Options = context.obj
    now = wiring.clock()
    asked = _Asked(
        items,
        when.moment("--since", since, now) if since is not None else None,
        when.moment("--until", until, now) if until is not None else None,
    )
    where = wiring.places(options.config, options.data)
    work = wiring.load(where.config)
    compared = _base(where, base)
    rulesets = [each.ruleset for each in (work, compared.work) if each is not None]
    chosen = backtold.chosen(rulesets, signal, rule)
    equal = compared.work is not None and _same(work, compared.work, asked)
    other = None if equal else compared.work
    edit = _edit(work, other)
    shown = samples if samples is not None else _SAMPLES if other is not None else 0
    before = _matches(other, asked) if other is not None else None
    counting = Backtest(_matches(work, asked), before, edit, shown)
    stopped = _run(counting, where, work, asked, tell=not json) if not equal or weeks else None
    told = backtold.Told(compared.name, edit, counting.outcome(), chosen, equal=equal, stopped=bool(stopped))
    if json:
        say.data(backtold.as_json(told))
    else:
        backtold.tell(told, weeks=weeks)
    if stopped is not None:
        raise stopped


@dataclass(frozen=True, slots=True)
class _Base:
    """What is compared with: its name for the user, and it; both None for nothing."""

    name: str | None = None
    work: InForce | None = None


def _base(where: Places, asked: str | None) -> _Base:
    from tracker.cli import wiring

    if asked == NO_BASE:
        return _Base()
    if asked is not None:
        return _Base(asked, wiring.load(wiring.places(Path(asked), where.data).config))
    last = wiring.last_in_force(where)
    if last is not None:
        return _Base("the config in force", last)
    why = (
        "what was in force can no longer run" if where.in_force.exists() else "nothing was in force here yet"
    )
    say.note(f"{why}, so there is nothing to compare with: matches are only counted")
    return _Base()


def _same(work: InForce, other: InForce, asked: _Asked) -> bool:
    """Whether both find the same in every item: the same rules and, in the store, feeds that are alike."""
    if work.ruleset.hash != other.ruleset.hash:
        return False
    return asked.file is not None or _traits(work) == _traits(other)


def _traits(work: InForce) -> dict[str, tuple[object, ...]]:
    """What rules may ask of feeds, by id."""
    return {feed.id: (feed.name, feed.lang, feed.tier, feed.panel, feed.tags) for feed in work.config.feeds}


def _edit(work: InForce, other: InForce | None) -> Edited:
    from tracker.rules.backtest import Edited, edited

    return edited(work.ruleset, other.ruleset) if other is not None else Edited()


def _matches(work: InForce, asked: _Asked) -> ItemMatcher:
    from tracker.inforce import matcher

    return matcher(work.ruleset, work.config.feeds if asked.file is None else ())


def _run(counting: Backtest, where: Places, work: InForce, asked: _Asked, *, tell: bool) -> Stopped | None:
    """Count every item, and say now and then how far it has come. Returns what stopped it."""
    from tracker.cli.when import within

    source = _stored(where, work, asked.since) if asked.file is None else _filed(asked.file)
    try:
        with closing(source):
            chosen = (each for each in source if within(each.when, asked.since, asked.until))
            for number, each in enumerate(chosen, 1):
                counting.add(each)
                if tell and number % _TELL == 0:
                    say.note(f"{number:,} items so far")
    except Stopped as stopped:
        return stopped
    return None


def _filed(file: str) -> Generator[Tried, None, None]:
    from tracker.archive import read_items
    from tracker.rules.backtest import Tried

    for each in read_items(file):
        yield Tried(each.id, each.item, each.item.published)


def _stored(where: Places, work: InForce, since: datetime | None) -> Generator[Tried, None, None]:
    """What the store holds. Nothing is published after it was first seen, so older polls are passed over."""
    from tracker.apply import EVER
    from tracker.cli import wiring
    from tracker.rules.backtest import Tried

    after = 0
    with wiring.reading(where, work.config) as store:
        while kept := store.items_after(after, since or EVER, _STEP):
            for each in kept:
                yield Tried(str(each.id), each.item, each.item.published or each.item.first_seen)
            after = kept[-1].id
