"""Let the daemon stand: recorded feeds and histories in the background, the config edited, broken and mended.

    python bench/soak.py [--shared ../shared] [--minutes 60] [--feeds 120]

Everything goes through the command line, as a user would do it: `tracker start`, edits of config.yaml,
`kill -9`, `tracker start` again, `tracker stop`. Meanwhile the memory of all processes (PSS), threads and
open files are sampled. The recorded items are old, so that no edition takes them: one more feed writes an
item a minute that a rule of the pack matches. At the end the database is examined; what was found wrong is
listed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
from replay import replay_server

ROOT = Path(__file__).parent.parent
VERSIONS = 19
"""Steps of the recorded histories that are taken, spread over the first four fifths of the run."""

RULE = """
signals:
  soak:
    title: Soak
    question: Does an edit take effect?
    rules:
      - id: any-model
        when: "model*"
"""


NEVER = {
    "items are there twice": "(SELECT 1 FROM item GROUP BY feed_id, guid_key HAVING count(*) > 1)",
    "feeds are still leased": "feed WHERE lease_token IS NOT NULL",
    "feeds were never seen": "feed WHERE last_success IS NULL AND NOT archived",
    "feeds were due for more than a minute and not asked": (
        "feed WHERE NOT archived AND next_poll < (SELECT max(last_poll) FROM feed) - 60000000"
    ),
    "matches that wait are older than the last edition": (
        "match JOIN item ON item.id = item_id WHERE edition IS NULL AND NOT match.backlog AND NOT late"
        " AND first_seen < (SELECT max(window_end) FROM edition)"
    ),
}
"""What must not be in the database after a run, by what a row of it means."""


class Wire(BaseHTTPRequestHandler):
    """A feed with a new item each minute since the server began: a price cut by a percentage of its own."""

    def do_GET(self) -> None:
        begun: datetime = self.server.begun  # type: ignore[attr-defined]
        count = int((datetime.now(UTC) - begun).total_seconds() // 60)
        items = "".join(
            f"<item><guid>{number}</guid><title>OpenAI cuts API prices again, the {number}. time</title>"
            f"<link>https://wire.example/{number}</link>"
            f"<pubDate>{format_datetime(begun + timedelta(minutes=number))}</pubDate></item>"
            for number in range(count, max(0, count - 30), -1)
        )
        body = f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the soak's own lines are what is read."""


