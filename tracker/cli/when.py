"""Points in time as options name them: a day, a moment, or how far back from now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tracker.errors import TrackerError


def moment(option: str, text: str, now: datetime) -> datetime:
    """Return what an option names: a day (its beginning in UTC), a time with or without a zone, 12h or 30d.

    Raises TrackerError for anything else.
    """
    from tracker.config.nodes import Source, Text
    from tracker.config.scalars import Wrong, duration

    try:
        return now - min(duration(Text(text, Source(option, None, ()))), timedelta(days=36_500))
    except Wrong:
        pass
    try:
        named = datetime.fromisoformat(text.strip())
        return named.replace(tzinfo=UTC) if named.tzinfo is None else named.astimezone(UTC)
    except (ValueError, OverflowError):
        what = f"{option}: {text[:40]!r} is neither a day nor a span"
        raise TrackerError(f"{what}; write 2026-05-01, 2026-05-01T08:00Z, 12h or 30d") from None


def within(when: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    """Whether a time is at `since` or later, and before `until`. None is within no bounds but none at all."""
    if when is None:
        return since is None and until is None
    return (since is None or when >= since) and (until is None or when < until)
