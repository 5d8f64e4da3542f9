"""Which matches an edition takes, once and never again, and what is known of recorded editions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tracker.errors import StoreError
from tracker.model import Digest, Edition, Polled, Window
from tracker.store.engine import connect

HOUR = timedelta(hours=1)


@pytest.fixture
def poll(store, feeds, now):
    """Commits founds as a poll at `at`."""
    store.sync_feeds(feeds, now)

    def run(*founds, at=now):
        (state,) = store.lease(at, at + HOUR, 1, ["acme-blog"])
        assert store.commit(Polled(replace(state, last_poll=at, next_poll=at), founds), "config-1", at)

    return run


def keys(given):
    return [found.item.guid_key for found in given.found]


def test_an_edition_takes_every_match_that_waits_oldest_first(store, poll, now, make_found, record):
    newer = make_found("newer", first_seen=now + timedelta(microseconds=1))
    both = make_found("both", signals=("pricing", "release"))
    poll(newer, both, make_found("none", signals=()))

    given = record(store, now + HOUR)

    assert given.number == 1
    assert given.found == (both, newer)
    assert given.items == 3
    assert store.counts().waiting == 0


def test_no_match_is_in_two_editions(store, poll, now, make_found, record):
    poll(make_found("a"))
    record(store, now + HOUR)
    poll(make_found("b"), at=now + HOUR)

    given = record(store, now + 2 * HOUR)

    assert (given.number, keys(given)) == (2, ["guid:b"])


def test_an_item_seen_at_the_end_of_the_window_waits_for_the_next_edition(
    store, poll, now, make_found, record
):
    poll(make_found("a", first_seen=now + HOUR))

    first, second = record(store, now + HOUR), record(store, now + 2 * HOUR)

    assert (keys(first), first.items) == ([], 0)
    assert (keys(second), second.items) == (["guid:a"], 1)


def test_an_item_committed_after_its_edition_was_recorded_is_in_the_next(
    store, poll, now, make_found, record
):
    record(store, now + HOUR)

    poll(make_found("late-commit", first_seen=now), at=now + 2 * HOUR)

    assert keys(record(store, now + 3 * HOUR)) == ["guid:late-commit"]


def test_backlog_is_kept_and_counted_but_never_announced(store, poll, now, make_found, record):
    poll(make_found("old", backlog=True))

    given = record(store, now + HOUR)

    assert (keys(given), given.items) == ([], 1)
    assert store.counts().matches == 1
    assert store.counts().waiting == 0


def test_a_late_match_is_kept_and_never_announced(url, store, poll, now, make_found, record):
    poll(make_found("a"))
    database = connect(url, read_only=False)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE match SET late = true")
    database.close()

    assert keys(record(store, now + HOUR)) == []
    assert store.last_matches() == {}
    assert [kept.late for kept in store.matches_since(now)] == [True]


def test_matches_of_a_feed_that_left_the_config_are_still_told(store, poll, feeds, now, make_found, record):
    poll(make_found("a"))
    store.sync_feeds(feeds[1:], now)

    given = record(store, now + HOUR)

    assert keys(given) == ["guid:a"]
    assert given.names["acme-blog"] == "Acme blog"
    assert [state.feed_id for state in given.feeds] == ["wire"]


def test_an_edition_knows_when_each_signal_was_last_found_before_it(store, poll, now, make_found, record):
    poll(make_found("a", signals=("pricing", "release")))
    first = record(store, now + HOUR)
    poll(make_found("b"), at=now + 2 * HOUR)

    second = record(store, now + 3 * HOUR)

    assert first.last_matches == {}
    assert second.last_matches == {"pricing": now, "release": now}
    assert store.last_matches() == {"pricing": now + 2 * HOUR, "release": now}


def test_an_edition_without_anything_new_is_recorded(store, now, record):
    assert record(store, now + HOUR).found == ()

    assert [head.number for head in store.editions()] == [1]


def test_what_cannot_be_built_takes_nothing(store, poll, now, make_found, record):
    poll(make_found("a"))

    def fails(given):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.record_edition(
            Window(now, now + HOUR),
            config_hash="c",
            template_hash="t",
            program="p",
            now=now,
            build=fails,
            to_json=repr,
        )

    assert store.editions() == []
    assert keys(record(store, now + HOUR)) == ["guid:a"]


def test_an_edition_says_what_it_was_made_of(store, now):
    window = Window(now - HOUR, now)
    digest = Digest(1, window, "Europe/Berlin", 0, (), ())

    edition = store.record_edition(
        window,
        config_hash="c",
        template_hash="t",
        program="p",
        now=now,
        build=lambda given: digest,
        to_json=lambda digest: '{"价格": "\\u0000 is text here"}',
    )

    assert edition == Edition(1, window, digest, "c", "t", "p", now)
    (head,) = store.editions()
    assert (head.window, head.zone, head.config_hash, head.template_hash, head.program, head.recorded) == (
        *(window, "Europe/Berlin", "c", "t", "p", now),
    )
    assert store.digest_json(1) == '{"价格": "\\u0000 is text here"}'


def test_editions_are_published_in_order_and_listed_newest_first(store, now, record):
    for n in range(3):
        record(store, now + n * HOUR)
    store.mark_published(2, now + HOUR)

    assert [head.number for head in store.unpublished()] == [1, 3]
    assert [(head.number, head.published) for head in store.editions(2)] == [(3, None), (2, now + HOUR)]


def test_an_unknown_edition_has_no_digest(store):
    with pytest.raises(StoreError, match="there is no edition 7"):
        store.digest_json(7)
