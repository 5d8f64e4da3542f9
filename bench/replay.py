"""First poll, second poll and stepped histories of the recorded feeds: feeds/s, CPU per feed, memory.

    python bench/replay.py [--shared ../shared] [--feeds N] [--rules on|off]

Serves ../shared with its replay server on loopback, every feed at an address of its own, as feeds of
different publishers would be. The limit printed beside our figures is measured in the same run: the
same addresses fetched by bare asyncio streams (bench/baseline_fetch.py), nothing parsed or stored.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from baseline_fetch import fetch_all

from tracker.cli import wiring
from tracker.poll.poll import Report, poll_due
from tracker.store.store import Store

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Spent:
    """What a step cost: seconds on the wall, CPU seconds of all our processes, peak memory in MB (PSS)."""

    seconds: float
    cpu: float
    peak_mb: float


class Meter:
    """Measures this process and its children, workers included, while a step runs."""

    def __enter__(self) -> Meter:
        self._stop = threading.Event()
        self._peak = 0.0
        self._cpu = _cpu()
        self._start = time.perf_counter()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        seconds = time.perf_counter() - self._start
        self._stop.set()
        self._sampler.join()
        self.spent = Spent(seconds, _cpu() - self._cpu, self._peak)

    def _sample(self) -> None:
        while not self._stop.wait(0.2):
            self._peak = max(self._peak, sum(_pss(process) for process in _ours()))


def _ours() -> list[psutil.Process]:
    me = psutil.Process()
    return [me, *(child for child in me.children(recursive=True) if "replay.py --port" not in _line(child))]


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _pss(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss / 1e6
    except psutil.Error:
        return 0.0


def _cpu() -> float:
    total = 0.0
    for process in _ours():
        try:
            times = process.cpu_times()
            total += (
                times.user
                + times.system
                + (times.children_user + times.children_system) * (process.pid != os.getpid())
            )
        except psutil.Error:
            continue
    return total


@contextmanager
def replay_server(shared: Path) -> Iterator[str]:
    """Start the replay server on a free port; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable,
            str(shared / "tools" / "replay.py"),
            "--port",
            str(port),
            "--step",
            "manual",
            "--max-seconds",
            "14400",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    server.stdout.readline()  # it prints one line once it listens
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def write_config(folder: Path, address: str, feeds: int, rules: bool) -> Path:
    """A config of the recorded feeds, each at a loopback address of its own."""
    listed = urllib.request.urlopen(f"{address}/config.yaml?n={feeds}&hosts=1").read().decode()
    port = address.rsplit(":", 1)[1]
    path = folder / "config.yaml"
    pack = "use: ai-industry/signals\n" if rules else ""
    path.write_text(f"{pack}poll:\n  allow: ['127.0.0.0/8:{port}']\n{listed}", "utf-8")
    return path


@dataclass
class Tally:
    """What polls brought, added up: keeping the reports would be our own memory in the figures."""

    feeds: int = 0
    seen: int = 0
    new: int = 0
    matches: int = 0

    def add(self, report: Report) -> None:
        self.feeds += 1
        self.seen += report.polled.state.last_error is None
        self.new += len(report.polled.new)
        self.matches += sum(len(found.matches) for found in report.polled.new)


async def poll_all(work: wiring.InForce, store: Store) -> Tally:
    tally = Tally()
    async with wiring.tools(work, store) as tools:
        async for report in poll_due(tools, [feed.id for feed in work.config.feeds]):
            tally.add(report)
    return tally


def told(name: str, tally: Tally, spent: Spent, server_cpu: float) -> None:
    feeds = tally.feeds
    print(
        f"{name:<22} {feeds:>5} feeds {tally.seen:>5} seen {tally.new:>7,} new {tally.matches:>6,} matches "
        f"{feeds / spent.seconds:>7.0f} feeds/s {1000 * spent.cpu / feeds:>7.2f} ms CPU/feed "
        f"{spent.peak_mb:>6.0f} MB PSS   (server {1000 * server_cpu / feeds:.2f} ms/feed)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--feeds", type=int, default=502)
    parser.add_argument("--rules", choices=("on", "off"), default="on")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, replay_server(arguments.shared) as address:
        config = write_config(Path(temporary), address, arguments.feeds, arguments.rules == "on")
        where = wiring.places(config, Path(temporary) / "data")
        work = wiring.load(config)
        urls = [feed.url for feed in work.config.feeds]
        with wiring.writing(where, work.config) as store:
            store.sync_feeds(work.config.feeds, wiring.clock())
            measure("first poll", work, store)
            measure("second poll (304)", work, store)
            measure("third poll (304)", work, store)
            urllib.request.urlopen(f"{address}/advance?n=1").read()
            measure("histories one step on", work, store)
        limit(urls)


def measure(name: str, work: wiring.InForce, store: Store) -> None:
    server_before = _server_cpu()
    with Meter() as meter:
        tally = asyncio.run(poll_all(work, store))
    told(name, tally, meter.spent, _server_cpu() - server_before)


def limit(urls: list[str]) -> None:
    """Bare streams over the same addresses: first all bodies, then all 304."""
    etags: dict[str, str] = {}
    for name in ("bare streams, bodies", "bare streams, 304"):
        with Meter() as meter:
            seen, unchanged = asyncio.run(fetch_all(urls, etags))
        etags = seen or etags
        spent = meter.spent
        print(
            f"{name:<22} {len(urls):>5} feeds {unchanged:>5} unchanged {'':>24} "
            f"{len(urls) / spent.seconds:>7.0f} feeds/s {1000 * spent.cpu / len(urls):>7.2f} ms CPU/feed"
        )


def _server_cpu() -> float:
    for child in psutil.Process().children(recursive=True):
        if "replay.py --port" in _line(child):
            times = child.cpu_times()
            return float(times.user + times.system)
    return 0.0


if __name__ == "__main__":
    main()
