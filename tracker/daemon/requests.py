"""What commands ask of the running daemon, and what it answers. See `control` for the form of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tracker.daemon.applying import apply
from tracker.daemon.hours import next_edition
from tracker.daemon.rows import Row, as_json, chosen, iso, row, troubles
from tracker.daemon.watch import Refused, Taken
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.daemon.control import Line
    from tracker.daemon.daemon import Daemon
    from tracker.poll.poll import Report

_LONGEST = 1e10  # seconds: three centuries


async def answer(daemon: Daemon, request: Mapping[str, Any], line: Line) -> Mapping[str, Any]:
    """Do what a request asks. Raises TrackerError when that cannot be."""
    match request.get("do"):
        case "poll":
            return await _poll(daemon, _names(request, "feeds"), line)
        case "digest":
            return await _digest(daemon, line)
        case "status":
            return _status(daemon)
        case "reload":
            return await _reload(daemon, line)
        case "apply":
            return await _apply(daemon, request, line)
        case "stop":
            daemon.stop()
            return {"pid": daemon.here.pid}
        case other:
            raise TrackerError(f"the daemon does not know {other!r}; is it of another version?")


async def _poll(daemon: Daemon, feeds: list[str] | None, line: Line) -> Mapping[str, Any]:
    await _fresh(daemon, line)
    only = chosen(feeds or [], {feed.id for feed in daemon.work.config.feeds})
    rows: list[Row] = []

    async def heard(report: Report) -> None:
        rows.append(row(report))
        for each in troubles(report):
            await line(each)

    started = daemon.means.monotonic()
    await daemon.polling.poll(only, heard)
    return {"seconds": round(daemon.means.monotonic() - started, 3), "feeds": as_json(rows)}


async def _digest(daemon: Daemon, line: Line) -> Mapping[str, Any]:
    await _fresh(daemon, line)
    edition, page = await daemon.editions.make()
    lines = sum(len(section.lines) for section in edition.digest.sections)
    return {"edition": edition.number, "matches": lines, "page": str(page)}


async def _apply(daemon: Daemon, request: Mapping[str, Any], line: Line) -> Mapping[str, Any]:
    signals, since = _names(request, "signals"), _seconds(request, "since")
    await daemon.look(now=True)
    if daemon.work.notice:  # to apply the rules of before is nobody's wish
        raise TrackerError(daemon.work.notice)
    return await apply(daemon, signals, since, line)


def _names(request: Mapping[str, Any], key: str) -> list[str] | None:
    names = request.get(key)
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise TrackerError(f"the request cannot be read: {key}")
    return names


def _seconds(request: Mapping[str, Any], key: str) -> float | None:
    seconds = request.get(key)
    # NaN, which JSON of Python's kind can say, is no number between others.
    if seconds is not None and not (isinstance(seconds, int | float) and 0 <= seconds <= _LONGEST):
        raise TrackerError(f"the request cannot be read: {key}")
    return seconds


async def _fresh(daemon: Daemon, line: Line) -> None:
    """What was saved a moment ago is in force for this request; if it cannot be, say what is."""
    await daemon.refresh()
    if daemon.work.notice:
        await line(f"tracker: {daemon.work.notice}")


async def _reload(daemon: Daemon, line: Line) -> Mapping[str, Any]:
    match await daemon.look(now=True):
        case Taken(lines=lines):
            for each in lines:
                await line(each)
        case Refused(problems=problems):
            for problem in problems:
                await line(str(problem).split("\n")[0])
    return {"config_hash": daemon.work.config.hash, "notice": daemon.work.notice}


def _status(daemon: Daemon) -> Mapping[str, Any]:
    config = daemon.work.config
    edition = next_edition(config.digest, daemon.means.clock())
    at, what = daemon.reloaded or (None, None)
    return {
        "pid": daemon.here.pid,
        "version": daemon.here.version,
        "since": daemon.here.since,
        "config": daemon.here.config,
        "config_hash": config.hash,
        "notice": daemon.work.notice,
        "reloaded": at,
        "reload": what,
        "next_edition": iso(edition) if edition else None,
        "offline_since": _iso_or_none(daemon),
        "log": daemon.here.log,
    }


def _iso_or_none(daemon: Daemon) -> str | None:
    since = daemon.polling.chronicle.offline_since
    return iso(since) if since else None
