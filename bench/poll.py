"""First poll and polls answered 304 beside `reader` and `newsboat`, over one static site, in one run.

    python bench/poll.py [--shared ../shared] [--feeds 2000] [--reader-feeds 500] [--peers PYTHON] [--ours]

Every feed is a recorded one (< 1 MB) at an address of its own, its ids made its own; nginx serves them
packed, with ETag and Last-Modified. CPU is that of all processes of a tool, not of nginx. `reader` needs a
Python that has it (PEERS: python -m venv DIR && DIR/bin/pip install reader sgmllib3k), and polls 500 of the
addresses, drawn with a seed; a peer that is absent is left out. A re-poll goes over all feeds of a tool
again, those that it cannot read included; then those that answered 304 are polled once more by themselves
(newsboat's first reload after the first fetches everything again and is left out). reader and we are
processes that stay; newsboat is a command, and what it needs to start is told. The limit is bare asyncio
streams over the same addresses. Ratios are of feeds per CPU second; each line says what it should be. CPU
seconds grow on a busy machine: then trust the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import baseline_newsboat
from baseline_fetch import fetch_all
from baseline_site import Site, site
from cost import Meter, Program, Spent, memory, run

HERE = Path(__file__).parent
ROOT = HERE.parent
IDLE = 130
PEERS = Path(tempfile.gettempdir()) / "tracker-peers" / "bin" / "python"


@dataclass(frozen=True)
class Result:
    """A tool's figures: CPU ms per feed of the first poll and of a poll answered 304; None: not measured.

    start: of a poll answered 304, what starting the command takes. everything: of a re-poll of all feeds.
    """

    first: float
    again: float | None = None
    start: float = 0.0
    everything: float = 0.0


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as temporary:
        room = Path(temporary)
        with site(options.shared / "data" / "feeds", options.feeds, room) as served:
            print(f"{len(served.urls)} feeds, {served.megabytes:.0f} MB of documents\n")
            limit = _limit(served)
            plain = _tracker(served, room / "plain", rules=False)
            rules = _tracker(served, room / "rules", rules=True)
            _daemon(served, room / "daemon")
            newsboat = None if options.ours else _newsboat(served, room)
            reader = None if options.ours else _reader(served, room, options.peers, options.reader_feeds)
    _judge(plain, rules, reader, newsboat, limit)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--reader-feeds", type=int, default=500)
    parser.add_argument("--peers", type=Path, default=PEERS)
    parser.add_argument("--ours", action="store_true", help="without the peers")
    return parser.parse_args()


def _tracker(served: Site, room: Path, *, rules: bool) -> Result:
    room.mkdir()
    config = room / "config.yaml"
    config.write_text(_config(served.urls, rules), "utf-8")
    name = "tracker, pack rules" if rules else "tracker, no rules"
    program = Program([sys.executable, str(HERE / "poll_ours.py"), str(config)], room / "errors")
    try:
        return _polls(name, program, served, served.urls)
    finally:
        program.close()


def _daemon(served: Site, room: Path) -> None:
    """What memory `tracker run` has while it polls all feeds for the first time, and when it rests."""
    room.mkdir()
    (room / "config.yaml").write_text(_config(served.urls, rules=True), "utf-8")
    command = [
        sys.executable,
        "-m",
        "tracker",
        "--config",
        room / "config.yaml",
        "--data",
        room / "data",
        "run",
    ]
    with (room / "log").open("wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        seen: set[str] = set()
        with Meter(daemon.pid) as meter:
            while len(seen) < len(served.urls) and daemon.poll() is None:
                seen |= served.answers().keys()
            time.sleep(5)
        time.sleep(IDLE)
        print(
            f"tracker run, rules   {meter.spent.peak:>4.0f} MB at most while polling (target <= 300)",
            end=", ",
        )
        print(f"{memory(daemon.pid):.0f} MB after {IDLE} idle seconds (target <= 150)", flush=True)
    finally:
        daemon.terminate()
        daemon.wait(30)


def _config(urls: Sequence[str], rules: bool) -> str:
    lines = ["use: ai-industry/signals"] if rules else []
    port = urlsplit(urls[0]).port
    lines += ["poll:", f"  allow: ['127.0.0.0/8:{port}']", "  interval: 1h", "feeds:"]
    lines += [f"  - {{id: f{number}, name: f{number}, url: '{url}'}}" for number, url in enumerate(urls)]
    return "\n".join(lines) + "\n"


def _reader(served: Site, room: Path, python: Path, feeds: int) -> Result | None:
    if subprocess.run([python, "-c", "import reader"], capture_output=True, check=False).returncode:
        print(f"reader: absent ({python} cannot import it); left out")
        return None
    urls = random.Random(1).sample(served.urls, min(feeds, len(served.urls)))
    (room / "reader-urls").write_text("\n".join(urls))
    command = [str(python), str(HERE / "baseline_reader.py"), f"{room}/reader.sqlite", f"{room}/reader-urls"]
    program = Program(command, room / "reader-errors")

    def keep(kept: Sequence[str]) -> None:
        (room / "reader-urls").write_text("\n".join(kept))
        program.step(f"only {room}/reader-urls")

    try:
        return _polls("reader, 10 workers", program, served, urls, keep)
    finally:
        program.close()


def _polls(
    name: str,
    program: Program,
    served: Site,
    urls: Sequence[str],
    keep: Callable[[Sequence[str]], None] = lambda _: None,
) -> Result:
    """First poll, a re-poll to warm up, and one that counts, of a program that stays."""
    answer, spent = program.step("poll")
    statuses = served.answers()
    _tell(name, "first", statuses, spent, answer["items"], _details(answer))
    first = 1000 * spent.cpu / len(statuses)
    answer, spent = program.step("poll")
    statuses = served.answers()
    _tell(name, "again", statuses, spent, answer["items"], _details(answer))
    everything = 1000 * spent.cpu / len(statuses)
    keep(_unchanged(urls, statuses))
    answer, spent = program.step("poll")
    statuses = served.answers()
    _tell(name, "304", statuses, spent, answer["items"], _details(answer))
    return Result(first, 1000 * spent.cpu / len(statuses), everything=everything)


def _limit(served: Site) -> float:
    """CPU ms of an answer 304 over bare asyncio streams."""
    etags, _ = asyncio.run(fetch_all(served.urls, {}))
    started = time.process_time()
    asyncio.run(fetch_all(served.urls, etags))
    spent = time.process_time() - started
    served.answers()
    return 1000 * spent / len(served.urls)


def _details(answer: dict[str, Any]) -> str:
    ours = f", {answer['matches']} matches, {answer['main']:.2f} CPU s of main" if "main" in answer else ""
    return f"{ours}, {answer['failed']} failed"


def _newsboat(served: Site, room: Path) -> Result | None:
    if shutil.which("newsboat") is None:
        print("newsboat: absent; left out")
        return None
    command = baseline_newsboat.prepared(room, served.urls)
    spent = run([*command, "-x", "reload"])
    _tell("newsboat, 10 threads", "first", served.answers(), spent, baseline_newsboat.items(room))
    first = 1000 * spent.cpu / len(served.urls)
    for _ in range(2):  # the first of them fetches everything again
        run([*command, "-x", "reload"])
        statuses = served.answers()
    command = baseline_newsboat.prepared(room, _unchanged(served.urls, statuses))
    start = run([*command, "-x", "print-unread"])
    spent = run([*command, "-x", "reload"])
    statuses = served.answers()
    said = f", {start.cpu:.2f} CPU s to start and load its cache"
    _tell("newsboat, 10 threads", "304", statuses, spent, baseline_newsboat.items(room), said)
    feeds = len(statuses)
    return Result(first, 1000 * spent.cpu / feeds, 1000 * start.cpu / feeds)


def _unchanged(urls: Sequence[str], statuses: dict[str, str]) -> list[str]:
    return [url for url in urls if statuses.get(urlsplit(url).hostname or "") == "304"]


def _tell(name: str, step: str, statuses: dict[str, str], spent: Spent, items: int, more: str = "") -> None:
    feeds, unchanged = len(statuses), sum(status == "304" for status in statuses.values())
    if not feeds:
        raise SystemExit(f"{name}: nginx was asked for nothing; is the access log at fault?")
    print(
        f"{name:<20} {step:<5} {feeds:>5} feeds ({unchanged:>4} 304) {feeds / spent.seconds:>6.0f} feeds/s "
        f"{spent.cpu:>7.2f} CPU s {1000 * spent.cpu / feeds:>7.3f} ms/feed {spent.peak:>5.0f} MB peak "
        f"{items:>7} items{more}",
        flush=True,
    )


def _judge(
    plain: Result, rules: Result, reader: Result | None, newsboat: Result | None, limit: float
) -> None:
    print()
    again = rules.again or 0.0
    print(f"{'CPU per 304':<44} {again:>7.3f} ms  (target <= 0.35)")
    print(f"{'the same by bare asyncio streams':<44} {limit:>7.3f} ms")
    for name, ours, peer, target in (
        ("first poll, pack rules, beside reader", rules.first, reader and reader.first, 6),
        ("first poll, no rules, beside reader", plain.first, reader and reader.first, 10),
        ("first poll, no rules, beside newsboat", plain.first, newsboat and newsboat.first, 1.5),
        ("first poll, pack rules, beside newsboat", rules.first, newsboat and newsboat.first, 1.5),
        ("re-poll of all its feeds, beside reader", rules.everything, reader and reader.everything, 30),
        ("  only what it gets 304 from", again, reader and reader.again, 0),
        ("answered 304, beside newsboat", again, newsboat and newsboat.again, 10),
        (
            "  without what newsboat takes to start",
            again,
            newsboat and (newsboat.again or 0) - newsboat.start,
            0,
        ),
    ):
        if peer:
            print(f"{name:<44} {peer / ours:>7.1f} x" + (f"   (target >= {target})" if target else ""))


if __name__ == "__main__":
    main()
