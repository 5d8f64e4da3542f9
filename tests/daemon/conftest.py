"""What tests of the daemon share: its means, with a real store and clocks that the test sets."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from tracker.cli import wiring
from tracker.daemon.means import Means
from tracker.inforce import InForce
from tracker.store.store import Store, open_store

CONFIG = """use: none
digest: {zone: UTC, at: "07:00"}
signals:
  pricing:
    title: Prices
    question: Who cuts prices?
    rules: [{id: price-cut, when: "title:cuts title:price*"}]
feeds: [{id: one, name: One, url: "https://one.example/"}]
"""


@dataclass
class Room:
    """A data directory with a daemon's means. now, seconds: what its two clocks say."""

    folder: Path
    store: Store
    now: datetime
    seconds: float = 0.0

    def work(self, config: str = CONFIG) -> InForce:
        self.config.write_text(config, "utf-8")
        return wiring.load(self.config)

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def means(self) -> Means:
        where = wiring.Places(self.config, self.folder)
        made = wiring.means(where, self.store, None)
        return replace(
            made,
            clock=lambda: self.now,
            monotonic=lambda: self.seconds,
            tools=lambda work: wiring.tools(work, self.store, clock=lambda: self.now),
        )


@pytest.fixture
def room(tmp_path: Path, now: datetime) -> Iterator[Room]:
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        yield Room(tmp_path, store, now)


class Publisher(http.server.ThreadingHTTPServer):
    """Lists one item per feed. asked: the paths that were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Feed)
        self.asked: list[str] = []

    def config(self, *feeds: str) -> str:
        """A config that subscribes to these feeds and knows one rule."""
        port = self.server_port
        rows = [f"  - {{id: {feed}, name: {feed}, url: 'http://127.0.0.1:{port}/{feed}'}}" for feed in feeds]
        head, _, _ = CONFIG.partition("feeds:")
        return f'{head}poll: {{allow: ["127.0.0.1:{port}"], spacing: 0s}}\nfeeds:\n' + "\n".join(rows) + "\n"


class _Feed(http.server.BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        item = f"<item><title>OpenAI cuts prices</title><link>https://x.example{self.path}</link></item>"
        body = f"<rss version='2.0'><channel><title>x</title>{item}</channel></rss>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
