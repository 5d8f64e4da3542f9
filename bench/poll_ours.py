"""The poller as the daemon runs it, for bench/poll.py: one process that polls when a line on stdin says so.

    python bench/poll_ours.py CONFIG

Each line polls all feeds that are due, a day and a bit after the last time. Answers a line of JSON.
TRACKER_PROFILE=FILE:NUMBER keeps a profile of the main process during the poll of that number.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.poll.poll import Tools

STEP = timedelta(hours=26)


class Hours:
    """The time, a step further with each poll."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def main() -> None:
    from tracker.cli import wiring  # here, because a worker imports the main module, too

    config = Path(sys.argv[1])
    where, work, hours = wiring.places(config, config.parent / "data"), wiring.load(config), Hours()
    with wiring.writing(where, work.config) as store:
        store.sync_feeds(work.config.feeds, hours())
        async with wiring.tools(work, store, clock=hours) as tools:
            _say(ready=True)
            items, poll = 0, 0
            while await asyncio.to_thread(sys.stdin.readline):
                poll += 1
                started = time.process_time()
                feeds, new, failed, matches = await _profiled(tools, poll)
                items += new
                hours.ahead += STEP
                _say(
                    feeds=feeds,
                    failed=failed,
                    items=items,
                    matches=matches,
                    main=time.process_time() - started,
                )


async def _profiled(tools: Tools, poll: int) -> tuple[int, int, int, int]:
    """Poll, under the profiler if this poll was asked for (TRACKER_PROFILE=FILE:NUMBER)."""
    file, _, number = os.environ.get("TRACKER_PROFILE", "").partition(":")
    if not file or int(number) != poll:
        return await _poll(tools)
    profile = cProfile.Profile()
    profile.enable()
    try:
        return await _poll(tools)
    finally:
        profile.disable()
        profile.dump_stats(file)


async def _poll(tools: Tools) -> tuple[int, int, int, int]:
    from tracker.poll.poll import poll_due

    feeds = new = failed = matches = 0
    async for report in poll_due(tools):
        feeds += 1
        new += len(report.polled.new)
        matches += sum(len(found.matches) for found in report.polled.new)
        failed += report.polled.state.last_error is not None
    return feeds, new, failed, matches


def _say(**values: object) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
