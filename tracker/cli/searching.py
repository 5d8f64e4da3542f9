"""`tracker search`: the archive by words, newest first."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import BusyError, StoreError, UnknownFeedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.cli.wiring import InForce, Places
    from tracker.store.values import KeptItem

_BATCH = 1_000
_AROUND = 90
"""Characters of an excerpt on each side of what was found."""


def search(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORD", help="Words that must all occur; '\"a phrase\"'; pric*; -word: not."),
    ],
    feed: Annotated[str | None, typer.Option("--feed", metavar="FEED", help="Only of this feed.")] = None,
    signal: Annotated[
        str | None, typer.Option("--signal", metavar="KEY", help="Only items that show this signal.")
    ] = None,
    days: Annotated[
        float | None, typer.Option("--days", min=0, max=36500, help="Only items first seen since then.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 20,
    json: AsJson = False,
) -> None:
    """Search everything that was kept, matching or not; English and Chinese, newest first."""
    from tracker.cli import wiring
    from tracker.cli.reading import check_signal

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    work = wiring.load_or_last(where)
    if work.notice:
        say.error(work.notice)
    if signal is not None:
        check_signal(signal, [each.key for each in work.config.definitions.signals])
    since = wiring.clock() - timedelta(days=days) if days is not None else None
    behind = _caught_up(where, work)
    with wiring.reading(where, work.config) as store:
        found = store.search(" ".join(words), limit=limit, feed_id=feed, signal=signal, since=since)
    if feed is not None and not found:
        _check_feed(feed, work)
    if json:
        say.data({"unindexed": behind, "items": [_row(kept) for kept in found]})
        return
    names = {each.id: each.name for each in work.config.feeds}
    for kept in found:
        _tell(kept, names, words)
    say.note(f"{say.count(len(found), 'item')}; `tracker show NUMBER` shows one whole")


def _caught_up(where: Places, work: InForce) -> int:
    """Index what waits, if this process may write; else say so. Returns how many items still wait."""
    from tracker.cli import wiring

    with wiring.reading(where, work.config) as store:
        behind = store.unindexed()
    if not behind:
        return 0
    try:
        with wiring.writing(where, work.config) as store:
            while store.index_new(_BATCH):
                pass
            return store.unindexed()
    except BusyError:
        why = "the tracker that runs is at it"
    except StoreError as error:
        why = str(error)
    say.note(f"{say.count(behind, 'new or changed item')} not searchable yet: {why}")
    return behind


def _check_feed(feed: str, work: InForce) -> None:
    """Told only when nothing was found: a feed that left the config still has its items."""
    known = {each.id for each in work.config.feeds}
    if feed not in known:
        raise UnknownFeedError(feed, known)


def _tell(kept: KeptItem, names: dict[str, str], words: Sequence[str]) -> None:
    item = kept.item
    signals = ", ".join(match.match.signal for match in kept.matches)
    day = item.published or item.first_seen
    say.line(f"{kept.id:>6}  {day:%Y-%m-%d}  {item.title}")
    say.line(f"        {names.get(item.feed_id, item.feed_id)}" + (f" · {signals}" if signals else ""))
    if item.link:
        say.line(f"        {item.link}")
    if excerpt := _excerpt(kept, words):
        say.line(f"        {excerpt}")


def _excerpt(kept: KeptItem, words: Sequence[str]) -> str:
    """The text around the first thing found that the title does not show; empty when there is none."""
    from tracker.store.query import parse

    item = kept.item
    for term in parse(" ".join(words)):
        if term.excluded or _span(term.tokens, item.title):
            continue
        for text in (item.summary, item.content):
            if (span := _span(term.tokens, text)) is not None:
                return _around(text, *span)
    return ""


def _span(tokens: Sequence[str], text: str) -> tuple[int, int] | None:
    """Where a phrase first stands in a text, which is read as the index reads it."""
    from tracker.text import Offsets, normalise

    forms = normalise(text)
    before = r"(?<!\w)" if tokens[0].isascii() else ""
    found = re.search(before + " ?".join(map(re.escape, tokens)), forms.words)
    return Offsets(forms).of_words(*found.span()) if found else None


def _around(text: str, start: int, end: int) -> str:
    left, right = max(0, start - _AROUND), min(len(text), end + _AROUND)
    cut = " ".join(text[left:right].split())
    return ("… " if left else "") + cut + (" …" if right < len(text) else "")


def _row(kept: KeptItem) -> dict[str, object]:
    item = kept.item
    return {
        "item": kept.id,
        "feed": item.feed_id,
        "title": item.title,
        "link": item.link,
        "published": item.published,
        "first_seen": item.first_seen,
        "signals": [match.match.signal for match in kept.matches],
    }
