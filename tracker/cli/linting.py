"""`tracker rules lint`: rules, terms and entities that do nothing, or not what they seem to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import Severity, StoreError

if TYPE_CHECKING:
    from tracker.cli.trying import Loaded
    from tracker.rules.lint.rules import Finding
    from tracker.store.store import Store

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def rules_lint(
    context: typer.Context,
    pack: Annotated[
        bool, typer.Option("--pack", help="Tell also what is odd about the pack's rules, terms and entities.")
    ] = False,
    days: Annotated[
        int,
        typer.Option(
            "--days", metavar="N", min=1, max=36_500, help="Name rules that matched nothing in N days."
        ),
    ] = 30,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when anything is found.")] = False,
    json: AsJson = False,
) -> None:
    """Name what can never match, is said twice, or is used by nothing.

    Errors are rules that can never match; everything else is a warning. The pack's are counted only,
    except for errors: an edit of yours may have caused them.
    """
    from tracker.cli.trying import load_rules
    from tracker.rules.lint.rules import lint

    options: Options = context.obj
    loaded = load_rules(options)
    silent, untold = _silent(loaded, days)
    found = (*lint(loaded.config.definitions), *silent)
    told = [finding for finding in found if pack or finding.layer == "user" or finding.grave]
    if json:
        say.data(_as_json(told, hidden=len(found) - len(told), days=days, untold=untold))
    else:
        _tell(told, hidden=len(found) - len(told), untold=untold)
    if strict and told:
        raise typer.Exit(1)


def _silent(loaded: Loaded, days: int) -> tuple[tuple[Finding, ...], str | None]:
    """The rules that matched nothing of late, or why that cannot be told."""
    from tracker.cli import wiring
    from tracker.rules.lint.rules import silent
    from tracker.store.engine import sqlite_file

    file = sqlite_file(wiring.database_url(loaded.where, loaded.config))
    if file is not None and not file.exists():
        return (), "nothing is stored yet"
    now = wiring.clock()
    try:
        with wiring.reading(loaded.where, loaded.config) as store:
            held = _days_held(store, now)
            if held < days:
                return (), f"the store holds {say.count(held, 'day')}"
            matched = _matched(loaded, store, now - timedelta(days=days))
    except StoreError as error:
        return (), str(error)
    return silent(loaded.config.definitions, matched, days), None


def _days_held(store: Store, now: datetime) -> int:
    """How many whole days ago the first item was seen."""
    first = store.items_after(0, _BEGINNING, 1)
    return (now - first[0].item.first_seen).days if first else 0


def _matched(loaded: Loaded, store: Store, since: datetime) -> set[tuple[str, str]]:
    """The rules, each as (signal, id), whose matches were found at `since` or later."""
    return {
        (signal.key, rule)
        for signal in loaded.config.definitions.signals
        for kept in store.matches_since(since, signal=signal.key)
        for rule in kept.match.rules
    }


def _tell(told: list[Finding], *, hidden: int, untold: str | None) -> None:
    for finding in told:
        problem = finding.problem
        hint = f" ({problem.hint})" if problem.hint else ""
        say.line(f"{problem.place}: {problem.severity.value}: {problem.what}{hint} [{finding.kind.value}]")
        for row in problem.excerpt.split("\n") if problem.excerpt else ():
            say.line(f"    {row}")
    errors = sum(finding.grave for finding in told)
    counted = f"{say.count(errors, 'error')}, {say.count(len(told) - errors, 'warning')}"
    say.line(counted if told else "nothing odd was found")
    if hidden:
        say.note(f"{say.count(hidden, 'warning')} about the pack not shown; `--pack` shows them")
    if untold is not None:
        say.note(f"not told which rules matched nothing: {untold}")


def _as_json(told: list[Finding], *, hidden: int, days: int, untold: str | None) -> dict[str, object]:
    return {
        "errors": sum(finding.problem.severity is Severity.ERROR for finding in told),
        "warnings": sum(finding.problem.severity is Severity.WARNING for finding in told),
        "pack_not_shown": hidden,
        "days": days,
        "days_not_told": untold,
        "findings": [_row(finding) for finding in told],
    }


def _row(finding: Finding) -> dict[str, object]:
    problem = finding.problem
    return {
        "kind": finding.kind.value,
        "severity": problem.severity.value,
        "layer": finding.layer,
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "what": problem.what,
        "hint": problem.hint,
    }
