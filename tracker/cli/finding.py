"""Finds the feed that an address leads to: the feed itself, one that a page names, one at a usual place."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from tracker.cli import say
from tracker.errors import FetchError, TrackerError

if TYPE_CHECKING:
    from tracker.cli.wiring import InForce
    from tracker.model import Feed
    from tracker.poll.discover import Named
    from tracker.poll.probe import Answer, Tools


@dataclass(frozen=True, slots=True)
class Found:
    """A feed and what it answered. url: where it is to be asked."""

    url: str
    answer: Answer


async def find(feed: Feed, work: InForce, choose: int | None) -> Found:
    """The feed at this address, or the one that the page there names, or keeps at a usual place."""
    from tracker.cli import probing
    from tracker.cli.wiring import clock
    from tracker.poll.discover import feeds_named, is_page, usual_places
    from tracker.poll.probe import ask

    async with probing.tools(work) as tools:
        url = feed.url
        try:
            answer = await ask(feed, tools, clock())
        except FetchError as error:
            hint = await probing.permission(url, work.config) if error.blocked else ""
            raise TrackerError(f"{url}: {error}" + (f"\n    {hint}" if hint else "")) from error
        fetched = answer.fetched
        if answer.snapshot is not None:
            return Found(fetched.terms.moved_to or url, answer)
        if not is_page(fetched.body, fetched.content_type):
            raise TrackerError(f"{url}: {answer.page}")
        named = feeds_named(fetched.body, fetched.url, fetched.charset)
        if named:
            return await _ask_named(_chosen(named, choose, fetched.url), feed, tools)
        say.note(f"{fetched.url} is a page that names no feed; trying the usual places")
        for place in usual_places(fetched.url):
            if (there := await _try(place, feed, tools)) is not None:
                return there
    raise TrackerError(f"{url} is a page without a feed: it names none, and none is at the usual places")


async def _ask_named(named: Named, feed: Feed, tools: Tools) -> Found:
    from tracker.cli.wiring import clock
    from tracker.poll.probe import ask

    try:
        answer = await ask(_at(feed, named.url), tools, clock())
    except FetchError as error:
        raise TrackerError(f"the page names the feed {named.url}: {error}") from error
    if answer.snapshot is None:
        raise TrackerError(f"the page names {named.url} as its feed: {answer.page}")
    return Found(answer.fetched.terms.moved_to or named.url, answer)


async def _try(url: str, feed: Feed, tools: Tools) -> Found | None:
    from tracker.cli.wiring import clock
    from tracker.poll.probe import ask

    try:
        answer = await ask(_at(feed, url), tools, clock())
    except FetchError:
        return None
    return Found(answer.fetched.terms.moved_to or url, answer) if answer.snapshot is not None else None


def _chosen(named: Sequence[Named], choose: int | None, page: str) -> Named:
    if len(named) == 1 and choose in (None, 1):
        return named[0]
    if choose is not None and choose <= len(named):
        return named[choose - 1]
    say.note(f"{page} names {say.count(len(named), 'feed')}:")
    for number, each in enumerate(named, 1):
        say.note(f"{number:>4}  {each.url}" + (f"  {each.title}" if each.title else ""))
    if choose is not None or not asks():
        raise TrackerError(f"say which: --choose 1 to --choose {len(named)}")
    return named[_number(len(named)) - 1]


def _number(most: int) -> int:
    while not 1 <= (number := int(typer.prompt("Which one?", type=int, err=True))) <= most:
        say.note(f"a number from 1 to {most}")
    return number


def _at(feed: Feed, url: str) -> Feed:
    """The same feed at another address, without its headers if that is another host."""
    return replace(feed, url=url, headers=feed.headers if same_origin(url, feed.url) else {})


def same_origin(one: str, other: str) -> bool:
    from tracker.poll.url import read_url

    return read_url(one).origin == read_url(other).origin


def asks() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