@contextmanager
def wire_server() -> Iterator[int]:
    """Serve `Wire`; yields its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Wire) as server:
        server.begun = datetime.now(UTC)  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@dataclass(frozen=True)
class Sample:
    """What all processes of the daemon used at one time. memory: MB, sum of PSS."""

    minute: float
    memory: float
    threads: int
    files: int


@dataclass
class Soak:
    """One run: where its files are, what was measured, what went wrong."""

    folder: Path
    address: str
    wire: int
    feeds: int
    minutes: float
    begun: float = field(default_factory=time.monotonic)
    faults: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    hours: str = ""
    log_read: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def minute(self) -> float:
        return (time.monotonic() - self.begun) / 60

    def say(self, text: str) -> None:
        print(f"{self.minute():6.1f} min  {text}", flush=True)

    def fault(self, text: str) -> None:
        self.faults.append(text)
        self.say(f"WRONG: {text}")

    def tracker(self, *words: str) -> str:
        """Run a command that must succeed; what it printed."""
        command = [sys.executable, "-m", "tracker", "-c", str(self.config), "-d", str(self.data), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT)
        if done.returncode:
            self.fault(f"tracker {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout + done.stderr

    def pid(self) -> int:
        return int((self.data / "tracker.lock").read_text())

    def write(self, more: str = "") -> None:
        """Write config.yaml: the recorded feeds, an edition every nine minutes, and `more`."""
        self.log_read = len(self.log()) if self.data.exists() else 0
        asked = f"{self.address}/config.yaml?n={self.feeds}&hosts=1"
        listed = urllib.request.urlopen(asked).read().decode()
        port = self.address.rsplit(":", 1)[1]
        self.config.write_text(
            f"use: ai-industry/signals\ndigest: {{at: [{self.hours}], zone: UTC}}\n"
            f"poll: {{interval: 5m, allow: ['127.0.0.0/8:{port}', '127.0.0.1:{self.wire}']}}\n"
            f"{listed}  - {{name: wire, url: 'http://127.0.0.1:{self.wire}/', interval: 5m}}\n{more}",
            "utf-8",
        )

    def log(self) -> str:
        return (self.data / "tracker.log").read_text("utf-8")

    def said(self) -> str:
        """What the log has said since `write` was called last."""
        return self.log()[self.log_read :]


def start(soak: Soak) -> None:
    soak.say(soak.tracker("start").strip())


def edit(soak: Soak) -> None:
    soak.write(RULE)
    expect(soak, "an edit is in force", lambda: "soak" in soak.said())


def break_it(soak: Soak) -> None:
    soak.write(RULE.replace('"model*"', '"model*" and (x'))
    expect(soak, "a broken config is told", lambda: "config.yaml" in soak.said())


def mend(soak: Soak) -> None:
    soak.write(RULE.replace("model*", "agent*"))
    expect(soak, "a mended config is in force", lambda: "soak" in soak.said())


def kill(soak: Soak) -> None:
    os.kill(soak.pid(), signal.SIGKILL)
    soak.say("kill -9")
    start(soak)


def restart(soak: Soak) -> None:
    soak.say(soak.tracker("stop").strip())
    start(soak)


def expect(soak: Soak, what: str, holds: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > 30:
            soak.fault(f"not within 30 s: {what}")
            return
        time.sleep(0.5)
    soak.say(f"{what} after {time.monotonic() - begun:.1f} s")


PLAN: tuple[tuple[float, Callable[[Soak], None]], ...] = (
    *((0.10, edit), (0.20, break_it), (0.30, kill), (0.35, mend), (0.50, kill), (0.70, restart)),
)
"""What happens when, as shares of the run."""


def run(soak: Soak) -> None:
    start(soak)
    waiting = list(PLAN)
    steps = 0
    while (done := soak.minute() / soak.minutes) < 1:
        if waiting and done >= waiting[0][0]:
            waiting.pop(0)[1](soak)
        if steps < min(VERSIONS, int(done / 0.8 * (VERSIONS + 1))):
            urllib.request.urlopen(f"{soak.address}/advance?n=1").read()
            steps += 1
        measure(soak)
        time.sleep(5)
    soak.say(soak.tracker("status").strip())
    soak.say(soak.tracker("stop").strip())


def measure(soak: Soak) -> None:
    try:
        daemon = psutil.Process(soak.pid())
        ours = [daemon, *daemon.children(recursive=True)]
        memory = sum(process.memory_full_info().pss for process in ours) / 1e6
        used = Sample(soak.minute(), memory, daemon.num_threads(), daemon.num_fds())
    except (psutil.Error, OSError, ValueError):
        return  # a worker has just ended, or the daemon is between two lives
    soak.samples.append(used)


def examine(soak: Soak) -> None:
    """Is everything there, once, and told once?"""
    with closing(sqlite3.connect(f"file:{soak.data / 'tracker.sqlite'}?mode=ro", uri=True)) as database:

        def ask(query: str) -> list[tuple[Any, ...]]:
            return database.execute(query).fetchall()

        for what, query in NEVER.items():
            if number := ask(f"SELECT count(*) FROM {query}")[0][0]:
                soak.fault(f"{number} {what}")
        if (said := ask("PRAGMA integrity_check")[0][0]) != "ok":
            soak.fault(f"integrity_check: {said}")
        editions = ask("SELECT number, digest FROM edition ORDER BY number")
        taken = dict(ask("SELECT edition, count(*) FROM match WHERE edition IS NOT NULL GROUP BY 1"))
        wire = sorted(int(row[0]) for row in ask("SELECT guid FROM item WHERE feed_id = 'wire'"))
        items, matches = (ask(f"SELECT count(*) FROM {name}")[0][0] for name in ("item", "match"))
    for number, digest in editions:
        lines = sum(len(section["lines"]) for section in json.loads(digest)["digest"]["sections"])
        if lines != taken.get(number, 0):
            soak.fault(f"edition {number} shows {lines} matches, {taken.get(number, 0)} are marked as taken")
        if not list((soak.data / "digest").glob(f"*{number}*")):
            soak.fault(f"edition {number} has no page")
    if wire != list(range(1, len(wire) + 1)) or len(wire) < soak.minutes - 7:
        soak.fault(f"of the wire's items these are there: {wire}")
    if editions and not taken:
        soak.fault("no edition told anything")
    soak.say(f"{items} items, {matches} matches, {len(wire)} of the wire; told per edition: {taken}")


def tell(soak: Soak) -> None:
    quarter = max(1, len(soak.samples) // 4)
    for name in ("memory", "threads", "files"):
        values = [getattr(sample, name) for sample in soak.samples]
        first, last = (sorted(part)[len(part) // 2] for part in (values[:quarter], values[-quarter:]))
        print(
            f"{name:<8} median of the first quarter {first:.0f}, of the last {last:.0f}, "
            f"most {max(values):.0f}"
        )
    print("nothing wrong" if not soak.faults else "\n".join(["WRONG:", *soak.faults]))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--feeds", type=int, default=120, help="the 30 histories come first")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        replay_server(options.shared) as address,
        wire_server() as wire,
    ):
        soak = Soak(Path(folder), address, wire, options.feeds, options.minutes)
        soon = range(6, int(options.minutes) + 6, 9)
        soak.hours = ", ".join(f'"{datetime.now(UTC) + timedelta(minutes=each):%H:%M}"' for each in soon)
        soak.write()
        try:
            run(soak)
        finally:
            if (soak.data / "tracker.lock").exists():
                soak.tracker("stop")
        examine(soak)
        tell(soak)
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
