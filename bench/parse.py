"""How fast are recorded feeds parsed, against feedparser on the same documents? Prints ratios of CPU time.

    python bench/parse.py [../shared/data] [--sample N] [--seed 1]

Every recorded document (or a seeded sample of N) is parsed by both in turn, so that noise hits both. Both run
in one process with their garbage collected before, not while, they are timed. The ratios are of total CPU
time: of all documents, and of the small, middle and large ones. Below them, each document in which feedparser
finds an entry that we have no item for: by guid, else link, else title, in their plain text.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.baseline_parse import Entry, parse_with_feedparser
from tracker.errors import ParseError
from tracker.model import Item, Validators
from tracker.poll.entry import Marked
from tracker.poll.items import GUID, TITLE
from tracker.poll.links import comparable, web_link
from tracker.poll.markup import line, title_of
from tracker.poll.parse import ParseJob, parse_document

T = TypeVar("T")


CLASSES = (("small (below 20 kB)", 20_000), ("middle (below 200 kB)", 200_000), ("large", 10**12))
NOW = datetime.now(UTC)


@dataclass(slots=True)
class Sum:
    """Documents of one class. ours, theirs: CPU seconds."""

    documents: int = 0
    size: int = 0
    ours: float = 0.0
    theirs: float = 0.0

    def add(self, size: int, ours: float, theirs: float) -> None:
        self.documents, self.size = self.documents + 1, self.size + size
        self.ours, self.theirs = self.ours + ours, self.theirs + theirs


def main() -> int:
    options = _options()
    paths = _recorded(options.data)
    if options.sample:
        paths = random.Random(options.seed).sample(paths, min(options.sample, len(paths)))
    sums = {name: Sum() for name, _ in CLASSES} | {"all": Sum()}
    lost: list[str] = []
    for path in paths:
        body = path.read_bytes()
        ours, items = _timed(_ours, body)
        theirs, entries = _timed(parse_with_feedparser, body)
        name = next(name for name, limit in CLASSES if len(body) < limit)
        for each in (sums[name], sums["all"]):
            each.add(len(body), ours, theirs)
        if missing := _missing(entries, items):
            lost.append(f"  {path}: {len(missing)} of {len(entries)}, such as {missing[0]}")
    for name, total in sums.items():
        _report(name, total)
    print(f"documents in which feedparser finds an entry that we lose: {len(lost)}", *lost, sep="\n")
    return 0


def _timed(parse: Callable[[bytes], T], body: bytes) -> tuple[float, T]:
    gc.collect()  # neither side pays for the other's garbage
    started = time.process_time()
    found = parse(body)
    return time.process_time() - started, found


def _report(name: str, total: Sum) -> None:
    if not total.documents:
        return
    print(f"{name}: {total.documents} docs, {total.size / 1e6:.1f} MB")
    for who, took in (("tracker", total.ours), ("feedparser", total.theirs)):
        speeds = f"{total.documents / took:8.1f} docs/s {total.size / 1e6 / took:8.1f} MB/s"
        print(f"  {who:10} {speeds} {took:8.2f} s")
    print(f"  ratio {total.theirs / total.ours:.1f}x")


def _ours(body: bytes) -> tuple[Item, ...]:
    job = ParseJob("bench", body, "https://feeds.example/", None, None, None, Validators(), NOW)
    try:
        return parse_document(job).items
    except ParseError:
        return ()


def _missing(entries: Sequence[Entry], items: Sequence[Item]) -> list[Entry]:
    guids = {item.guid for item in items}
    links = {comparable(item.link) for item in items if item.link}
    titles = {item.title for item in items}
    return [
        entry
        for entry in entries
        if not (
            line(entry.guid)[:GUID] in guids
            or (entry.link and comparable(web_link(entry.link) or entry.link) in links)
            or title_of(Marked(entry.title))[:TITLE] in titles
        )
    ]


def _recorded(data: Path) -> list[Path]:
    folders = (data / "feeds", data / "feed_history")
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    beside = Path(__file__).parent.parent.parent / "shared/data"
    parser.add_argument("data", type=Path, nargs="?", default=beside, help="has feeds/ and feed_history/")
    parser.add_argument("--sample", type=int, default=0, help="0: all documents")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
