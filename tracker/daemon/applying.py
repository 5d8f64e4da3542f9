"""`tracker rules apply` while the daemon runs: step by step, so that polls and other requests go on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tracker.apply import Progress, apply_rules, reach_of
from tracker.daemon.log import LOG
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.daemon.control import Line
    from tracker.daemon.daemon import Daemon

_TELL = 10_000
"""Items after which a line says how far it has come."""


async def apply(
    daemon: Daemon, signals: Sequence[str] | None, seconds: float | None, line: Line
) -> Mapping[str, Any]:
    """Apply the rules in force to items of the last `seconds`, None for all. Returns what changed.

    Raises TrackerError when another config comes into force meanwhile, or there is no such signal.
    """
    work, now = daemon.work, daemon.means.clock()
    span = timedelta(seconds=seconds) if seconds is not None else None
    told, progress = 0, Progress()
    for progress in apply_rules(daemon.means.store, work, reach_of(work.config, signals, span, now), now):
        if progress.items - told >= _TELL:
            told = progress.items
            await line(f"{told:,} items so far")
        await asyncio.sleep(0)
        if daemon.work.config.hash != work.config.hash and not progress.done:
            raise TrackerError("another config came into force meanwhile; say `tracker rules apply` again")
    LOG.info("rules applied to %d stored items", progress.items)
    return progress.as_json()
