"""The command that polls, and how a poll is told while it goes on."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say, stopping
from tracker.cli.options import AsJson, Options
from tracker.errors import BusyError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.cli.wiring import InForce
    from tracker.model import Feed
    from tracker.poll.poll import Report
    from tracker.store.store import Store


@dataclass(frozen=True, slots=True)
class Row:
    """One poll in numbers; its items are in the store by now and need not stay in memory."""

    feed: str
    seen: bool
    listed: int
    new: int
    matches: int
    error: str | None
    next_poll: datetime
    gone: bool
    warnings: tuple[str, ...]
    committed: bool


def poll(
    context: typer.Context,
    feeds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FEED", help="Ids of feeds to poll now, due or not. Default: all that are due."
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Poll the feeds that are due, and keep their items and matches."""
    from tracker.cli import wiring

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    work = wiring.load_or_last(where)
    if work.notice:
        say.error(work.notice)
    only = _chosen(feeds or [], work.config.feeds)
    started = time.monotonic()
    with wiring.writing(where, work.config) as store:
        now = wiring.clock()
        wiring.put_in_force(where, work.config, store, now)
        store.sync_feeds(work.config.feeds, now)
        rows = _poll(work, store, only, tell=not json)
    seconds = time.monotonic() - started
    if json:
        say.data({"seconds": round(seconds, 3), "feeds": [asdict(row) for row in rows]})
    else:
        _tell_sum(rows, seconds, named=only is not None)
    if left := set(only or ()) - {row.feed for row in rows}:
        raise BusyError(f"another tracker is polling {', '.join(sorted(left))}; nothing was changed there")
    if rows and not any(row.seen for row in rows):
        raise typer.Exit(1)


def _chosen(asked: Sequence[str], feeds: Sequence[Feed]) -> list[str] | None:
    """The ids asked for, checked; None means those that are due."""
    from difflib import get_close_matches

    known = {feed.id for feed in feeds}
    for wanted in asked:
        if wanted not in known:
            near = get_close_matches(wanted, known, 1)
            hint = f"; did you mean {near[0]}" if near else "; `tracker status --feeds` lists them"
            raise TrackerError(f"no feed has the id {wanted!r}{hint}")
    return list(asked) or None


def _poll(work: InForce, store: Store, only: Sequence[str] | None, *, tell: bool) -> list[Row]:
    """Poll with a progress bar on a terminal; tell: a line for each trouble as soon as it is known."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from tracker.cli.wiring import clock

    due = len(only) if only is not None else store.count_due(clock())
    columns = (TextColumn("polling"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[last]}"))
    show = tell and sys.stderr is not None and sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not show) as progress:
        task = progress.add_task("poll", total=due, last="")

        def reported(report: Report) -> None:
            progress.update(task, advance=1, last=say.harmless(report.feed.name)[:40])
            if tell:
                _tell_trouble(report)

        return stopping.run(_gather(work, store, only, reported))


async def _gather(
    work: InForce, store: Store, only: Sequence[str] | None, reported: Callable[[Report], None]
) -> list[Row]:
    from tracker.cli.wiring import tools
    from tracker.poll.poll import poll_due

    rows = []
    async with tools(work, store) as hands:
        async for report in poll_due(hands, only):
            reported(report)
            rows.append(_row(report))
    return rows


def _tell_trouble(report: Report) -> None:
    """What kept a feed from being seen, and what was odd about it, a line each."""
    state = report.polled.state
    if state.last_error:
        then = "not asked again" if state.gone else f"next try {state.next_poll:%a %d %b %H:%M} UTC"
        say.note(f"{report.feed.id}: {state.last_error}; {then}")
    for warning in report.polled.warnings:
        say.note(f"{report.feed.id}: {warning}")
    if not report.committed:
        say.note(f"{report.feed.id}: another process took over this poll; nothing changed")


def _tell_sum(rows: Sequence[Row], seconds: float, *, named: bool) -> None:
    if not rows and named:
        return
    if not rows:
        say.line("no feed is due; `tracker status` says when the next one is")
        return
    items, matches = sum(row.new for row in rows), sum(row.matches for row in rows)
    say.line(
        f"{sum(row.seen for row in rows)} of {say.count(len(rows), 'feed')} seen, "
        f"{say.count(items, 'new item')}, {say.count(matches, 'match', 'matches')} in {seconds:.1f} s"
    )


def _row(report: Report) -> Row:
    state = report.polled.state
    return Row(
        feed=report.feed.id,
        seen=state.last_error is None,
        listed=report.polled.listed,
        new=len(report.polled.new),
        matches=sum(len(found.matches) for found in report.polled.new),
        error=state.last_error,
        next_poll=state.next_poll,
        gone=state.gone,
        warnings=report.polled.warnings,
        committed=report.committed,
    )
