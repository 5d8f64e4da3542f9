"""`tracker evaluate`: how well the rules find what people labelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options

_NAME = 28
"""Columns for the name of a signal or of a part of the items."""

if TYPE_CHECKING:
    from tracker.model import Match
    from tracker.rules.evaluate import Evaluation, FalseAlarm, Labelled, Mean, Miss, Part, Score


def evaluate(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Labelled items, a JSON object per line, also .gz; - is stdin."),
    ],
    signal: Annotated[
        list[str] | None,
        typer.Option("--signal", "-s", metavar="KEY", help="Only this signal; may be said again."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Only items published on this day or later."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Only items published before this day.")
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List each false alarm with its words, and each miss.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Measure the rules on labelled items: precision, recall, F1.

    Items are matched by title and summary, on a feed of which nothing is known. An item without a date is
    left out when --since or --until is said.
    """
    from tracker.archive import read_labelled
    from tracker.cli import when, wiring
    from tracker.cli.reading import check_signal
    from tracker.inforce import matcher
    from tracker.rules import evaluate as counting

    options: Options = context.obj
    now = wiring.clock()
    begin = when.moment("--since", since, now) if since is not None else None
    end = when.moment("--until", until, now) if until is not None else None
    work = wiring.load(wiring.places(options.config, options.data).config)
    labelled = _between(read_labelled(file), begin, end)
    ruleset = work.ruleset
    done = counting.evaluate(labelled, matcher(ruleset, ()), ruleset.signals, signal)
    for key in signal or ():  # one that only the labels know may be asked for, too
        check_signal(key, [*ruleset.signals, *done.strange])
    _warn(done, file)
    if json:
        say.data(_as_json(done, errors=errors))
        return
    _tell(done)
    if errors:
        _tell_errors(done)
    elif done.errors:
        say.note("`--errors` lists each false alarm and each miss; with `--signal KEY`, of one signal")


def _between(
    labelled: Iterator[Labelled], begin: datetime | None, end: datetime | None
) -> Iterator[Labelled]:
    from tracker.cli.when import within

    return (each for each in labelled if within(each.item.published, begin, end))


def _warn(done: Evaluation, file: str) -> None:
    """What the user should know before reading the numbers."""
    if not done.whole.items:
        say.note("no item was read, so nothing was measured")
    if done.strange:
        named = ", ".join(f"{key} ({say.count(items, 'item')})" for key, items in done.strange.items())
        say.note(f"{file}: warning: labels that no signal of the config has, counted as missed: {named}")


def _tell(done: Evaluation) -> None:
    from tracker.rules.evaluate import Score as Counts

    whole = done.whole
    say.line(f"{'':<{_NAME}}{'right':>7}{'false':>7}{'missed':>7}{'precision':>11}{'recall':>8}{'F1':>7}")
    for key in done.signals:
        _row(key, whole.signals[key])
    say.line()
    _row("micro", whole.micro)
    macro = whole.macro
    _row("macro", None, macro)
    say.line()
    for name, part in _told_parts(done):
        if part.micro != Counts():
            _row(name, part.micro)
    clear = say.count(done.clear.items, "clear one")
    say.note(f"{say.count(whole.items, 'item')}, {clear}; languages, clear ones and strata: micro")


def _told_parts(done: Evaluation) -> list[tuple[str, Part]]:
    """Some of the items each, under the name that they are told by."""
    languages = [(f"language {name or '–'}", part) for name, part in done.languages.items()]
    strata = [(f"from {name}", part) for name, part in done.strata.items() if name]
    return [*languages, ("clear", done.clear), *strata]


def _row(name: str, counts: Score | None, means: Mean | None = None) -> None:
    numbers = f"{counts.tp:>7,}{counts.fp:>7,}{counts.fn:>7,}" if counts is not None else f"{'':>21}"
    shown = counts or means
    if shown is not None:
        rates = f"{_rate(shown.precision):>11}{_rate(shown.recall):>8}{_rate(shown.f1):>7}"
        say.line(f"{name[: _NAME - 2]:<{_NAME}}{numbers}{rates}")


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _tell_errors(done: Evaluation) -> None:
    from tracker.rules.evaluate import FalseAlarm

    for key in done.signals:
        of_signal = [error for error in done.errors if _signal(error) == key]
        alarms = [error for error in of_signal if isinstance(error, FalseAlarm)]
        misses = [error for error in of_signal if not isinstance(error, FalseAlarm)]
        if not of_signal:
            continue
        say.line()
        alarm_count, miss_count = (
            say.count(len(alarms), "false alarm"),
            say.count(len(misses), "miss", "misses"),
        )
        say.line(f"{key}: {alarm_count}, {miss_count}")
        for alarm in alarms:
            say.line(f"  false   {alarm.item_id}  {alarm.item.title}")
            say.line(f"          by {', '.join(alarm.match.rules)}: {_words(alarm.match)}")
        for miss in misses:
            say.line(f"  missed  {miss.item_id}  {miss.item.title}")


def _words(match: Match) -> str:
    """The words that show a match, each once, in reading order; with their field, but for the title."""
    shown = dict.fromkeys((hit.text, hit.field) for hit in match.hits)
    return ", ".join(text if field == "title" else f"{text} ({field})" for text, field in shown)


def _signal(error: FalseAlarm | Miss) -> str:
    from tracker.rules.evaluate import FalseAlarm

    return error.match.signal if isinstance(error, FalseAlarm) else error.signal


def _as_json(done: Evaluation, *, errors: bool) -> dict[str, Any]:
    """What programs read. The first three keys are a promise to them; see docs/rules.md."""
    whole = done.whole
    listed = {"errors": [_error(error) for error in done.errors]} if errors else {}
    return {
        "micro": _rates(whole.micro),
        "signals": {key: _score(score) for key, score in whole.signals.items()},
        "items": [{"id": each, "predicted": list(found)} for each, found in done.predicted],
        "macro": _rates(whole.macro),
        "languages": _parts(done.languages),
        "strata": _parts(done.strata),
        "clear": _part(done.clear),
        "unknown_labels": dict(done.strange),
        **listed,
    }


def _rates(rates: Score | Mean) -> dict[str, float | None]:
    return {"precision": rates.precision, "recall": rates.recall, "f1": rates.f1}


def _score(score: Score) -> dict[str, float | None]:
    return {**_rates(score), "tp": score.tp, "fp": score.fp, "fn": score.fn}


def _parts(parts: Mapping[str, Part]) -> dict[str, Any]:
    return {name: _part(part) for name, part in parts.items()}


def _part(part: Part) -> dict[str, Any]:
    return {
        "items": part.items,
        "micro": _score(part.micro),
        "macro": _rates(part.macro),
        "signals": {key: _score(score) for key, score in part.signals.items()},
    }


def _error(error: FalseAlarm | Miss) -> dict[str, Any]:
    from tracker.rules.evaluate import FalseAlarm

    about = {"id": error.item_id, "signal": _signal(error), "title": error.item.title}
    if not isinstance(error, FalseAlarm):
        return {"kind": "miss", **about}
    hits = [{"field": hit.field, "text": hit.text, "clause": hit.clause} for hit in error.match.hits]
    return {"kind": "false alarm", **about, "rules": list(error.match.rules), "hits": hits}
