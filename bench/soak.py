"""Let the daemon stand: recorded feeds and histories in the background, the config edited, broken and mended.

    python bench/soak.py [--shared ../shared] [--minutes 60] [--feeds 120]

Everything goes through the command line, as a user would do it: `tracker start`, edits of config.yaml,
`kill -9`, `tracker start` again, `tracker stop`. Meanwhile the memory of all processes (PSS), threads and
open files are sampled. At the end the database is examined; what was found wrong is listed, and the exit
code is 1.
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
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
            f"poll: {{interval: 5m, allow: ['127.0.0.0/8:{port}']}}\n{listed}\n{more}",
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
        ask = database.execute
        if (said := ask("PRAGMA integrity_check").fetchone()[0]) != "ok":
            soak.fault(f"integrity_check: {said}")
        twice = ask(
            "SELECT count(*) FROM (SELECT 1 FROM item GROUP BY feed_id, guid_key HAVING count(*) > 1)"
        )
        if number := twice.fetchone()[0]:
            soak.fault(f"{number} items are there twice")
        leased = ask("SELECT count(*) FROM feed WHERE lease_token IS NOT NULL").fetchone()[0]
        if leased:
            soak.fault(f"{leased} feeds are still leased")
        unseen = ask("SELECT id, last_error FROM feed WHERE last_success IS NULL AND NOT archived").fetchall()
        editions = ask("SELECT number, digest FROM edition ORDER BY number").fetchall()
        taken = dict(
            ask("SELECT edition, count(*) FROM match WHERE edition IS NOT NULL GROUP BY 1").fetchall()
        )
        items, matches = (ask(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("item", "match"))
        latest = ask("SELECT max(last_poll) FROM feed").fetchone()[0]
        an_hour_before = latest - int(timedelta(hours=1).total_seconds() * 1e6)
        old = "SELECT count(*) FROM feed WHERE NOT archived AND last_poll < ?"
        stale = ask(old, (an_hour_before,)).fetchone()[0]
    for number, digest in editions:
        lines = sum(len(section["lines"]) for section in json.loads(digest)["digest"]["sections"])
        if lines != taken.get(number, 0):
            soak.fault(f"edition {number} shows {lines} matches, {taken.get(number, 0)} are marked as taken")
        if not list((soak.data / "digest").glob(f"*{number}*")):
            soak.fault(f"edition {number} has no page")
    if stale:
        soak.fault(f"{stale} feeds were not asked for an hour")
    soak.say(
        f"{items} items, {matches} matches, editions {[number for number, _ in editions]}, "
        f"taken {taken}, never seen {len(unseen)}"
    )
    for feed, error in unseen:
        soak.say(f"  never seen: {feed}: {error}")


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
    with tempfile.TemporaryDirectory() as folder, replay_server(options.shared) as address:
        soak = Soak(Path(folder), address, options.feeds, options.minutes)
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
