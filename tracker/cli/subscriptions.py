"""The commands that list the feeds and end one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.errors import TrackerError, UnknownFeedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.cli.configfile import Plan
    from tracker.cli.wiring import InForce, Places
    from tracker.config.values import Config
    from tracker.config.written import Subscription
    from tracker.model import Feed, FeedState, Pause


@dataclass(frozen=True, slots=True)
class Row:
    """A feed as it stands. interval: seconds that it is left alone after a success. origin: yours, changed
    (the pack's, with something of yours) or pack.
    """

    feed: str
    name: str
    url: str
    origin: str
    state: str
    since: datetime | None
    why: str
    interval: int
    last_success: datetime | None
    last_new: datetime | None
    next_poll: datetime | None
    notice: str | None
    tags: tuple[str, ...]


def list_feeds(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORD", help="Only feeds with all these words in what is listed, tag or URL."),
    ] = None,
    json: AsJson = False,
) -> None:
    """List every feed: how it stands, how often it is asked, when it was seen, brought something, is due."""
    from tracker.cli import wiring

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    work = wiring.load_or_last(where)
    if work.notice:
        say.error(work.notice)
    now = wiring.clock()
    rows = [row for row in _rows(where, work, now) if _has(row, words or [])]
    if json:
        say.data([asdict(row) for row in rows])
        return
    _tell(rows, now)


def remove(
    context: typer.Context,
    feed: Annotated[str, typer.Argument(metavar="FEED", help="The id of a feed, as `feeds list` shows it.")],
) -> None:
    """End a subscription: take your feed out of the config, or switch one of the pack off."""
    from tracker.cli import configfile, wiring

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    config = wiring.load(where.config).config
    mine = {each.id: each for each in configfile.written(config)}
    found = mine.get(feed)
    _check_there(feed, config, found)
    own = found is not None and not found.shipped
    plan = _leaving_out(config, found) if own and found else _switching_off(config, feed, found)
    configfile.carry_out(plan, config)
    say.line(f"{feed} is {'no longer in' if own else 'off in'} {plan.path}; its items stay in the archive")
    back = (
        f"`tracker feeds add {_url(config, feed)} --id {feed}`" if own else f"take `off: true` of {feed} out"
    )
    say.note(f"to have it back with its memory: {back}")


def _check_there(feed: str, config: Config, found: Subscription | None) -> None:
    known = {each.id for each in config.feeds}
    if feed in known:
        return
    if found is not None and found.off:
        raise TrackerError(f"{feed} is off already, at {found.place}")
    raise UnknownFeedError(feed, known)


def _leaving_out(config: Config, found: Subscription) -> Plan:
    """A feed of the user's goes; a pack feed at its URL, which it replaced, must not come back with that."""
    from tracker.cli.configfile import Plan
    from tracker.config.edit import Entry, with_feeds, without_feed

    below = [each.key for each in config.silenced if each.kind == "feed" and each.by == found.place]
    offs = [Entry((("id", key), ("off", "true")), short=True) for key in below if key != found.id]

    def edit(data: bytes) -> bytes:
        rest = without_feed(data, found.place)
        return with_feeds(rest, offs) if offs else rest

    by_hand = [f"to do it by hand, take out the feed at {found.place}"]
    return Plan(Path(found.place.file), edit, by_hand, gone=(found.id,))


def _switching_off(config: Config, feed: str, found: Subscription | None) -> Plan:
    from tracker.cli.configfile import Plan, home_of_feeds
    from tracker.config.edit import Entry, switched_off, with_feeds

    if found is not None:
        place = found.place
        by_hand = [f"to do it by hand, write `off: true` into the feed at {place}"]
        return Plan(Path(place.file), lambda data: switched_off(data, place), by_hand, gone=(feed,))
    path, entry = home_of_feeds(config), Entry((("id", feed), ("off", "true")), short=True)
    by_hand = [f"to do it by hand, put this below `feeds:` in {path}:", *entry.lines()]
    return Plan(path, lambda data: with_feeds(data, [entry]), by_hand, gone=(feed,))


def _url(config: Config, feed: str) -> str:
    return next(each.url for each in config.feeds if each.id == feed)


def _rows(where: Places, work: InForce, now: datetime) -> list[Row]:
    from tracker.poll.url import read_url

    states, pauses = _remembered(where, work, now)
    origins = _origins(where, work)
    by_host = {pause.host: pause for pause in pauses}
    return [
        _row(
            feed, states.get(feed.id), by_host.get(read_url(feed.url).host), origins.get(feed.id, "pack"), now
        )
        for feed in work.config.feeds
    ]


def _row(feed: Feed, state: FeedState | None, pause: Pause | None, origin: str, now: datetime) -> Row:
    from tracker.pace import wait_for
    from tracker.poll.standing import standing

    how = standing(state, pause, now)
    wait = wait_for(feed, state, now) if state is not None else feed.interval
    due = None if state is None or state.gone else state.next_poll
    return Row(
        feed=feed.id,
        name=feed.name,
        url=feed.url,
        origin=origin,
        state=how.word,
        since=how.since,
        why=how.why,
        interval=int(wait.total_seconds()),
        last_success=state.last_success if state else None,
        last_new=state.last_new if state else None,
        next_poll=max(due, pause.until) if due and pause else due,
        notice=state.notice if state else None,
        tags=feed.tags,
    )


def _remembered(where: Places, work: InForce, now: datetime) -> tuple[dict[str, FeedState], Sequence[Pause]]:
    """What the store knows; nothing before the first poll."""
    from tracker.cli import wiring

    if work.config.database is None and not (where.data / "tracker.sqlite").exists():
        return {}, ()
    with wiring.reading(where, work.config) as store:
        return {state.feed_id: state for state in store.states()}, store.pauses(now)


def _origins(where: Places, work: InForce) -> dict[str, str]:
    """By id, of the feeds that the user's files mention; nothing while those are broken."""
    from tracker.cli import configfile

    if work.notice or work.config.path is None:
        return {}
    return {each.id: "changed" if each.shipped else "yours" for each in configfile.written(work.config)}


def _has(row: Row, words: Sequence[str]) -> bool:
    said = " ".join((row.feed, row.name, row.url, row.origin, row.state, *row.tags)).lower()
    return all(word.lower() in said for word in words)


def _tell(rows: Sequence[Row], now: datetime) -> None:
    heads = ("feed", "state", "every", "seen", "new", "next", "from", "name")
    table = [heads, *(_cells(row, now) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(heads) - 1)]
    for *cells, last in table:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        say.line("  ".join([*padded, last]))
    say.note(say.count(len(rows), "feed"))


def _cells(row: Row, now: datetime) -> tuple[str, ...]:
    since = f" {say.age(row.since, now).removesuffix(' ago')}" if row.since else ""
    return (
        row.feed,
        f"{row.state}{since}",
        _span(row.interval),
        say.age(row.last_success, now),
        say.age(row.last_new, now),
        say.ahead(row.next_poll, now) if row.next_poll or row.state == "gone" else "now",
        row.origin,
        ": ".join(filter(None, (row.name, row.why or row.notice))),
    )


def _span(seconds: int) -> str:
    """ "30m", "5h", "2d": to two digits."""
    for unit, length in (("d", 86_400), ("h", 3_600)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{max(1, seconds // 60)}m"
