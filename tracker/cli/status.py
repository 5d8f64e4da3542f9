"""`tracker status`: what is polled, what fails and since when, what waits for the next edition."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say
from tracker.cli.options import AsJson, Options
from tracker.cli.running import Background, background, silence, tell
from tracker.wording import some

if TYPE_CHECKING:
    from tracker.cli.wiring import Places
    from tracker.config.values import Config
    from tracker.model import FeedState, Pause
    from tracker.store.store import Store


@dataclass(frozen=True, slots=True)
class Failing:
    """A feed whose last poll brought nothing. next_poll: None when it is not asked again."""

    feed: str
    name: str
    error: str
    since: datetime | None
    failures: int
    last_success: datetime | None
    next_poll: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed of the config: the id by which commands call it, and when it was last seen."""

    feed: str
    name: str
    last_success: datetime | None


@dataclass(frozen=True, slots=True)
class Noticed:
    """A feed of which the user should know something that is no error."""

    feed: str
    notice: str


@dataclass(frozen=True, slots=True)
class Status:
    """What `tracker status` tells. waiting: matches for the next edition. edition: the newest's number.

    daemon: who writes here, if somebody does. polling: feeds whose poll is under way. pauses: hosts that
    asked us to wait. silence: why nothing can be found any more, or None.
    """

    daemon: Background | None
    silence: str | None
    polling: tuple[str, ...]
    pauses: tuple[Pause, ...]
    notices: tuple[Noticed, ...]

    config: str
    config_hash: str
    notice: str | None
    data: str
    feeds: int
    seen: int
    never_polled: int
    failing: tuple[Failing, ...]
    last_poll: datetime | None
    next_poll: datetime | None
    items: int
    matches: int
    waiting: int
    edition: int | None
    recorded: datetime | None
    listed: tuple[Listed, ...]


def status(
    context: typer.Context,
    feeds: Annotated[bool, typer.Option("--feeds", help="List every feed with its id.")] = False,
    json: AsJson = False,
) -> None:
    """Say what is polled, what fails and since when, and what waits for the next edition."""
    from tracker.cli import wiring

    options: Options = context.obj
    where = wiring.places(options.config, options.data)
    there = background(where.data)
    config, notice = wiring.config_to_show(where)
    if there and there.notice:
        notice = there.notice
    with wiring.reading(where, config) as store:
        told = _status(where, config, notice, store, there)
    if json:
        say.data(asdict(told))
        return
    _tell(told, wiring.clock())
    if feeds:
        _tell_feeds(told.listed, wiring.clock())


def _status(
    where: Places, config: Config, notice: str | None, store: Store, there: Background | None
) -> Status:
    from tracker.cli.wiring import clock

    now = clock()
    counts = store.counts()
    names = {feed.id: feed.name for feed in config.feeds}
    newest = store.editions(limit=1)
    states = [state for state in store.states() if state.feed_id in names]
    seen = {state.feed_id: state.last_success for state in states}
    polled = [state.last_poll for state in states if state.last_poll]
    return Status(
        daemon=there,
        silence=silence(max((each for each in seen.values() if each), default=None), bool(polled), now),
        polling=tuple(state.feed_id for state in states if there and state.lease_token),
        pauses=tuple(store.pauses(now)),
        notices=tuple(Noticed(state.feed_id, state.notice) for state in states if state.notice),
        config=str(where.config),
        config_hash=config.hash,
        notice=notice,
        data=str(where.data),
        feeds=len(names),
        seen=sum(state.last_success is not None and state.last_error is None for state in states),
        never_polled=len(names) - sum(state.last_poll is not None for state in states),
        failing=tuple(_failing(state, names[state.feed_id]) for state in states if state.last_error),
        last_poll=counts.last_poll,
        next_poll=min((state.next_poll for state in states if not state.gone), default=None),
        items=counts.items,
        matches=counts.matches,
        waiting=counts.waiting,
        edition=newest[0].number if newest else None,
        recorded=newest[0].recorded if newest else None,
        listed=tuple(
            Listed(id_, name, seen.get(id_)) for id_, name in sorted(names.items(), key=lambda pair: pair[0])
        ),
    )


def _failing(state: FeedState, name: str) -> Failing:
    return Failing(
        feed=state.feed_id,
        name=name,
        error=state.last_error or "",
        since=state.failing_since,
        failures=state.failures,
        last_success=state.last_success,
        next_poll=None if state.gone else state.next_poll,
    )


def _tell(told: Status, now: datetime) -> None:
    for line in tell(told.daemon, now):
        say.line(line)
    say.line(f"config    {told.config} ({told.config_hash[:12]})")
    if told.notice:
        say.line(f"          {told.notice}")
    matches = say.count(told.matches, "match", "matches")
    say.line(f"data      {told.data}: {say.count(told.items, 'item')}, {matches}")
    never = f", {told.never_polled} never polled" if told.never_polled else ""
    say.line(
        f"feeds     {told.seen} of {told.feeds} seen{never}; last poll {say.age(told.last_poll, now)}, "
        f"next {say.ahead(told.next_poll, now)}"
    )
    if told.polling:
        say.line(f"polling   {say.count(len(told.polling), 'feed')}: {some(told.polling)}")
    edition = f"{told.edition}, recorded {say.age(told.recorded, now)}" if told.edition else "none yet"
    say.line(f"edition   {edition}; {say.count(told.waiting, 'match', 'matches')} waiting for the next")
    if told.silence:
        say.line(f"warning   {told.silence}")
    for pause in told.pauses:
        say.line(f"waiting   {pause.host}: {pause.reason}; asked again {say.ahead(pause.until, now)}")
    for noticed in told.notices:
        say.line(f"notice    {noticed.feed}: {noticed.notice}")
    for failing in told.failing:
        then = f"next try {say.ahead(failing.next_poll, now)}" if failing.next_poll else "not asked again"
        say.line(
            f"failing   {failing.feed}: {failing.error}; since {say.age(failing.since, now)}, "
            f"last seen {say.age(failing.last_success, now)}, {then}"
        )


def _tell_feeds(listed: tuple[Listed, ...], now: datetime) -> None:
    width = max((len(each.feed) for each in listed), default=0)
    for each in listed:
        say.line(f"{each.feed:<{width}}  {say.age(each.last_success, now):<12}  {each.name}")
