"""Polls end to end for tests: fetch, parse, decide and commit, time after time, by a clock of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tracker.model import Digest, Feed, Scope, Window
from tracker.poll.address import AddressPolicy
from tracker.poll.fetch import Fetcher, user_agent
from tracker.poll.poll import Report, Tools, poll_due
from tracker.poll.pool import ParserPool
from tracker.rules import Ruleset, compile_rules
from tracker.rules.source import Definitions, RuleSource, SignalSource, Written
from tracker.store.store import Store
from tracker.store.values import EditionInput

START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_RULES = compile_rules(Definitions((), {}, {}, {}))


def one_rule(when: str, signal: str = "told") -> Ruleset:
    """A ruleset with one signal that holds where `when` does."""
    written = Written(when, "config.yaml", ((1, 1),))
    rule = RuleSource("rule", signal, written, None, 3, (), "user", written.at(0))
    source = SignalSource(signal, "Told", "Was it told?", (rule,), "user", written.at(0))
    return compile_rules(Definitions((source,), {}, {}, {}))


@dataclass
class Poller:
    """Polls the feeds that it is given, again and again. allow: addresses that may be contacted."""

    allow: Sequence[str]
    store: Store
    parser: ParserPool
    now: datetime = START
    ruleset: Ruleset = NO_RULES
    feeds: dict[str, Feed] = field(default_factory=dict)

    def add(self, id_: str, url: str, deadline: float = 3) -> None:
        # No feed may make others wait here: all faults live on one host.
        patience = {"deadline": timedelta(seconds=deadline), "retry_after": Scope.FEED}
        self.feeds[id_] = Feed(id_, id_, url, interval=HOUR, **patience)
        self.store.sync_feeds(list(self.feeds.values()), self.now)

    def poll(self, times: int = 1, every: timedelta = HOUR) -> list[dict[str, Report]]:
        """Poll every feed, whether due or not, and let time pass."""
        return asyncio.run(self._poll(times, every))

    async def _poll(self, times: int, every: timedelta) -> list[dict[str, Report]]:
        rounds = []
        async with Fetcher(
            AddressPolicy.from_entries(self.allow), user_agent(), per_host=64, spacing=timedelta(0)
        ) as fetcher:
            tools = Tools(
                feeds=self.feeds,
                ruleset=self.ruleset,
                config_hash="test",
                store=self.store,
                fetcher=fetcher,
                parser=self.parser,
                clock=lambda: self.now,
                chance=lambda: 0.5,
            )
            for _ in range(times):
                reports = [report async for report in poll_due(tools, list(self.feeds))]
                rounds.append({report.feed.id: report for report in reports})
                self.now += every
        return rounds

    def items(self) -> int:
        return self.store.counts().items

    def titles(self) -> list[str]:
        """What the items are called now, in the order in which they came."""
        kept = (self.store.item(number) for number in range(1, self.items() + 1))
        return [each.item.title for each in kept if each is not None]

    def edition(self) -> list[str]:
        """Record an edition now; the titles that it tells, one per match."""
        seen: list[EditionInput] = []
        window = Window(self.now - timedelta(days=1), self.now)

        def build(given: EditionInput) -> Digest:
            seen.append(given)
            return Digest(given.number, window, "UTC", given.items, (), ())

        stamp = {"config_hash": "test", "template_hash": "test", "program": "test"}
        self.store.record_edition(window, **stamp, now=self.now, build=build, to_json=lambda _: "{}")
        return [found.item.title for found in seen[0].found for _ in found.matches]


@dataclass
class Faults(Poller):
    """Polls faults of the fault server; `key` keeps their state apart from that of other tests."""

    server: Any = None
    key: str = ""

    def subscribe(self, *faults: str, deadline: float = 3) -> None:
        for fault in faults:
            name, _, query = fault.partition("?")
            self.add(fault, self.server.url(name, f"{query}&key={self.key}".strip("&")), deadline)


def new(rounds: Sequence[dict[str, Report]], feed: str) -> list[int]:
    """How many items each poll of a feed brought."""
    return [len(each[feed].polled.new) for each in rounds]


def changed(rounds: Sequence[dict[str, Report]], feed: str) -> list[int]:
    """How many items that we have each poll of a feed changed."""
    return [len(each[feed].polled.changed) for each in rounds]


def errors(rounds: Sequence[dict[str, Report]], feed: str) -> list[str | None]:
    return [each[feed].polled.state.last_error for each in rounds]


class Pages:
    """A publisher on loopback. Each path has a list of documents: one poll gets one, the last one stays."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.documents: dict[str, list[bytes]] = {}

    def put(self, name: str, *documents: str | bytes) -> str:
        """Serve these, one after the other. Returns the URL."""
        self.documents[f"/{name}"] = [one.encode() if isinstance(one, str) else one for one in documents]
        return f"http://{self.address}/{name}"

    def take(self, path: str) -> bytes:
        waiting = self.documents[path]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def serving() -> Iterator[Pages]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.take(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("ETag", '"v1"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests say by themselves what they see."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        pages = Pages(f"127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield pages
        finally:
            server.shutdown()
            thread.join()


def rss(*items: str) -> str:
    """An RSS document with these items' insides."""
    entries = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Feed</title>{entries}</channel></rss>'
