"""`tracker explain`: why an item matched, why not, and which rules came nearest."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import TrackerError, UnknownFeedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.cli.wiring import InForce, Places
    from tracker.model import Feed, Item
    from tracker.rules.source import RuleSource
    from tracker.store.values import KeptItem

NEAREST = 5
"""Rules that came near and are told of."""

_LONGEST = 1_000_000
"""Characters that are read from stdin."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is explained: an item as on a feed. kept: as it is stored; None for pasted text."""

    item: Item
    feed: Feed
    kept: KeptItem | None = None


def explain(
    context: typer.Context,
    item: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ITEM",
            help="An item's number or link, a text, or - for a text from stdin: title, then lead.",
        ),
    ] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="TITLE", help="Explain this text.")] = None,
    summary: Annotated[
        str | None, typer.Option("--summary", metavar="TEXT", help="What follows the title of a text.")
    ] = None,
    feed: Annotated[
        str | None,
        typer.Option("--feed", metavar="FEED", help="As if it stood in this feed: tier, panel, tags."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="As if it were in this language: en, zh.")
    ] = None,
    signal: Annotated[
        str | None, typer.Option("--signal", "-s", metavar="KEY", help="Only this signal's rules, in full.")
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="ID", help="Only this rule, in full: ID or SIGNAL/ID.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every rule, also those that came not near.")] = False,
    json: AsJson = False,
) -> None:
    """Say for every rule which clause found what in an item, and for a rule that missed, what was missing."""
    from tracker.cli import explained, wiring
    from tracker.rules.explain.explain import explain as explain_item

    _check(item, text, summary)
    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    work = wiring.load_or_last(where)
    if work.notice:
        say.error(work.notice)
    wanted = _wanted(work, signal, rule)
    subject = _subject(where, work, item, text, summary)
    subject = _as_if(subject, work, feed, lang)
    told = explain_item(work.ruleset, work.config.definitions, subject.item, subject.feed, wanted)
    full = signal is not None or rule is not None
    most = None if every or full else NEAREST
    if json:
        say.data(explained.as_json(subject, told, most))
        return
    explained.tell(subject, told, most, full=full)


def _check(item: Sequence[str] | None, text: str | None, summary: str | None) -> None:
    """A command that cannot be meant is refused before anything is read."""
    if item and text is not None:
        raise typer.BadParameter("say an item or --text, not both")
    if not item and text is None:
        raise typer.BadParameter("say what to explain: an item's number or link, a text, or - for stdin")
    if summary is not None and item and (_is_number(item) or _is_link(item)):
        raise typer.BadParameter("--summary belongs to a text; a stored item has its own")


def _wanted(work: InForce, signal: str | None, rule: str | None) -> Callable[[RuleSource], bool]:
    from difflib import get_close_matches

    from tracker.cli.reading import check_signal

    signals = work.config.definitions.signals
    if signal is not None:
        check_signal(signal, [each.key for each in signals])
    rules = [each for known in signals for each in known.rules if signal in (None, known.key)]
    if rule is None:
        return lambda each: signal in (None, each.signal)
    if not any(rule in (each.id, f"{each.signal}/{each.id}") for each in rules):
        ids = list(dict.fromkeys(each.id for each in rules))
        near = get_close_matches(rule.rpartition("/")[2], ids, 1)
        hint = f"did you mean {near[0]}" if near else "`tracker rules show SIGNAL` lists them"
        raise TrackerError(f"no rule {rule!r}{f' of {signal}' if signal else ''}; {hint}")
    return lambda each: signal in (None, each.signal) and rule in (each.id, f"{each.signal}/{each.id}")


def _subject(
    where: Places, work: InForce, item: Sequence[str] | None, text: str | None, summary: str | None
) -> Subject:
    if not item:
        return _pasted(text or "", summary)
    if list(item) == ["-"]:
        title, lead = _from_stdin()
        return _pasted(title, lead if summary is None else summary)
    if _is_number(item):
        return _stored(where, work, item[0])
    if _is_link(item):
        return _linked(where, work, item[0])
    say.note("neither a number nor a link: explained as a text; --text says so, --summary adds its lead")
    return _pasted(" ".join(item), summary)


def _is_number(item: Sequence[str]) -> bool:
    return len(item) == 1 and item[0].isascii() and item[0].isdecimal()


def _is_link(item: Sequence[str]) -> bool:
    return len(item) == 1 and "://" in item[0] and not any(map(str.isspace, item[0]))


def _from_stdin() -> tuple[str, str]:
    raw = sys.stdin.buffer.read(4 * _LONGEST) if sys.stdin is not None else b""
    title, _, lead = raw.decode("utf-8-sig", "replace")[:_LONGEST].strip().partition("\n")
    return title.strip(), lead.strip()


def _pasted(title: str, summary: str | None) -> Subject:
    from tracker.cli.wiring import clock
    from tracker.model import Feed, Item

    if not title.strip() and not (summary or "").strip():
        raise typer.BadParameter("there is no text to explain")
    item = Item("", "", "", "", title.strip(), None, (summary or "").strip(), "", "", None, clock())
    return Subject(item, Feed("", "", ""))


def _stored(where: Places, work: InForce, number: str) -> Subject:
    from tracker.cli import wiring

    with wiring.reading(where, work.config) as store:
        kept = store.item(int(number)) if len(number) < 10 else None
    if kept is None:
        raise TrackerError(
            f"there is no item {number}; `tracker search WORD` and `tracker show` print the numbers"
        )
    return _of_feed(kept, work)


def _linked(where: Places, work: InForce, link: str) -> Subject:
    from tracker.cli import wiring

    with wiring.reading(where, work.config) as store:
        found = store.items_at(link)
    if not found:
        hint = "`tracker search WORD` finds items by their words, --text explains a text that is not stored"
        raise TrackerError(f"no stored item has the link {link}; {hint}")
    if len(found) > 1:
        for kept in found:
            say.note(f"{kept.id:>6}  {kept.item.first_seen:%Y-%m-%d}  {kept.item.feed_id}  {kept.item.title}")
        raise TrackerError(f"{len(found)} items have this link; say which: `tracker explain {found[0].id}`")
    return _of_feed(found[0], work)


def _of_feed(kept: KeptItem, work: InForce) -> Subject:
    from tracker.model import Feed

    feed_id = kept.item.feed_id
    feed = next((each for each in work.config.feeds if each.id == feed_id), None)
    if feed is None:
        say.note(
            f"no feed {feed_id} is in the config any more: nobody vouches for its tier or what it is about"
        )
    return Subject(kept.item, feed or Feed(feed_id, feed_id, ""), kept)


def _as_if(subject: Subject, work: InForce, feed: str | None, lang: str | None) -> Subject:
    """The same item as if it stood in another feed, or in another language."""
    if lang is not None:
        subject = replace(subject, item=replace(subject.item, lang=lang))
    if feed is None:
        return subject
    feeds = {each.id: each for each in work.config.feeds}
    if feed not in feeds:
        raise UnknownFeedError(feed, feeds)
    return replace(subject, feed=feeds[feed])
