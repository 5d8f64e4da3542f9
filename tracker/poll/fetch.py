"""Fetches a feed's document over HTTP: one conditional GET within a deadline, a length and an address policy.

Everything that can go wrong ends as a FetchError with one clear line; nothing partial is returned.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from tracker import __version__
from tracker.errors import FetchError
from tracker.model import Feed, Fetched, NotModified, Terms, Validators
from tracker.poll.connect import CheckedResolver, LookUp, Trust, ask_system, checked_socket, system_trust
from tracker.poll.decode import ACCEPTED, Decoder, too_long
from tracker.poll.failure import Broken, fetch_error, one_line
from tracker.poll.freshness import holds, validators
from tracker.poll.head import Head, Headers
from tracker.poll.request import Request
from tracker.poll.schedule import pause_of
from tracker.poll.status import PERMANENT_REDIRECTS, REDIRECTS, error_of, is_challenge, may_be_challenge
from tracker.poll.turns import Turns
from tracker.poll.wire import Reply, Wire

if TYPE_CHECKING:
    from tracker.poll.address import AddressPolicy
    from tracker.poll.url import Target

MOST_REDIRECTS = 5
_CHALLENGE_PAGE = 16_384
_FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"
)
# Of our own making: a feed's headers may add to a request but not change how its answer is read.
_OURS = frozenset(("host", "accept-encoding", "connection", "content-length", "transfer-encoding"))
# A name of RFC 2978, without what no registered one has.
_CHARSET = re.compile(r';\s*charset\s*=\s*("?)([A-Za-z0-9._:+-]{1,40})\1\s*(?:;|$)', re.IGNORECASE)


def user_agent(contact: str | None = None) -> str:
    """How we introduce ourselves. contact: a URL or mail address where a publisher reaches the user."""
    words = "".join(c for c in contact or "" if c.isascii() and c.isprintable() and c not in "()\\").strip()
    return f"Tracker/{__version__} (+{words})" if words else f"Tracker/{__version__}"


@dataclass(slots=True)
class _Exchange:
    """One fetch under way: what was asked for, and where its redirects have led so far."""

    feed: Feed
    validators: Validators
    now: datetime
    origin: tuple[str, str, int]
    at: Target
    redirects: int = 0
    permanent: bool = True

    @property
    def host(self) -> str:
        """Who is asked now, as the feed's URL spells it where that is its host."""
        own = urlsplit(self.feed.url).hostname if self.at.host == self.origin[1] else None
        return own or self.at.host


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A host's wish for time. at: when it came, by the event loop's clock."""

    at: float
    until: datetime
    said: str


class Fetcher:
    """A session with all publishers. Use it as `async with Fetcher(...) as fetcher`.

    policy: which hosts may be contacted. agent: see `user_agent`.
    at_once, per_host, spacing: see `Turns`. tls: whose certificates are believed; the system's list if None.
    look_up: how names become addresses.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        agent: str,
        *,
        at_once: int = 64,
        per_host: int = 2,
        spacing: timedelta = timedelta(seconds=1),
        tls: Trust | None = None,
        look_up: LookUp = ask_system,
    ) -> None:
        self._policy = policy
        self._agent = agent
        self._at_once = at_once
        self._per_host = per_host
        self._spacing = spacing
        self._tls = tls
        self._look_up = look_up

    async def __aenter__(self) -> Self:
        self._clock = asyncio.get_running_loop().time
        self._turns = Turns(self._at_once, self._per_host, self._spacing.total_seconds(), self._clock)
        self._refused: dict[str, _Refusal] = {}
        self._names = CheckedResolver(self._policy, self._look_up)
        self._wire = Wire(partial(checked_socket, self._policy), self._tls or system_trust())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wire.close()

    async def fetch(self, feed: Feed, validators: Validators, now: datetime) -> Fetched | NotModified:
        """Ask what the feed's document says now.

        validators: of the last body whose items we have, or empty to ask for the whole document.
        The feed's deadline covers DNS, connection, redirects and body; time spent waiting for our
        own turn at a host is not counted. Once a host asked for time, those who are in line for it get
        that answer and do not ask. Raises FetchError.
        """
        target = self._policy.target(feed.url)
        exchange = _Exchange(feed, validators, now, target.origin, target)
        left, started = feed.deadline.total_seconds(), self._clock()
        while True:
            host = exchange.at.host
            async with self._turns.turn(host, partial(self._check, host, started)):
                exchange.now = now + timedelta(seconds=self._clock() - started)  # a line may take hours
                try:
                    left, answer = await self._within(left, exchange)
                except FetchError as error:
                    self._remember(exchange, error)
                    raise
            if answer is not None:
                return answer

    async def _within(self, left: float, exchange: _Exchange) -> tuple[float, Fetched | NotModified | None]:
        """One hop within the seconds that are left; returns what is left after it."""
        started = self._clock()
        try:
            async with asyncio.timeout(left):
                answer = await self._hop(exchange)
        except TimeoutError as error:
            limit = exchange.feed.deadline.total_seconds()
            raise FetchError(f"not finished within {limit:g} seconds") from error
        except (Broken, OSError, UnicodeError) as error:
            raise fetch_error(error) from error
        return left - (self._clock() - started), answer

    def _remember(self, exchange: _Exchange, error: FetchError) -> None:
        """Note what a whole host asked for, for those in line; who comes later was let through knowingly."""
        pause = pause_of(exchange.feed, error, exchange.now)
        if pause is not None:
            self._refused = {host: each for host, each in self._refused.items() if each.until > exchange.now}
            self._refused[exchange.at.host] = _Refusal(self._clock(), pause.until, str(error))

    def _check(self, host: str, started: float) -> None:
        refusal = self._refused.get(host)
        if refusal is not None and started <= refusal.at:
            raise FetchError(f"not asked: {host} wants time, {refusal.said}", retry_at=refusal.until)

    async def _hop(self, exchange: _Exchange) -> Fetched | NotModified | None:
        """One request. None means that the exchange goes on elsewhere."""
        at = exchange.at
        own = at.origin == exchange.origin
        request = Request(
            url=str(at),
            headers=_request_headers(exchange, self._agent),
            host=at.host,
            port=at.port,
            addresses=None if at.address is not None else await self._names.resolve(at.host, at.port),
            verified=not (exchange.feed.unverified and own),
        )
        async with self._wire.ask(request) as reply:
            if reply.head.status in REDIRECTS:
                self._follow(exchange, reply.head)
                return None
            return await _answer(exchange, reply)

    def _follow(self, exchange: _Exchange, head: Head) -> None:
        exchange.redirects += 1
        if exchange.redirects > MOST_REDIRECTS:
            raise FetchError(f"too many redirects (more than {MOST_REDIRECTS})")
        if "Location" not in head.headers:
            raise FetchError(f"HTTP {head.status} without a Location")
        try:
            target = self._policy.redirected(exchange.at, head.headers["Location"])
        except FetchError as error:
            raise FetchError(f"redirect refused: {error}", blocked=error.blocked) from error
        if exchange.at.scheme == "https" and target.scheme == "http" and exchange.feed.headers:
            raise FetchError("redirect refused: from https to http, and the feed has headers of its own")
        exchange.permanent = exchange.permanent and head.status in PERMANENT_REDIRECTS
        exchange.at = target


