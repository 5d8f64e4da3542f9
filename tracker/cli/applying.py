"""The command that applies the rules in force to what is stored, here or in the running daemon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.apply import Progress
    from tracker.cli.wiring import InForce, Places

_TELL = 10_000
"""Items after which a line says how far it has come."""


def rules_apply(
    context: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="SPAN", help="How far back: 12h, 30d, or all.")
    ] = "30d",
    signal: Annotated[
        list[str] | None,
        typer.Option("--signal", "-s", metavar="KEY", help="Only this signal; may be said again."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    json: AsJson = False,
) -> None:
    """Apply the rules in force to stored items. What they find so is kept as late, and never announced.

    A run that was stopped goes on where it was when the same is asked again.
    """
    from tracker.cli import wiring
    from tracker.cli.through import through
    from tracker.daemon.control import running

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    span = _span(since)
    if dry_run:
        done: Mapping[str, Any] = _preview(where, signal, span, tell=not json)
    elif daemon := running(where.data):
        seconds = span.total_seconds() if span is not None else None
        request = {"do": "apply", "since": seconds, "signals": signal}
        done = through(where, daemon, request, tell=not json)
    else:
        done = _apply(where, signal, span, tell=not json)
    if json:
        say.data({**done, "dry_run": dry_run})
        return
    _tell(done, dry_run=dry_run)


def _span(text: str) -> timedelta | None:
    """How far back, None for everything."""
    from tracker.config.nodes import Source, Text
    from tracker.config.scalars import Wrong, duration

    if text.strip().lower() == "all":
        return None
    try:
        return min(duration(Text(text, Source("--since", None, ()))), timedelta(days=36_500))
    except Wrong as error:
        raise TrackerError(f"--since: {error}; write 12h, 30d or all") from None


def _apply(
    where: Places, signals: Sequence[str] | None, span: timedelta | None, *, tell: bool
) -> Mapping[str, Any]:
    from tracker.apply import apply_rules, reach_of
    from tracker.cli import wiring

    work = _loaded(where)
    now = wiring.clock()
    reach = reach_of(work.config, signals, span, now)
    with wiring.writing(where, work.config) as store:
        wiring.put_in_force(where, work.config, store, now)
        return _followed(apply_rules(store, work, reach, now), tell=tell)


def _preview(
    where: Places, signals: Sequence[str] | None, span: timedelta | None, *, tell: bool
) -> Mapping[str, Any]:
    from tracker.apply import preview, reach_of
    from tracker.cli import wiring

    work = _loaded(where)
    now = wiring.clock()
    reach = reach_of(work.config, signals, span, now)
    with wiring.reading(where, work.config) as store:
        return _followed(preview(store, work, reach, now), tell=tell)


def _loaded(where: Places) -> InForce:
    """The config on disk, and no other: old rules are nobody's wish here."""
    from tracker.cli import wiring

    return wiring.load(where.config)


def _followed(steps: Iterator[Progress], *, tell: bool) -> Mapping[str, Any]:
    """Take every step, and say now and then how far it has come."""
    told = 0
    for progress in steps:
        if tell and progress.items - told >= _TELL:
            told = progress.items
            say.note(f"{told:,} items so far")
    return progress.as_json()


def _tell(done: Mapping[str, Any], *, dry_run: bool) -> None:
    signals: Mapping[str, Mapping[str, int]] = done["signals"]
    gained = any(applied["gained"] for applied in signals.values())
    for key, applied in signals.items():
        if any(applied.values()):
            parts = [f"+{applied['gained']:,}", f"-{applied['lost']:,}"]
            if applied["changed"]:
                parts.append(f"{applied['changed']:,} with other evidence")
            say.line(f"{key:<18} {'  '.join(parts)}")
    if not any(any(applied.values()) for applied in signals.values()):
        say.line("no match changes" if dry_run else "no match changed")
    if done["resumed"]:
        say.note("went on where the last run was stopped; what that one changed is not counted here")
    items = say.count(done["items"], "stored item")
    if dry_run:
        say.note(f"{items} looked at; nothing was changed")
    else:
        late = "; new matches are late: `tracker show` lists them, no edition does" if gained else ""
        say.note(f"{items} looked at{late}")
