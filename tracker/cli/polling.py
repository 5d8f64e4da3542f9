"""The command that polls, and how a poll is told while it goes on."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say, stopping
from tracker.cli.options import AsJson, Options
from tracker.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.cli.wiring import InForce, Places
    from tracker.daemon.control import Running
    from tracker.daemon.rows import Row
    from tracker.poll.poll import Report
    from tracker.store.store import Store


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
    from tracker.daemon.control import running
    from tracker.daemon.rows import as_json

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    asked = feeds or []
    if daemon := running(where.data):
        rows, seconds = _through(where, daemon, asked, tell=not json)
    else:
        rows, seconds = _here(where, asked, tell=not json)
    if json:
        say.data({"seconds": round(seconds, 3), "feeds": as_json(rows)})
    else:
        _tell_sum(rows, seconds, named=bool(asked))
    if left := set(asked) - {each.feed for each in rows}:
        raise BusyError(f"another tracker is polling {', '.join(sorted(left))}; nothing was changed there")
    if rows and not any(each.seen for each in rows):
        raise typer.Exit(1)


def _through(where: Places, daemon: Running, asked: Sequence[str], *, tell: bool) -> tuple[list[Row], float]:
    """Let the running daemon poll: it is the one process that writes."""
    from tracker.cli.through import through
    from tracker.daemon.rows import from_json

    done = through(where, daemon, {"do": "poll", "feeds": list(asked) or None}, tell=tell)
    return from_json(done["feeds"]), done["seconds"]


def _here(where: Places, asked: Sequence[str], *, tell: bool) -> tuple[list[Row], float]:
    from tracker.cli import wiring
    from tracker.daemon.rows import chosen

    work = wiring.load_or_last(where)
    if work.notice:
        say.error(work.notice)
    only = chosen(asked, {feed.id for feed in work.config.feeds})
    started = time.monotonic()
    with wiring.writing(where, work.config) as store:
        now = wiring.clock()
        wiring.put_in_force(where, work.config, store, now)
        store.sync_feeds(work.config.feeds, now)
        rows = _poll(work, store, only, tell=tell)
    return rows, time.monotonic() - started


def _poll(work: InForce, store: Store, only: Sequence[str] | None, *, tell: bool) -> list[Row]:
    """Poll with a progress bar on a terminal; tell: a line for each trouble as soon as it is known."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from tracker.cli.wiring import clock
    from tracker.daemon.rows import troubles

    due = len(only) if only is not None else store.count_due(clock())
    columns = (TextColumn("polling"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[last]}"))
    show = tell and sys.stderr is not None and sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not show) as progress:
        task = progress.add_task("poll", total=due, last="")

        def reported(report: Report) -> None:
            progress.update(task, advance=1, last=say.harmless(report.feed.name)[:40])
            for line in troubles(report) if tell else ():
                say.note(line)

        return stopping.run(_gather(work, store, only, reported))


async def _gather(
    work: InForce, store: Store, only: Sequence[str] | None, reported: Callable[[Report], None]
) -> list[Row]:
    from tracker.cli.wiring import tools
    from tracker.daemon.rows import row
    from tracker.poll.poll import poll_due

    rows = []
    async with tools(work, store) as hands:
        async for report in poll_due(hands, only):
            reported(report)
            rows.append(row(report))
    return rows


def _tell_sum(rows: Sequence[Row], seconds: float, *, named: bool) -> None:
    if not rows and named:
        return
    if not rows:
        say.line("no feed is due; `tracker status` says when the next one is")
        return
    items, matches = sum(each.new for each in rows), sum(each.matches for each in rows)
    say.line(
        f"{sum(each.seen for each in rows)} of {say.count(len(rows), 'feed')} seen, "
        f"{say.count(items, 'new item')}, {say.count(matches, 'match', 'matches')} in {seconds:.1f} s"
    )
