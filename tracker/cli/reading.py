"""Commands that look things up: stored matches, one item, the rules in force."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.model import Figure, Hit, Item, Match
    from tracker.store.values import KeptItem, KeptMatch


def show(
    context: typer.Context,
    item: Annotated[
        int | None,
        typer.Argument(metavar="ITEM", min=1, max=2**31 - 1, help="An item's number, as the list shows it."),
    ] = None,
    signal: Annotated[
        str | None, typer.Option("--signal", "-s", metavar="KEY", help="Only this signal.")
    ] = None,
    days: Annotated[float, typer.Option("--days", min=0, max=36500, help="How far back.")] = 7,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="At most so many.")] = 50,
    json: AsJson = False,
) -> None:
    """List the newest matches with their evidence, or show one item whole."""
    from tracker.cli import wiring

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    work = wiring.load_or_last(where)
    if work.notice:
        say.error(work.notice)
    if signal is not None:
        check_signal(signal, [each.key for each in work.config.definitions.signals])
    with wiring.reading(where, work.config) as store:
        if item is None:
            since = wiring.clock() - timedelta(days=days)
            _tell_matches(store.matches_since(since, signal=signal, limit=limit), json)
            return
        kept = store.item(item)
    if kept is None:
        raise TrackerError(f"there is no item {item}; `tracker show` lists those that matched")
    _tell_item(kept, json)


def rules_show(
    context: typer.Context,
    key: Annotated[str | None, typer.Argument(metavar="SIGNAL", help="A signal's key.")] = None,
) -> None:
    """Show the rules in force and where each line comes from; without a key, the signals."""
    from tracker.cli import wiring
    from tracker.config.describe import describe_rules

    options: Options = context.obj
    work = wiring.load_or_last(wiring.places(options.config, options.data))
    if work.notice:
        say.error(work.notice)
    if key is not None:
        for row in describe_rules(work.config, key).split("\n"):
            say.line(row)
        return
    for signal in work.config.definitions.signals:
        say.line(f"{signal.key:<18} {say.count(len(signal.rules), 'rule'):>8}   {signal.title}")
    say.note("`tracker rules show SIGNAL` shows its rules and where each line comes from")


def check_signal(key: str, known: list[str]) -> None:
    from difflib import get_close_matches

    if key not in known:
        near = get_close_matches(key, known, 1)
        hint = f"did you mean {near[0]}" if near else f"there are {', '.join(known)}"
        raise TrackerError(f"no signal {key!r}; {hint}")


def _tell_matches(kept: list[KeptMatch], json: bool) -> None:
    if json:
        say.data([_match_row(each) for each in kept])
        return
    for each in kept:
        day = f"{each.item.first_seen:%Y-%m-%d}"
        say.line(f"{each.item_id:>6}  {day}  {each.match.signal:<16} {each.item.title}")
        claim = "" if each.match.claim == "reported" else f" · {each.match.claim}"
        say.line(f"        {why(each.match)}{claim}")
    say.note(f"{say.count(len(kept), 'match', 'matches')}; `tracker show NUMBER` shows an item whole")


def _tell_item(kept: KeptItem, json: bool) -> None:
    item = kept.item
    if json:
        earlier = [{"title": each.title, "link": each.link, "until": each.until} for each in kept.revisions]
        matches = [_match_row(each) for each in kept.matches]
        say.data({"item": kept.id, **_item_row(item), "earlier": earlier, "matches": matches})
        return
    published = f"{item.published:%Y-%m-%d %H:%M} UTC" if item.published else "no date"
    say.line(item.title)
    say.line(f"{item.feed_id} · published {published} · first seen {item.first_seen:%Y-%m-%d %H:%M} UTC")
    if item.link:
        say.line(item.link)
    for former in kept.revisions:
        say.line(f"was: {former.title} (until {former.until:%Y-%m-%d %H:%M} UTC)")
    say.line()
    say.line(item.summary or item.content)
    for each in kept.matches:
        state = f"edition {each.edition}" if each.edition else "late" if each.late else "not shown yet"
        say.line()
        say.line(f"{each.match.signal}: {why(each.match)} ({state})")
        say.line(f"  claim: {each.match.claim}")
        for hit in each.match.hits:
            say.line(f"  {hit.field} {hit.start}-{hit.end}  {hit.text!r}  by {hit.clause}")
        for figure in each.match.figures:
            say.line(f"  {figure.field} {figure.start}-{figure.end}  {figure.text!r}  is {measure(figure)}")
    if not kept.matches:
        say.line()
        say.line("no signal")


def why(match: Match) -> str:
    """A score read back part by part: "price-cut 3 + title 2 + official 1"."""
    return " + ".join(f"{part.label} {part.points:g}" for part in match.parts)


def measure(figure: Figure) -> str:
    """What a figure was read as: "0.435 USD per 1M input tokens, was 1.74", "2027-05-01 (month)"."""
    if figure.day is not None:
        return f"{figure.day} ({figure.unit})"
    unit = f" {figure.unit}" if figure.unit else ""
    per = f" per {figure.per}" if figure.per else ""
    was = f", was {figure.was:,.15g}" if figure.was is not None else ""
    return f"{figure.bound} {figure.value:,.15g}{unit}{per}{was}".lstrip()


def _item_row(item: Item) -> dict[str, object]:
    return {
        "feed": item.feed_id,
        "title": item.title,
        "link": item.link,
        "summary": item.summary,
        "published": item.published,
        "first_seen": item.first_seen,
        "backlog": item.backlog,
    }


def _match_row(kept: KeptMatch) -> dict[str, object]:
    return {
        "item": kept.item_id,
        "signal": kept.match.signal,
        "title": kept.item.title,
        "link": kept.item.link,
        "feed": kept.item.feed_id,
        "first_seen": kept.item.first_seen,
        "score": kept.match.score,
        "why": why(kept.match),
        "rules": list(kept.match.rules),
        "claim": kept.match.claim,
        "hits": [_hit_row(hit) for hit in kept.match.hits],
        "figures": [_figure_row(figure) for figure in kept.match.figures],
        "edition": kept.edition,
        "late": kept.late,
    }


def _hit_row(hit: Hit) -> dict[str, object]:
    return {"field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text, "clause": hit.clause}


def _figure_row(figure: Figure) -> dict[str, object]:
    """All of a figure; of a date also the day itself, or None."""
    return {**asdict(figure), "day": figure.day}
