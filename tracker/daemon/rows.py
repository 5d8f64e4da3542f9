"""What a poll that somebody asked for answers: the same whether a command or the daemon polled. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tracker.errors import UnknownFeedError

if TYPE_CHECKING:
    from tracker.poll.poll import Report


@dataclass(frozen=True, slots=True)
class Row:
    """One poll in numbers; its items are in the store by now and need not stay in memory."""

    feed: str
    seen: bool
    listed: int
    new: int
    matches: int
    error: str | None
    next_poll: datetime
    gone: bool
    warnings: tuple[str, ...]
    committed: bool


def row(report: Report) -> Row:
    """A report in numbers."""
    state = report.polled.state
    return Row(
        feed=report.feed.id,
        seen=state.last_error is None,
        listed=report.polled.listed,
        new=len(report.polled.new),
        matches=sum(len(found.matches) for found in report.polled.new),
        error=state.last_error,
        next_poll=state.next_poll,
        gone=state.gone,
        warnings=report.polled.warnings,
        committed=report.committed,
    )


def troubles(report: Report) -> Iterator[str]:
    """What kept a feed from being seen, and what was odd about it, a line each."""
    state = report.polled.state
    if state.last_error:
        yield f"{report.feed.id}: {state.last_error}; {then(report)}"
    for warning in report.polled.warnings:
        yield f"{report.feed.id}: {warning}"
    if not report.committed:
        yield f"{report.feed.id}: another process took over this poll; nothing changed"


def then(report: Report) -> str:
    """When a feed is asked again."""
    state = report.polled.state
    return "not asked again" if state.gone else f"next try {state.next_poll:%a %d %b %H:%M} UTC"


def chosen(asked: Sequence[str], known: Collection[str]) -> list[str] | None:
    """The ids of feeds that were asked for; None means those that are due. Raises UnknownFeedError."""
    for wanted in asked:
        if wanted not in known:
            raise UnknownFeedError(wanted, known)
    return list(asked) or None


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows for a program, times in ISO 8601 UTC."""
    return [asdict(each) | {"next_poll": iso(each.next_poll)} for each in rows]


def from_json(rows: Sequence[dict[str, Any]]) -> list[Row]:
    """Rows that a daemon answered."""
    return [
        Row(
            **each
            | {"next_poll": datetime.fromisoformat(each["next_poll"]), "warnings": tuple(each["warnings"])}
        )
        for each in rows
    ]


def iso(moment: datetime) -> str:
    """A time as all JSON of ours has it."""
    return moment.isoformat().replace("+00:00", "Z")
