"""`tracker feeds check`: ask feeds now, tell what they answer, keep nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say, stopping
from tracker.cli.options import AsJson, Options
from tracker.errors import FetchError, TrackerError, UnknownFeedError

if TYPE_CHECKING:
    from tracker.cli.wiring import InForce
    from tracker.model import Feed
    from tracker.poll.probe import Answer, Tools

AT_ONCE = 32
"""Bodies in memory at the same time."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a feed answered. error: why it is no feed, or did not answer; the rest is then absent.

    conditional: whether the publisher answered 304 when asked again; None when it sends no validators.
    advertised: seconds for which it says that an answer holds.
    """

    feed: str
    url: str
    error: str | None = None
    found_at: str | None = None
    moved_to: str | None = None
    format: str | None = None
    content_type: str | None = None
    encoding: str | None = None
    title: str | None = None
    items: int = 0
    newest: datetime | None = None
    advertised: int | None = None
    conditional: bool | None = None
    signals: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def check(
    context: typer.Context,
    feeds: Annotated[
        list[str] | None, typer.Argument(metavar="FEED|URL", help="Ids or addresses. Default: every feed.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Ask feeds now and tell what they answer and carry. Nothing is kept."""
    from tracker.cli import wiring

    options: Options = context.obj
    work = wiring.load_or_last(wiring.places(options.config, options.data))
    if work.notice:
        say.error(work.notice)
    chosen = _chosen(feeds or [], work)
    done = stopping.run(_check(work, chosen, tell=not json))
    if json:
        order = {feed.id: number for number, feed in enumerate(chosen)}
        say.data([asdict(each) for each in sorted(done, key=lambda each: order[each.feed])])
    failed = sum(each.error is not None for each in done)
    if not json:
        say.note(f"{len(done) - failed} of {say.count(len(done), 'feed')} answered as a feed")
    if failed:
        raise typer.Exit(1)


def _chosen(asked: Sequence[str], work: InForce) -> list[Feed]:
    """The feeds meant by ids and addresses; the address of a feed of the config means that feed."""
    from tracker.cli import probing
    from tracker.cli.admission import shown
    from tracker.poll.url import read_url

    by_id = {feed.id: feed for feed in work.config.feeds}
    by_url = {read_url(feed.url): feed for feed in work.config.feeds}
    found = []
    for each in asked:
        if each in by_id:
            found.append(by_id[each])
        elif "://" in each:
            try:
                known = by_url.get(read_url(each))
            except FetchError as error:
                raise TrackerError(f"{shown(each)}: {error}") from error
            found.append(known or probing.plain_feed(each, work.config.poll))
        else:
            raise UnknownFeedError(each, by_id)
    return list({feed.id: feed for feed in found}.values()) if asked else list(work.config.feeds)


async def _check(work: InForce, feeds: Sequence[Feed], *, tell: bool) -> list[Checked]:
    """All, as they answer, with a progress bar on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from tracker.cli import probing
    from tracker.cli.wiring import clock

    done = []
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn())
    show = tell and len(feeds) > 1 and sys.stderr is not None and sys.stderr.isatty()
    async with probing.tools(work) as tools:
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=not show) as progress:
            task = progress.add_task("check", total=len(feeds))
            async for checked in _each(feeds, tools):
                done.append(checked)
                progress.update(task, advance=1)
                if tell:
                    _tell(checked, clock())
    return done


async def _each(feeds: Sequence[Feed], tools: Tools) -> AsyncIterator[Checked]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(feed: Feed) -> Checked:
        async with room:
            return await _ask(feed, tools)

    tasks = [asyncio.create_task(one(feed)) for feed in feeds]
    try:
        for finished in asyncio.as_completed(tasks):
            yield await finished
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ask(feed: Feed, tools: Tools) -> Checked:
    from tracker.cli.wiring import clock
    from tracker.poll.probe import ask_twice

    try:
        answer = await ask_twice(feed, tools, clock())
    except FetchError as error:
        return Checked(feed.id, feed.url, error=str(error))
    return _checked(feed, answer)


def _checked(feed: Feed, answer: Answer) -> Checked:
    fetched, snapshot = answer.fetched, answer.snapshot
    advertised = answer.advertised
    return Checked(
        feed=feed.id,
        url=feed.url,
        error=str(answer.page) if answer.page is not None else None,
        found_at=fetched.url if answer.redirected else None,
        moved_to=fetched.terms.moved_to,
        format=snapshot.version if snapshot else None,
        content_type=fetched.content_type,
        encoding=answer.encoding,
        title=snapshot.title if snapshot else None,
        items=len(snapshot.items) if snapshot else 0,
        newest=answer.newest,
        advertised=int(advertised.total_seconds()) if advertised is not None else None,
        conditional=answer.conditional,
        signals=dict(answer.signals or {}),
        warnings=snapshot.warnings if snapshot else (),
    )


def _tell(checked: Checked, now: datetime) -> None:
    if checked.error is not None:
        say.line(f"{checked.feed}: FAILED {checked.error}")
        if checked.found_at:
            say.line(f"  found at {checked.found_at}")
        return
    newest = f", newest {say.age(checked.newest, now)}" if checked.newest else ""
    kind = f"{checked.format}, {checked.encoding}, {say.count(checked.items, 'item')}{newest}"
    say.line(f"{checked.feed}: 200, {kind}, {_manners(checked)}")
    if checked.moved_to:
        say.line(f"  moved permanently to {checked.moved_to}")
    elif checked.found_at:
        say.line(f"  redirected to {checked.found_at}")
    shown = ", ".join(f"{signal} {number}" for signal, number in checked.signals.items())
    say.line(f"  signals: {shown or 'none in what it lists now'}")
    for warning in checked.warnings:
        say.line(f"  {warning}")


def _manners(checked: Checked) -> str:
    """How it can be asked politely: conditionally, and how seldom."""
    if checked.conditional is None:
        said = "sends no validators"
    else:
        said = "304 when asked again" if checked.conditional else "ignores its own validators"
    if checked.advertised:
        said += f", good for {max(1, checked.advertised // 60)} min"
    return said