def _request_headers(exchange: _Exchange, agent: str) -> Mapping[str, str]:
    """The feed's own headers, which may be secrets, go to the feed's own origin only."""
    headers = {
        "User-Agent": agent,
        "Accept": _FEED_TYPES,
        "Accept-Encoding": ACCEPTED,
        "Connection": "close",
    }
    if exchange.validators.etag is not None:
        headers["If-None-Match"] = exchange.validators.etag
    if exchange.validators.last_modified is not None:
        headers["If-Modified-Since"] = exchange.validators.last_modified
    if exchange.at.origin == exchange.origin and exchange.feed.headers:
        own = {name: value for name, value in exchange.feed.headers.items() if name.lower() not in _OURS}
        replaced = {name.lower() for name in own}
        return {name: value for name, value in headers.items() if name.lower() not in replaced} | own
    return headers


async def _answer(exchange: _Exchange, reply: Reply) -> Fetched | NotModified:
    status, headers = reply.head.status, reply.head.headers
    if status == 304 and exchange.validators != Validators():
        return NotModified(exchange.validators, terms=_terms(exchange, headers))
    if status == 304:
        raise FetchError("HTTP 304 (not modified), although nothing was asked to compare with")
    if status != 200 or is_challenge(200, headers, b""):
        start = await _start_of(reply) if may_be_challenge(status) else b""
        raise error_of(status, headers, start, exchange.now, exchange.host)
    body = await _whole_body(reply, exchange.feed.max_bytes)
    if not body:
        raise FetchError("empty body")
    return Fetched(
        body=body,
        url=str(exchange.at),
        content_type=_content_type(headers),
        charset=_charset(headers),
        validators=validators(headers),
        terms=_terms(exchange, headers),
    )


def _terms(exchange: _Exchange, headers: Headers) -> Terms:
    return Terms(
        holds=holds(headers, headers.every("Cache-Control"), exchange.now),
        moved_to=str(exchange.at) if exchange.redirects and exchange.permanent else None,
    )


async def _whole_body(reply: Reply, limit: int) -> bytes:
    length = reply.head.length
    if length is not None and length > limit:
        raise FetchError(f"{length} bytes long, the limit is {limit}")
    body = bytearray()
    async for piece in _decoded(reply, limit):
        body += piece
        if len(body) > limit:
            raise too_long(limit)
    return bytes(body)


async def _decoded(reply: Reply, limit: int) -> AsyncGenerator[bytes, None]:
    decoder = Decoder(", ".join(reply.head.headers.every("Content-Encoding")), limit)
    while chunk := await reply.read():
        for piece in decoder.feed(chunk):
            yield piece
    for piece in decoder.finish():
        yield piece


async def _start_of(reply: Reply) -> bytes:
    """The beginning of an error page; when it cannot be read, the status alone must do."""
    start = b""
    try:
        async with aclosing(_decoded(reply, 16 * _CHALLENGE_PAGE)) as pieces:
            async for piece in pieces:
                start += piece
                if len(start) >= _CHALLENGE_PAGE:
                    break
    except (Broken, FetchError):
        return start
    return start


def _charset(headers: Headers) -> str | None:
    charset = _CHARSET.search(headers.get("Content-Type", ""))
    return charset[2].lower() if charset else None


def _content_type(headers: Headers) -> str | None:
    value = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return one_line(value) or None
