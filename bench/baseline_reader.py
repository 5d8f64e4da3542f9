"""The PyPI package `reader`, with its ten workers, as a process that polls when a line on stdin says so.

    python bench/baseline_reader.py DATABASE URLS       (by a Python that has reader and sgmllib3k)

Lines: "poll" updates all feeds; "only FILE" keeps polling the addresses in FILE
alone. Answers a line of JSON.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from reader import make_reader

WORKERS = 10


def main() -> None:
    logging.disable()
    database, urls = sys.argv[1:]
    reader = make_reader(database)
    for url in Path(urls).read_text().split():
        reader.add_feed(url)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        what, _, file = line.strip().partition(" ")
        if what == "only":
            kept = set(Path(file).read_text().split())
            for feed in list(reader.get_feeds()):
                if feed.url not in kept:
                    reader.disable_feed_updates(feed.url)
            print(json.dumps({"feeds": len(kept)}), flush=True)
            continue
        feeds = sum(1 for _ in reader.update_feeds_iter(workers=WORKERS, scheduled=False))
        failed = reader.get_feed_counts(broken=True, updates_enabled=True).total
        items = reader.get_entry_counts().total
        print(json.dumps({"feeds": feeds, "failed": failed, "items": items}), flush=True)


if __name__ == "__main__":
    main()
