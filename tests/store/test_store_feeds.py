"""The feeds of a config in the store, and who may poll them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tracker.model import Feed, FeedState, Polled, Validators

HOUR = timedelta(hours=1)


def ids(states):
    return [state.feed_id for state in states]


def test_a_new_feed_is_due_now_unless_it_is_said_when(store, feeds, now):
    store.sync_feeds(feeds, now, first_poll={"wire": now + HOUR})

    assert store.states() == [
        FeedState("acme-blog", "https://acme.example/feed.xml", now),
        FeedState("wire", "https://wire.example/rss", now + HOUR),
    ]


def test_saying_the_same_feeds_again_changes_nothing(store, feeds, now):
    store.sync_feeds(feeds, now)
    before = store.states()

    store.sync_feeds(feeds, now + HOUR)

    assert store.states() == before


def test_a_feed_at_another_url_is_asked_as_a_stranger(store, feeds, now):
    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1)
    learnt = replace(
        state, validators=Validators("e", "m"), body_hash="b", gone=True, failures=3, last_poll=now
    )
    store.commit(Polled(learnt), "config-1", now)
    moved = replace(feeds[0], url="https://acme.example/new.xml")

    store.sync_feeds([moved, feeds[1]], now + HOUR)

    assert store.states()[0] == FeedState(moved.id, moved.url, now + HOUR, last_poll=now)


def test_a_poll_of_the_old_url_is_lost(store, feeds, now, make_found):
    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1)
    store.sync_feeds([replace(feeds[0], url="https://acme.example/new.xml")], now)

    assert not store.commit(Polled(state, (make_found("a"),)), "config-1", now)


def test_an_absent_feed_is_not_polled_and_keeps_its_items(store, feeds, now, make_found):
    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1)
    store.commit(Polled(state, (make_found("a"),)), "config-1", now)

    store.sync_feeds(feeds[1:], now)

    assert ids(store.states()) == ["wire"]
    assert ids(store.lease(now + HOUR, now + 2 * HOUR, 10)) == ["wire"]
    counts = store.counts()
    assert (counts.feeds, counts.archived, counts.items, counts.matches) == (1, 1, 1, 1)


def test_a_feed_that_returns_knows_what_it_knew(store, feeds, now, make_found):
    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1)
    store.commit(Polled(replace(state, validators=Validators("e")), (make_found("a"),)), "config-1", now)
    store.sync_feeds(feeds[1:], now)

    store.sync_feeds(feeds, now)

    assert store.states()[0].validators == Validators("e")
    assert store.known("acme-blog", ["guid:a"], []).guid_keys == {"guid:a"}


def test_a_new_name_changes_the_name_alone(store, feeds, now, record):
    store.sync_feeds(feeds, now)
    before = store.states()

    store.sync_feeds([replace(feeds[0], name="Acme news"), feeds[1]], now + HOUR)

    assert store.states() == before
    assert record(store, now).names == {"acme-blog": "Acme news", "wire": "The Wire"}


def test_the_longest_due_feeds_are_leased_first_and_equals_in_order_of_id(store, now):
    # In this order of code points "B" stands before "a"; a language's collation would swap them.
    named = [Feed(name, name, f"https://{name}.example/") for name in ("a", "B", "é", "c-d", "cc")]
    store.sync_feeds(named, now, first_poll={"cc": now - HOUR, "a": now, "B": now, "é": now, "c-d": now})

    leased = store.lease(now, now + HOUR, 4)

    assert ids(leased) == ["cc", "B", "a", "c-d"]
    assert ids(store.states()) == ["B", "a", "c-d", "cc", "é"]


def test_what_is_not_due_gone_or_leased_is_left_alone(store, now):
    named = [Feed(name, name, f"https://{name}.example/") for name in ("due", "gone", "later", "leased")]
    store.sync_feeds(named, now, first_poll={"later": now + timedelta(microseconds=1)})
    store.lease(now, now + HOUR, 1, ["leased"])
    (gone,) = store.lease(now, now + HOUR, 1, ["gone"])
    store.commit(Polled(replace(gone, gone=True)), "config-1", now)

    assert store.count_due(now) == 1
    assert ids(store.lease(now, now + HOUR, 10)) == ["due"]
    assert store.count_due(now) == 0


def test_named_feeds_are_leased_alone_whether_due_gone_or_neither(store, feeds, now):
    store.sync_feeds(feeds, now, first_poll={"wire": now + 9 * HOUR})
    (state,) = store.lease(now, now + HOUR, 1, ["wire"])
    store.commit(Polled(replace(state, gone=True)), "config-1", now)

    assert ids(store.lease(now, now + HOUR, 10, ["wire", "unknown"])) == ["wire"]
    assert store.lease(now, now + HOUR, 10, ["wire"]) == []
    assert store.lease(now, now + HOUR, 10, []) == []


def test_a_feed_that_left_the_config_is_not_leased_by_name(store, feeds, now):
    store.sync_feeds(feeds, now)
    store.sync_feeds(feeds[:1], now)

    assert store.lease(now, now + HOUR, 10, ["wire"]) == []


def test_a_lease_that_ran_out_is_taken_over_with_a_token_of_its_own(store, feeds, now):
    store.sync_feeds(feeds[:1], now)
    (old,) = store.lease(now, now + HOUR, 1)

    assert store.lease(now + HOUR - timedelta(microseconds=1), now + 2 * HOUR, 1) == []
    (new,) = store.lease(now + HOUR, now + 2 * HOUR, 1)

    assert new.lease_token != old.lease_token


def test_a_lease_given_back_is_due_again_at_once(store, feeds, now):
    store.sync_feeds(feeds[:1], now)
    taken = store.lease(now, now + HOUR, 1)

    store.release(taken)

    assert ids(store.lease(now, now + HOUR, 1)) == ["acme-blog"]
    assert not store.commit(Polled(taken[0]), "config-1", now)


def test_a_lease_that_is_renewed_lasts_and_one_that_was_lost_stays_lost(store, feeds, now):
    store.sync_feeds(feeds, now)
    mine = store.lease(now, now + HOUR, 10)
    lost = replace(mine[0], lease_token="another's")

    store.renew([lost, *mine[1:]], now + 3 * HOUR)

    assert [state.feed_id for state in store.lease(now + 2 * HOUR, now + 4 * HOUR, 10)] == [mine[0].feed_id]


def test_a_feed_that_a_wrong_clock_put_off_is_due(store, feeds, now):
    store.sync_feeds(feeds, now)
    (state, *_) = store.lease(now, now + HOUR, 1)
    store.commit(Polled(replace(state, next_poll=now + timedelta(days=9000), last_error="x")), "c", now)

    assert state.feed_id in {each.feed_id for each in store.lease(now, now + HOUR, 10)}


def test_a_shorter_interval_counts_from_the_last_poll(store, feeds, now):
    store.sync_feeds(feeds, now)
    (state, *_) = store.lease(now, now + HOUR, 1)
    store.commit(Polled(replace(state, last_poll=now, next_poll=now + 24 * HOUR)), "c", now)

    often = [replace(feed, interval=timedelta(minutes=10)) for feed in feeds]
    store.sync_feeds(often, now + timedelta(minutes=1))

    assert {s.feed_id: s.next_poll for s in store.states()}[state.feed_id] == now + timedelta(minutes=10)
