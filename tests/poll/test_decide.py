"""What a poll changes, decided without network, database or clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tracker.errors import FetchError
from tracker.model import Feed, FeedState, Found, Item, Known, NotModified, Snapshot, Validators
from tracker.poll.decide import Moment, decide
from tracker.rules import Ruleset, compile_rules
from tracker.rules.source import Definitions, RuleSource, SignalSource, Written

HOUR = timedelta(hours=1)
FEED = Feed("lab", "Lab", "https://lab.example/feed", interval=HOUR, adaptive=False)


def ruleset() -> Ruleset:
    when = Written("price and cut*", "config.yaml", ((1, 1),))
    rule = RuleSource("price-cut", "pricing", when, None, 3, (), "user", when.at(0))
    signal = SignalSource("pricing", "Pricing", "Are prices moving?", (rule,), "user", when.at(0))
    return compile_rules(Definitions((signal,), {}, {}, {}))


@pytest.fixture
def state(now: datetime) -> FeedState:
    return FeedState(
        feed_id="lab",
        url=FEED.url,
        next_poll=now,
        validators=Validators('"old"', None),
        body_hash="old",
        last_success=now - HOUR,
        full_at=now - HOUR,
        failures=2,
        last_error="HTTP 503",
        lease_token="token",
    )


def item(now: datetime, key: str, title: str = "News", published: datetime | None = None) -> Item:
    return Item(
        feed_id="lab",
        guid=key,
        guid_key=f"guid-{key}",
        content_key=f"content-{key}",
        title=title,
        link=None,
        summary="",
        content="",
        author="",
        published=published,
        first_seen=now,
    )


def snapshot(*items: Item) -> Snapshot:
    return Snapshot(items, Validators('"new"', "Mon"), "new", "rss20", warnings=("odd",))


def test_a_snapshot_changes_validators_hash_and_items_together(state: FeedState, now: datetime) -> None:
    listed = snapshot(item(now, "1", published=now), item(now, "2", published=now))

    polled = decide(FEED, state, listed, Known(), ruleset(), Moment(now, 0.5))

    assert [found.item.guid for found in polled.new] == ["1", "2"]
    assert polled.state == replace(
        state,
        validators=Validators('"new"', "Mon"),
        body_hash="new",
        next_poll=now + HOUR,
        last_poll=now,
        last_success=now,
        failures=0,
        last_error=None,
        rhythm=3600,
        last_new=now,
    )
    assert (polled.listed, polled.warnings) == (2, ("odd",))


def test_an_item_known_by_either_key_is_not_new(state: FeedState, now: datetime) -> None:
    listed = snapshot(item(now, "1"), item(now, "2"), item(now, "3"))

    polled = decide(
        FEED,
        state,
        listed,
        Known(frozenset({"guid-1"}), frozenset({"content-2"})),
        ruleset(),
        Moment(now, 0.5),
    )

    assert [found.item.guid for found in polled.new] == ["3"]


def test_a_new_item_carries_its_matches(state: FeedState, now: datetime) -> None:
    listed = snapshot(item(now, "1", "Lab cuts the price"), item(now, "2", "Lab has a party"))

    first, second = decide(FEED, state, listed, Known(), ruleset(), Moment(now, 0.5)).new

    assert [match.signal for match in first.matches] == ["pricing"]
    assert second.matches == ()


@pytest.mark.parametrize(
    ("first_poll", "age", "backlog"),
    [
        pytest.param(True, timedelta(days=6), False, id="a first poll announces the last seven days"),
        pytest.param(True, timedelta(days=8), True, id="what is older at a first poll is backlog"),
        pytest.param(True, None, True, id="what has no date at a first poll is backlog"),
        pytest.param(False, timedelta(days=8), False, id="later an item may be eight days late"),
        pytest.param(False, timedelta(days=31), True, id="an item dug out after a month is backlog"),
        pytest.param(False, None, False, id="later an item without a date is news"),
    ],
)
def test_old_items_are_backlog(
    state: FeedState, now: datetime, first_poll: bool, age: timedelta | None, backlog: bool
) -> None:
    before = replace(state, last_success=None) if first_poll else state
    listed = snapshot(item(now, "1", published=now - age if age else None))

    (found,) = decide(FEED, before, listed, Known(), ruleset(), Moment(now, 0.5)).new

    assert found.item.backlog is backlog


def test_unchanged_is_a_success_that_keeps_the_body_hash(state: FeedState, now: datetime) -> None:
    polled = decide(
        FEED, state, NotModified(Validators('"v2"', None), "old"), Known(), ruleset(), Moment(now, 0.5)
    )

    assert polled.new == ()
    assert polled.state.body_hash == "old"
    assert polled.state.validators == Validators('"v2"', None)
    assert (polled.state.failures, polled.state.last_error, polled.state.last_success) == (0, None, now)


def test_only_an_unconditional_fetch_moves_the_date_of_the_last_full_one(
    state: FeedState, now: datetime
) -> None:
    asked = decide(FEED, state, snapshot(), Known(), ruleset(), Moment(now, 0.5))
    full = decide(FEED, state, snapshot(), Known(), ruleset(), Moment(now, 0.5, unconditional=True))

    assert asked.state.full_at == state.full_at
    assert full.state.full_at == now


def test_a_failure_keeps_validators_and_waits_longer(state: FeedState, now: datetime) -> None:
    polled = decide(FEED, state, FetchError("HTTP 500"), Known(), ruleset(), Moment(now, 0.5))

    assert polled.state == replace(
        state, next_poll=now + 8 * HOUR, last_poll=now, failures=3, last_error="HTTP 500"
    )


def test_a_feed_that_is_gone_is_not_asked_again(state: FeedState, now: datetime) -> None:
    polled = decide(FEED, state, FetchError("HTTP 410", gone=True), Known(), ruleset(), Moment(now, 0.5))

    assert polled.state.gone
    assert polled.state.validators == state.validators


def test_a_stated_wait_is_kept_and_is_no_failure(state: FeedState, now: datetime) -> None:
    later = now + 5 * HOUR

    polled = decide(FEED, state, FetchError("HTTP 429", retry_at=later), Known(), ruleset(), Moment(now, 0.0))

    assert polled.state.next_poll == later
    assert polled.state.failures == state.failures


# --- items that we have ------------------------------------------------------------------------------


def edited(before: Item, state: FeedState, now: datetime, rules: Ruleset, **changes: object) -> Found:
    """What a poll makes of an item that the feed lists with these changes."""
    after = replace(before, content_key="content-edited", backlog=False, first_seen=now, **changes)  # type: ignore[arg-type]
    known = Known(frozenset({before.guid_key}), items=(before,))
    polled = decide(FEED, state, snapshot(after), known, rules, Moment(now, 0.5))
    assert polled.new == ()
    (found,) = polled.changed
    return found


def test_an_edited_item_carries_its_matches_and_what_its_former_text_showed(
    state: FeedState, now: datetime
) -> None:
    before = item(now - HOUR, "1", "Lab cuts the price")

    found = edited(before, state, now, ruleset(), title="Lab cuts the price by half")

    assert (found.item.title, found.known_as) == ("Lab cuts the price by half", "guid-1")
    assert [match.signal for match in found.matches] == ["pricing"]
    assert found.shown == {"pricing"}


def test_a_signal_that_only_the_new_title_shows_is_not_among_those_of_the_former_text(
    state: FeedState, now: datetime
) -> None:
    found = edited(item(now - HOUR, "1", "News"), state, now, ruleset(), title="Lab cuts the price")

    assert ([match.signal for match in found.matches], found.shown) == (["pricing"], frozenset())


@pytest.mark.parametrize(
    ("backlog", "age", "old"),
    [
        pytest.param(False, timedelta(days=3), False, id="news stays news"),
        pytest.param(True, timedelta(days=10), True, id="backlog stays backlog"),
        pytest.param(False, timedelta(days=31), True, id="a month makes it old"),
        pytest.param(True, None, False, id="an item without a date is news when its title is"),
    ],
)
def test_an_edited_item_is_news_unless_its_date_is_old(
    state: FeedState, now: datetime, backlog: bool, age: timedelta | None, old: bool
) -> None:
    before = replace(item(now - HOUR, "1", published=now - age if age else None), backlog=backlog)

    assert edited(before, state, now, ruleset(), title="Lab cuts the price").item.backlog is old


def test_a_feed_that_changes_its_ids_is_remembered(state: FeedState, now: datetime) -> None:
    before = item(now - HOUR, "1", published=now - HOUR)
    again = replace(before, guid_key="guid-other", content_key="content-other", first_seen=now)

    polled = decide(FEED, state, snapshot(again), Known(items=(before,)), ruleset(), Moment(now, 0.5))

    assert polled.new == ()
    assert [found.known_as for found in polled.changed] == ["guid-1"]
    assert polled.state.churned == now
    assert polled.state.notice is not None
