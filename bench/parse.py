"""How fast are recorded feeds parsed, against feedparser on the same documents? Prints ratios of CPU time.

    python bench/parse.py [../shared/data] [--sample 60] [--seed 1]

All documents are parsed by us; both parse the same seeded sample, in turn, so that noise hits both. A
document is listed if feedparser finds more distinct entries in it than we find items.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.baseline_parse import parse_with_feedparser
from tracker.errors import ParseError
from tracker.model import Validators
from tracker.poll.parse import ParseJob, parse_document


def main() -> int:
    options = _options()
    bodies = {path: path.read_bytes() for path in _recorded(options.data)}
    megabytes = sum(map(len, bodies.values())) / 1e6
    started = time.process_time()
    items = sum(max(0, _ours(body)) for body in bodies.values())
    took = time.process_time() - started
    print(f"all: {len(bodies)} docs, {megabytes:.1f} MB, {items} items: ", end="")
    print(f"{len(bodies) / took:.0f} docs/s, {megabytes / took:.1f} MB/s")
    return _compare(bodies, options)


def _compare(bodies: dict[Path, bytes], options: argparse.Namespace) -> int:
    sample = random.Random(options.seed).sample(sorted(bodies), min(options.sample, len(bodies)))
    ours = theirs = 0.0
    fewer = []
    for path in sample:
        gc.collect()  # neither side pays for the other's garbage
        started = time.process_time()
        found = _ours(bodies[path])
        ours += time.process_time() - started
        gc.collect()
        started = time.process_time()
        expected = parse_with_feedparser(bodies[path])
        theirs += time.process_time() - started
        if found < expected and path.suffix != ".json":
            fewer.append(f"  {path}: {found} of {expected}")
    megabytes = sum(len(bodies[path]) for path in sample) / 1e6
    print(f"sample: {len(sample)} docs, {megabytes:.1f} MB")
    print(f"  tracker    {len(sample) / ours:8.1f} docs/s {megabytes / ours:8.1f} MB/s")
    print(f"  feedparser {len(sample) / theirs:8.1f} docs/s {megabytes / theirs:8.1f} MB/s")
    print(f"  ratio {theirs / ours:.1f}x; documents with fewer items: {len(fewer)}", *fewer, sep="\n")
    return 0


def _ours(body: bytes) -> int:
    job = ParseJob("bench", body, "https://feeds.example/", None, None, None, Validators(), datetime.now(UTC))
    try:
        return len(parse_document(job).items)
    except ParseError:
        return -1


def _recorded(data: Path) -> list[Path]:
    folders = (data / "feeds", data / "feed_history")
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    beside = Path(__file__).parent.parent.parent / "shared/data"
    parser.add_argument("data", type=Path, nargs="?", default=beside, help="has feeds/ and feed_history/")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
