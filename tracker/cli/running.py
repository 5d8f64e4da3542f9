"""What `tracker status` says about the daemon: whether one runs, and how it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import tracker
from tracker.cli import say
from tracker.errors import TrackerError

SILENT = timedelta(hours=3)
"""No feed was seen for so long: something is wrong with all of them, the network, the disk, the daemon."""


@dataclass(frozen=True, slots=True)
class Background:
    """The process that writes into this data directory.

    what: "daemon", or "command" while another tracker command writes. answers: None, or why it does not.
    reload, reloaded: what the last edit of the config came to, and when. offline_since: no network.
    """

    pid: int
    what: str
    trouble: str | None = None
    version: str | None = None
    since: datetime | None = None
    config: str | None = None
    config_hash: str | None = None
    notice: str | None = None
    reloaded: datetime | None = None
    reload: str | None = None
    next_edition: datetime | None = None
    offline_since: datetime | None = None
    log: str | None = None


def background(data: Path) -> Background | None:
    """Who writes into this data directory; None when nobody does."""
    from tracker.daemon.control import ask, running
    from tracker.store.lock import holder

    daemon = running(data)
    if daemon is None:
        pid = holder(data)
        return None if pid is None else Background(pid, "command")
    try:
        (*_, last) = ask(data, {"do": "status"}, patience=10.0)
    except TrackerError as error:
        return Background(
            daemon.pid, "daemon", str(error), daemon.version, config=daemon.config, log=daemon.log
        )
    return _from_json(last["done"])


def tell(there: Background | None, now: datetime) -> Iterator[str]:
    """Lines for the top of `status`."""
    if there is None:
        yield "daemon    not running; `tracker start`"
        return
    if there.what == "command":
        yield f"daemon    not running; another tracker command writes here (pid {there.pid})"
        return
    if there.trouble:
        yield f"daemon    {there.trouble}"
        return
    began, log = say.age(there.since, now), there.log or "on stderr"
    yield f"daemon    running (pid {there.pid}), started {began}; log {log}"
    if there.version != tracker.__version__:
        yield f"          it is tracker {there.version}, this is {tracker.__version__}: stop and start it"
    if there.offline_since:
        yield f"          no network since {say.age(there.offline_since, now)}"
    if there.reloaded and there.reload != there.notice:  # that stands beside the config
        yield f"          config read again {say.age(there.reloaded, now)}: {there.reload}"
    if there.next_edition:
        yield f"          next edition {say.moment(there.next_edition, now)}"


def silence(last_success: datetime | None, seen_by_now: bool, now: datetime) -> str | None:
    """The alarm for a tracker that sees nothing any more; seen_by_now: some feed should have been."""
    if not seen_by_now or (last_success is not None and now - last_success < SILENT):
        return None
    return f"no feed was seen for long (last: {say.age(last_success, now)}); nothing new can be found"


def _from_json(told: dict[str, Any]) -> Background:
    def time(name: str) -> datetime | None:
        return datetime.fromisoformat(told[name]) if told.get(name) else None

    return Background(
        pid=told["pid"],
        what="daemon",
        version=told["version"],
        since=time("since"),
        config=told["config"],
        config_hash=told["config_hash"],
        notice=told["notice"],
        reloaded=time("reloaded"),
        reload=told["reload"],
        next_edition=time("next_edition"),
        offline_since=time("offline_since"),
        log=told["log"],
    )
