"""What a poll commits, and what becomes of it when the lease, an item or the process is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from tracker.errors import StoreError
from tracker.model import Polled, Validators
from tracker.store.store import open_store

HOUR = timedelta(hours=1)


@pytest.fixture
def leased(store, feeds, now):
    """The state of the first feed, leased."""
    store.sync_feeds(feeds, now)
    return store.lease(now, now + HOUR, 1)[0]


def polled(state, now, *founds, **changes):
    """A successful poll of `state` that brought `founds`."""
    return Polled(
        replace(state, last_poll=now, last_success=now, next_poll=now + HOUR, failures=0, **changes), founds
    )


def test_a_poll_keeps_its_items_its_matches_and_its_validators(store, leased, now, make_found):
    found = make_found("a", signals=("pricing", "release"))
    validators = Validators('W/"x"', "Mon, 23 Nov 2026 06:00:00 GMT")

    assert store.commit(polled(leased, now, found, validators=validators, body_hash="b"), "config-1", now)

    state = next(state for state in store.states() if state.feed_id == leased.feed_id)
    assert state.validators == validators
    assert state.body_hash == "b"
    assert state.next_poll == now + HOUR
    assert state.lease_token is None
    kept = store.item(1)
    assert kept.item == found.item
    assert tuple(match.match for match in kept.matches) == found.matches


def test_a_poll_whose_lease_was_lost_writes_nothing(store, leased, now, make_found):
    later = now + 2 * HOUR
    (other,) = store.lease(later, later + HOUR, 1, [leased.feed_id])

    assert not store.commit(polled(leased, now, make_found("a")), "config-1", now)

    assert store.counts().items == 0
    assert store.commit(polled(other, later, make_found("a")), "config-1", later)


def test_a_poll_is_committed_once(store, leased, now, make_found):
    assert store.commit(polled(leased, now, make_found("a")), "config-1", now)

    assert not store.commit(polled(leased, now, make_found("b")), "config-1", now)

    assert store.counts().items == 1


def test_a_state_that_was_never_leased_cannot_be_committed(store, leased, now):
    assert not store.commit(polled(replace(leased, lease_token=None), now), "config-1", now)


def test_an_item_that_we_have_is_neither_stored_nor_matched_again(store, leased, now, make_found):
    store.commit(polled(leased, now, make_found("a", signals=())), "config-1", now)
    (again,) = store.lease(now + HOUR, now + 2 * HOUR, 1, [leased.feed_id])

    store.commit(polled(again, now, make_found("a", title="changed"), make_found("b")), "config-2", now)

    assert store.counts().items == 2
    assert [match.item.guid_key for match in store.matches_since(now)] == ["guid:b"]
    assert [state.last_error for state in store.states()] == [None, None]


def test_of_an_item_listed_twice_the_first_is_kept(store, leased, now, make_found):
    first, second = make_found("a", title="first"), make_found("a", title="second")

    store.commit(polled(leased, now, first, second), "config-1", now)

    assert store.counts().items == 1
    assert store.item(1).item.title == "first"


def test_two_feeds_may_list_an_item_under_one_guid(store, feeds, now, make_found):
    store.sync_feeds(feeds, now)

    for state in store.lease(now, now + HOUR, 2):
        store.commit(polled(state, now, make_found("a", feed_id=state.feed_id)), "config-1", now)

    assert store.counts().items == 2


def test_known_keys_are_those_of_the_feed(store, leased, now, make_found):
    store.commit(polled(leased, now, make_found("a"), make_found("b")), "config-1", now)

    known = store.known(leased.feed_id, ["guid:a", "guid:z"], ["content:b", "content:z"])

    assert known.guid_keys == {"guid:a"}
    assert known.content_keys == {"content:b"}
    assert store.known("wire", ["guid:a"], ["content:b"]).guid_keys == frozenset()


def test_forty_thousand_keys_can_be_asked_for_at_once(store, leased, now, make_found):
    store.commit(polled(leased, now, make_found("39999")), "config-1", now)

    known = store.known(leased.feed_id, [f"guid:{n}" for n in range(40_000)], [])

    assert known.guid_keys == {"guid:39999"}


def test_one_item_that_cannot_be_stored_does_not_lose_the_others(store, leased, now, make_found):
    naive = now.replace(tzinfo=None)
    founds = [make_found(str(n)) for n in range(49)] + [make_found("bad", first_seen=naive)]

    whole = replace(leased, validators=Validators('"v1"', "Mon"), body_hash="known")

    assert store.commit(polled(whole, now, *founds), "config-1", now)

    assert store.counts().items == 49
    assert store.counts().matches == 49
    state = next(state for state in store.states() if state.feed_id == leased.feed_id)
    assert state.last_error.startswith("1 of 50 items not stored: 'Acme cuts the price of bad'")
    assert (state.validators, state.body_hash) == (
        Validators(),
        None,
    )  # the whole document is asked for again
    assert state.lease_token is None


def test_an_item_that_breaks_a_constraint_is_left_out_with_its_matches(store, leased, now, make_found):
    broken = make_found("bad")
    broken = replace(broken, matches=broken.matches + broken.matches)

    store.commit(polled(leased, now, make_found("a"), broken, make_found("c")), "config-1", now)

    assert [match.item.guid_key for match in store.matches_since(now)] == ["guid:c", "guid:a"]


def test_several_polls_are_committed_together_and_lost_leases_are_counted_out(store, feeds, now, make_found):
    store.sync_feeds(feeds, now)
    first, second = store.lease(now, now + HOUR, 2)
    stale = replace(second, lease_token="another")

    kept = store.commit_several(
        [
            polled(stale, now, make_found("b", feed_id=second.feed_id)),
            polled(first, now, make_found("a", feed_id=first.feed_id)),
        ],
        "config-1",
        now,
    )

    assert kept == {"acme-blog"}
    assert [match.item.guid_key for match in store.matches_since(now)] == ["guid:a"]


def test_an_item_that_is_refused_costs_only_itself_among_several_polls(store, feeds, now, make_found):
    store.sync_feeds(feeds, now)
    first, second = store.lease(now, now + HOUR, 2)
    bad = make_found("bad", feed_id=second.feed_id, first_seen=now.replace(tzinfo=None))
    good = [make_found(key, feed_id=second.feed_id) for key in ("b", "c")]

    kept = store.commit_several(
        [polled(first, now, make_found("a", feed_id=first.feed_id)), polled(second, now, *good, bad)],
        "config-1",
        now,
    )

    assert kept == {"acme-blog", "wire"}
    assert store.counts().items == 3


def test_unchanged_polls_are_committed_together_and_lost_leases_are_counted_out(store, feeds, now):
    store.sync_feeds(feeds, now)
    first, second = store.lease(now, now + HOUR, 2)
    stale = replace(second, lease_token="another")

    kept = store.commit_unchanged([polled(first, now), polled(stale, now)])

    assert kept == {"acme-blog"}
    assert [state.last_poll for state in store.states()] == [now, None]


def test_no_unchanged_polls_are_no_work(store):
    assert store.commit_unchanged([]) == frozenset()


def test_a_feed_that_asks_us_to_wait_is_not_seen_since_then(store, leased, now):
    busy = replace(leased, last_poll=now, next_poll=now, failures=0, last_error="HTTP 429")

    store.commit(Polled(busy), "config-1", now)

    assert store.states()[0].failing_since == now


def test_failing_since_is_the_first_failure_of_the_row(store, leased, now):
    def fail(state, when, failures):
        error = "HTTP 503" if failures else None
        state = replace(state, last_poll=when, next_poll=when, failures=failures, last_error=error)
        store.commit(Polled(state), "config-1", when)
        return store.lease(when, when + HOUR, 1, [leased.feed_id])[0]

    once = fail(leased, now, 1)
    twice = fail(once, now + HOUR, 2)
    healed = fail(twice, now + 2 * HOUR, 0)

    assert [once.failing_since, twice.failing_since, healed.failing_since] == [now, now, None]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("a\0b", "ab", id="NUL is dropped"),
        pytest.param("a\ud800b", "a\ufffdb", id="a lone surrogate is replaced"),
        pytest.param("\ud83d\ude00", "😀", id="a pair of surrogates is its character"),
        pytest.param("😀 降价 \U0002000b", "😀 降价 \U0002000b", id="characters of four bytes stay"),
        pytest.param("e\u0301 \u202e\x01\r\n", "e\u0301 \u202e\x01\r\n", id="all else stays as it is"),
        pytest.param("价" * 1_000_000, "价" * 1_000_000, id="three megabytes stay"),
    ],
)
def test_both_databases_give_the_same_text_back(store, leased, now, make_found, written, read):
    found = make_found("a", title=written, content=written, tags=(written[:10],))
    found = replace(found, matches=(replace(found.matches[0], rules=(written[:10],)),))

    assert store.commit(polled(leased, now, found), "config-1", now)

    kept = store.item(1)
    assert kept.item == replace(found.item, title=read, content=read, tags=(read[:10],))
    assert kept.matches[0].match.rules == (read[:10],)


def test_keys_are_known_as_they_were_given(store, leased, now, make_found):
    store.commit(polled(leased, now, make_found("a", guid_key="x\0\ud800")), "config-1", now)

    assert store.known(leased.feed_id, ["x\0\ud800"], []).guid_keys == {"x\0\ud800"}


def test_times_come_back_in_utc_to_the_microsecond(store, leased, now, make_found):
    elsewhere = timedelta(hours=5, minutes=30)
    published = now.replace(year=1, month=1, day=2, microsecond=123456)
    seen = (now + timedelta(microseconds=1)).astimezone(timezone(elsewhere))

    store.commit(polled(leased, now, make_found("a", published=published, first_seen=seen)), "c", now)

    item = store.item(1).item
    assert (item.published, item.first_seen) == (published, seen)
    assert item.first_seen.utcoffset() == timedelta(0)


def test_a_read_only_store_reads_and_cannot_write(url, store, leased, now):
    with open_store(url, read_only=True) as reader:
        assert reader.states() == store.states()
        with pytest.raises(StoreError):
            reader.sync_feeds([], now)
