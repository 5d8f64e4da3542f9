"""What tests of polling share: real servers on loopback, and one way to fetch from them."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package (--import-mode=importlib)

from poller import Faults, Pages, Poller, serving

from tracker.errors import FetchError
from tracker.model import Feed, Fetched, NotModified, Validators
from tracker.poll.address import AddressPolicy
from tracker.poll.fetch import Fetcher, user_agent
from tracker.poll.pool import ParserPool
from tracker.store.store import open_store

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
Outcome = Fetched | NotModified | FetchError


@dataclass(frozen=True)
class Ask:
    """One fetch: of which URL, with what."""

    url: str
    validators: Validators = field(default_factory=Validators)
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline: float = 2.0
    max_bytes: int = 10_000_000
    unverified: bool = False


@dataclass(frozen=True)
class Told:
    """What came of an Ask, and after how many seconds."""

    outcome: Outcome
    seconds: float

    @property
    def error(self) -> str:
        assert isinstance(self.outcome, FetchError), self.outcome
        return str(self.outcome)

    @property
    def body(self) -> bytes:
        assert isinstance(self.outcome, Fetched), self.outcome
        return self.outcome.body


def fetcher(allow: Sequence[str] = (), **settings: Any) -> Fetcher:
    """A Fetcher that does not space its requests unless told to."""
    policy = AddressPolicy.from_entries(allow)
    return Fetcher(policy, user_agent(), **{"per_host": 64, "spacing": timedelta(0), **settings})


async def fetch_each(session: Fetcher, asks: Sequence[Ask]) -> list[Told]:
    """All at once: a hanging feed costs the deadline only once."""
    return list(await asyncio.gather(*(_fetch(session, ask) for ask in asks)))


async def _fetch(session: Fetcher, ask: Ask) -> Told:
    feed = Feed(
        id="f",
        name="f",
        url=ask.url,
        headers=ask.headers,
        deadline=timedelta(seconds=ask.deadline),
        max_bytes=ask.max_bytes,
        unverified=ask.unverified,
    )
    started = time.monotonic()
    try:
        outcome: Outcome = await session.fetch(feed, ask.validators, NOW)
    except FetchError as error:
        outcome = error
    return Told(outcome, time.monotonic() - started)


# --- the fault server of the reference data ------------------------------------------------------------


class FaultServer:
    """A running fault server; its canary stands for an internal service that must never be reached."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.canary_port = port + 1
        self.allow = (f"127.0.0.1:{port}",)

    def url(self, fault: str, query: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/fault/{fault}" + (f"?{query}" if query else "")

    def index(self) -> list[dict[str, str]]:
        return self._json("index.json")

    def names(self, group: str) -> list[str]:
        return [fault["name"] for fault in self.index() if fault["group"] == group]

    def requests(self, part: str) -> list[dict[str, str]]:
        """Headers of the requests whose target contains `part`, names in lower case."""
        return [seen["headers"] for seen in self._json("log.json")["requests"] if part in seen["target"]]

    def canary_requests(self) -> list[dict[str, Any]]:
        return self._json("log.json")["canary"]

    def fetch(self, *asks: Ask, **settings: Any) -> list[Told]:
        """Fetch all in one run of the event loop. More addresses can be allowed with `allow=`."""

        async def run() -> list[Told]:
            async with fetcher(**{"allow": self.allow, **settings}) as session:
                return await fetch_each(session, asks)

        return asyncio.run(run())

    def fetch_faults(self, *faults: str, **settings: Any) -> dict[str, Told]:
        """By fault name; "gzip-bomb?mb=100" hands a query on."""
        asks = [Ask(self.url(*fault.split("?", 1))) for fault in faults]
        return dict(zip(faults, self.fetch(*asks, **settings), strict=True))

    def _json(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as answer:
            return json.load(answer)


@contextmanager
def running_fault_server(shared: Path) -> Iterator[FaultServer]:
    port = _two_free_ports()
    program = shared / "faults" / "server" / "faultserver.py"
    process = subprocess.Popen(
        [sys.executable, str(program), "--port", str(port), "--max-seconds", "20"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), "the fault server did not start"
            yield FaultServer(port)
        finally:
            process.terminate()


def _two_free_ports() -> int:
    """A free port whose successor is free, too: the canary listens there."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    pytest.skip("no two free ports side by side")


@pytest.fixture(scope="session")
def fault_server(shared: Path) -> Iterator[FaultServer]:
    """One for the whole session; no test may make its canary be reached."""
    with running_fault_server(shared) as server:
        yield server


@pytest.fixture
def own_fault_server(shared: Path) -> Iterator[FaultServer]:
    """For tests that allow its canary to be contacted."""
    with running_fault_server(shared) as server:
        yield server


# --- a server with canned answers, for what needs no reference data -------------------------------------


@dataclass
class Canned:
    """What a canned server was asked, and what came of it."""

    told: list[Told]
    requests: list[dict[str, str]]


def answer(body: bytes = b"<rss/>", status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP answer as bytes. Underscores in header names stand for hyphens."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if "Transfer_Encoding" not in headers and "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


def fetch_from(
    *answers: bytes,
    asks: Callable[[int], Sequence[Ask]] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Canned:
    """Fetch one Ask after the other from a server that gives `answers` in turn.

    asks: made from the server's port; one plain Ask per answer when absent. PORT in an answer
    becomes the server's port.
    """

    async def run() -> Canned:
        requests: list[dict[str, str]] = []
        waiting = list(answers)

        serving: list[asyncio.Task[None] | None] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving.append(asyncio.current_task())
            with suppress(asyncio.IncompleteReadError):  # connected, but sent nothing
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = dict(line.split(": ", 1) for line in head[1:] if line)
                requests.append({"": head[0], **{name.lower(): value for name, value in fields.items()}})
                writer.write(
                    waiting.pop(0).replace(b"PORT", str(writer.get_extra_info("sockname")[1]).encode())
                )
            writer.close()
            with suppress(OSError):  # the client may have hung up first
                await writer.wait_closed()

        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(await asyncio.start_server(serve, "127.0.0.1", 0))
            port = server.sockets[0].getsockname()[1]
            allow = (f"127.0.0.1:{port}",)
            session = await stack.enter_async_context(fetcher(**{"allow": allow, **(settings or {})}))
            wanted = asks(port) if asks else [Ask(f"http://127.0.0.1:{port}/feed.xml")] * len(answers)
            told = [await _fetch(session, ask) for ask in wanted]
            await asyncio.wait_for(asyncio.gather(*filter(None, serving)), timeout=5)
            return Canned(told, requests)

    return asyncio.run(run())


class Polling:
    """The functions above as one fixture: test modules cannot import a conftest."""

    Ask = Ask
    answer = staticmethod(answer)
    fetch_from = staticmethod(fetch_from)
    fetcher = staticmethod(fetcher)
    fetch_each = staticmethod(fetch_each)


@pytest.fixture(scope="session")
def polling() -> type[Polling]:
    return Polling


# --- polls end to end ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def parser() -> Iterator[ParserPool]:
    with ParserPool() as pool:
        yield pool


@pytest.fixture
def poller(
    fault_server: FaultServer, parser: ParserPool, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Faults]:
    """Polls faults of the fault server into a store of its own."""
    key = str(abs(hash(request.node.name)))
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        yield Faults(fault_server.allow, store, parser, server=fault_server, key=key)


@pytest.fixture
def pages() -> Iterator[Pages]:
    """A publisher on loopback whose documents the test writes."""
    with serving() as opened:
        yield opened


@pytest.fixture
def reader(pages: Pages, parser: ParserPool, tmp_path: Path) -> Iterator[Poller]:
    """Polls `pages` into a store of its own."""
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        yield Poller((pages.address,), store, parser)
