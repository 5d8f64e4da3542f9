"""Runs the command line as a user does: a process of its own, its own home, publishers on loopback."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tracker import shipped
from tracker.sample import SampleServer, load_sample


@dataclass(frozen=True)
class Run:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A user's place: the folder that holds config.yaml, and a way to run tracker in it."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "tracker-data"

    def tracker(self, *arguments: str, env: dict[str, str] | None = None) -> Run:
        return _run(self.command(*arguments), self.folder, self.env(env))

    @contextmanager
    def started(self, *arguments: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
        """A command that runs while the test does something to it, in a process group of its own."""
        with subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.env(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tracker", *arguments]

    def env(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **(more or {})}


PolledOnce = Callable[[Mapping[str, tuple[str, ...]]], AbstractContextManager[Home]]


def _run(command: list[str], folder: Path, env: dict[str, str]) -> Run:
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture(scope="module")
def polled(polled_once: PolledOnce) -> Iterator[Home]:
    """A home whose three feeds were polled, for tests that change nothing but what a poll changes."""
    titles = {
        "one": ("OpenAI cuts API token prices by half é 模型 😀", "A quiet day"),
        "two": ("OpenAI cuts API token prices by half once more",),
        "three": ("Another quiet day",),
    }
    with polled_once(titles) as home:
        yield home


@pytest.fixture(scope="module")
def polled_once(tmp_path_factory: pytest.TempPathFactory) -> PolledOnce:
    """Makes a home whose feeds list these titles and were polled by the small rules."""

    @contextmanager
    def make(titles: Mapping[str, tuple[str, ...]]) -> Iterator[Home]:
        home = Home(tmp_path_factory.mktemp("polled"))
        with publishing() as publisher:
            for feed, listed in titles.items():
                publisher.add(feed, *listed)
            home.config.write_text(publisher.config(pack=False), "utf-8")
            assert home.tracker("poll").code == 0
            yield home

    return make


@pytest.fixture
def sample_server() -> Iterator[SampleServer]:
    """The offline sample on loopback, at its first day."""
    with SampleServer(load_sample(shipped.seeds() / "sample")) as server:
        yield server


class Publisher(ThreadingHTTPServer):
    """Serves documents of today. What `held` names is not answered until it no longer does.

    asked: the paths that were asked for, in order.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.documents: dict[str, bytes] = {}
        self.held: dict[str, threading.Event] = {}
        self.asked: queue.Queue[str] = queue.Queue()

    def add(self, feed: str, *titles: str) -> None:
        """A feed that lists items with these titles, published now."""
        self.documents[f"/{feed}"] = _rss(feed, titles)

    def hold(self, feed: str) -> threading.Event:
        """Leave the next requests of a feed open until the event that this returns is set.

        `wait_for` waits for one of these: what was asked for before does not count.
        """
        with suppress(queue.Empty):
            while True:
                self.asked.get_nowait()
        return self.held.setdefault(f"/{feed}", threading.Event())

    def wait_for(self, feed: str) -> None:
        """Return once somebody has asked for this feed."""
        while self.asked.get(timeout=20) != f"/{feed}":
            pass

    def config(self, *lines: str, pack: bool = True) -> str:
        """A config that subscribes to every document, with these lines before the feeds.

        pack: by the shipped rules; else by two small ones, which are compiled in no time.
        """
        port = self.server_port
        head = [
            "use: ai-industry/signals" if pack else "use: none",
            f'poll: {{allow: ["127.0.0.1:{port}"], spacing: 0s, per_host: 16}}',
        ]
        feeds = [
            f"  - {{id: {path[1:]}, name: {path[1:]}, url: http://127.0.0.1:{port}{path}, lang: en}}"
            for path in self.documents
        ]
        rules = [] if pack else [_RULES]
        return "\n".join([*head, *lines, *rules, "feeds:", *feeds]) + "\n"


_RULES = """\
signals:
  pricing:
    title: Prices
    question: Who cuts prices?
    rules: [{id: price-cut, when: "title:cuts title:price*"}]
  talent:
    title: People
    question: Who leaves?
    rules: [{id: leaves, when: "title:leaves"}]"""


class _Answer(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked.put(self.path)
        if (released := self.server.held.get(self.path)) is not None:
            released.wait(60)
        body = self.server.documents[self.path]
        with suppress(ConnectionError):  # who asked may have been killed
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library names it
        """Quiet."""


def _rss(feed: str, titles: tuple[str, ...]) -> bytes:
    date = format_datetime(datetime.now(UTC))
    items = "".join(
        f"<item><title>{title}</title><link>https://{feed}.example/{number}</link>"
        f"<guid isPermaLink='false'>{feed}-{number}</guid><pubDate>{date}</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>{feed}</title>{items}</channel></rss>".encode()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as server:
        yield server


@contextmanager
def publishing() -> Iterator[Publisher]:
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        for released in server.held.values():
            released.set()
        server.shutdown()
        thread.join()
