"""How commands ask a feed without keeping anything, and how its answer is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.cli import say
from tracker.errors import FetchError

if TYPE_CHECKING:
    from tracker.cli.wiring import InForce
    from tracker.config.values import Config, PollSettings
    from tracker.model import Feed
    from tracker.poll.address import AddressPolicy
    from tracker.poll.probe import Answer, Tools


@asynccontextmanager
async def tools(work: InForce) -> AsyncIterator[Tools]:
    """The fetcher, parser and rules of a poll, without its store."""
    from tracker.cli.wiring import fetcher_of
    from tracker.poll.pool import ParserPool
    from tracker.poll.probe import Tools

    async with fetcher_of(work.config) as fetcher:
        with ParserPool() as parser:
            yield Tools(work.ruleset, fetcher, parser)


def plain_feed(url: str, settings: PollSettings) -> Feed:
    """A feed of which only the URL is known."""
    from tracker.model import Feed

    return Feed(id=url, name=url, url=url, deadline=settings.deadline, max_bytes=settings.max_bytes)


def with_scheme(text: str) -> str:
    """A URL as people type it: `example.org` means https."""
    return text if "://" in text else f"https://{text}"


async def permission(url: str, config: Config) -> str:
    """The line of config.yaml that lets a poll contact a private address, or nothing when none would."""
    import asyncio
    import socket

    from tracker.poll.address import BAD_PORTS, AddressPolicy
    from tracker.poll.url import read_url

    policy = AddressPolicy.from_entries(config.poll.allow)
    target = read_url(url)
    if target.port in BAD_PORTS:
        return ""
    found = [str(target.address)] if target.address else []
    if not found:
        try:
            answers = await asyncio.get_running_loop().getaddrinfo(target.host, target.port)
        except (socket.gaierror, UnicodeError):
            return ""
        found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    entries = [_entry(address, target.port) for address in found if _is_refused(policy, address, target.port)]
    if not entries:
        return ""
    listed = ", ".join(f'"{entry}"' for entry in (*config.poll.allow, *entries[:1]))
    return f"to permit it, write below `poll:` in {config.path}:  allow: [{listed}]"


def told(answer: Answer, now: datetime) -> Iterator[str]:
    """What an answer holds: format, items, and the signals that they show."""
    snapshot, signals = answer.snapshot, answer.signals or {}
    if snapshot is None:
        return
    newest = (
        f", newest {say.age(answer.newest, now)}" if answer.newest else ", none dated" * bool(snapshot.items)
    )
    yield f"{snapshot.version}, {answer.encoding}, {say.count(len(snapshot.items), 'item')}{newest}"
    shown = ", ".join(f"{signal} {number}" for signal, number in signals.items())
    yield f"signals: {shown or 'none in what it lists now'}"


def _is_refused(policy: AddressPolicy, address: str, port: int) -> bool:
    try:
        policy.check_address(address, port)
    except FetchError:
        return True
    return False


def _entry(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
