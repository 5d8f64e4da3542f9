"""What is let go of, and what newer rules change of what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tracker.model import Claim, Field, Hit, Polled, ScorePart
from tracker.store.values import Applied

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def poll(store, feeds, now):
    """Commits founds as a poll at `at`."""
    store.sync_feeds(feeds, now)

    def run(*founds, at=now):
        (state,) = store.lease(at, at + HOUR, 1, ["acme-blog"])
        assert store.commit(Polled(replace(state, last_poll=at, next_poll=at), founds), "config-1", at)

    return run


def index(store):
    while store.index_new(100):
        pass


# --- retention -------------------------------------------------------------------------------------


def test_old_text_without_a_match_is_dropped_and_the_rest_of_the_item_stays(store, poll, make_found, now):
    plain, matched = make_found("plain", signals=(), content="all of it"), make_found("matched")
    young = make_found("young", signals=(), first_seen=now + DAY)
    poll(plain, matched, young)

    assert store.drop_texts(now + DAY, 100) == 1
    assert store.drop_texts(now + DAY, 100) == 0

    assert [store.item(number).item for number in (1, 2, 3)] == [
        replace(plain.item, summary="", content=""),
        matched.item,
        young.item,
    ]


def test_texts_are_dropped_in_batches_whatever_lies_between_them(store, poll, make_found, now):
    poll(*(make_found(str(n), signals=("pricing",) if n in (1, 2, 3) else ()) for n in range(7)))

    assert [store.drop_texts(now + DAY, 2) for _ in range(4)] == [1, 2, 1, 0]


def test_dropping_goes_on_where_it_ended_when_more_has_become_old(store, poll, make_found, now):
    poll(*(make_found(str(n), signals=(), first_seen=now + n * DAY) for n in range(3)))

    assert [store.drop_texts(now + n * DAY, 100) for n in (1, 1, 3, 3)] == [1, 0, 2, 0]


def test_a_dropped_text_is_no_longer_found_and_its_title_is(store, poll, make_found, now):
    poll(make_found("a", title="Title here", summary="text there", signals=()))
    index(store)

    store.drop_texts(now + DAY, 100)
    assert store.unindexed() == 1
    index(store)

    assert [len(store.search(words, limit=9)) for words in ("title", "text")] == [1, 0]


def test_an_item_that_returns_after_its_text_was_dropped_is_not_new(store, poll, make_found, now):
    poll(make_found("a", signals=()))
    store.drop_texts(now + 90 * DAY, 100)

    poll(make_found("a"), at=now + 91 * DAY)

    known = store.known("acme-blog", ["guid:a"], ["content:a"])
    assert (known.guid_keys, known.content_keys) == ({"guid:a"}, {"content:a"})
    assert (store.counts().items, store.counts().matches) == (1, 0)


def test_a_text_whose_last_match_was_lost_is_dropped_after_all(store, poll, make_found, now):
    poll(make_found("a"), make_found("b", signals=()))
    assert store.drop_texts(now + DAY, 100) == 1

    store.apply_matches([(1, ())], ["pricing"], "config-2", now)

    assert store.drop_texts(now + DAY, 100) == 1
    assert store.item(1).item.summary == ""


def test_upkeep_empties_the_log_of_sqlite_and_changes_nothing_else(url, store, poll, make_found, tmp_path):
    poll(*(make_found(str(n)) for n in range(50)))
    before = store.counts()

    store.upkeep()

    assert store.counts() == before
    if url.startswith("sqlite"):
        assert (tmp_path / "tracker.db-wal").stat().st_size == 0


# --- newer rules -----------------------------------------------------------------------------------


def test_items_are_gone_through_by_number_from_a_time_on(store, poll, make_found, now):
    poll(*(make_found(str(n), first_seen=now + n * HOUR) for n in range(5)))

    first = store.items_after(0, now + HOUR, 2)
    second = store.items_after(first[-1].id, now + HOUR, 9)

    assert [kept.id for kept in first] == [2, 3]
    assert [kept.id for kept in second] == [4, 5]
    assert first[0] == store.item(2)
    assert store.items_after(5, now, 9) == []
    assert store.items_after(0, now + DAY, 9) == []


def test_a_match_that_is_gained_is_late_and_never_announced(store, poll, make_found, now, record):
    poll(make_found("a", signals=()), make_found("old", signals=(), backlog=True))
    (new,) = make_found("x", signals=("pricing",)).matches

    applied = store.apply_matches([(1, [new]), (2, [new])], ["pricing"], "config-2", now + HOUR)

    assert applied == Applied(gained=2)
    kept = store.item(1).matches[0]
    assert (kept.match, kept.late, kept.edition, kept.found_at) == (new, True, None, now + HOUR)
    assert kept.config_hash == "config-2"
    assert record(store, now + DAY).found == ()


def test_a_match_that_no_longer_holds_is_dropped_unless_an_edition_told_of_it(
    store, poll, make_found, now, record
):
    poll(make_found("told"))
    record(store, now + HOUR)
    poll(make_found("waiting"), at=now + HOUR)

    applied = store.apply_matches([(1, ()), (2, ())], ["pricing"], "config-2", now + HOUR)

    assert applied == Applied(lost=1)
    assert [len(store.item(number).matches) for number in (1, 2)] == [1, 0]
    assert record(store, now + DAY).found == ()


def test_a_match_that_still_holds_waits_on_with_its_new_evidence(store, poll, make_found, now, record):
    poll(make_found("a"))
    (old,) = make_found("x").matches
    new = replace(
        old, parts=(ScorePart("other", 9.0),), hits=(Hit(Field.TITLE, 0, 4, "Acme", "$a"),), rule_hash="2"
    )

    assert store.apply_matches([(1, [new])], ["pricing"], "config-2", now + HOUR) == Applied(changed=1)

    kept = store.item(1).matches[0]
    assert (kept.match, kept.late, kept.found_at, kept.config_hash) == (new, False, now, "config-2")
    assert [found.matches for found in record(store, now + DAY).found] == [(new,)]


@pytest.mark.parametrize("change", [{"claim": Claim.DENIED}, {"figures": ()}], ids=["claim", "figures"])
def test_another_claim_or_other_figures_are_new_evidence(store, poll, make_found, now, change):
    poll(make_found("a"))
    new = replace(make_found("x").matches[0], **change)

    assert store.apply_matches([(1, [new])], ["pricing"], "config-2", now) == Applied(changed=1)

    assert store.item(1).matches[0].match == new


def test_a_match_that_was_told_keeps_the_evidence_that_was_shown(store, poll, make_found, now, record):
    found = make_found("a")
    poll(found)
    record(store, now + HOUR)
    new = replace(found.matches[0], hits=(), rule_hash="2")

    assert store.apply_matches([(1, [new])], ["pricing"], "config-2", now + HOUR) == Applied()

    kept = store.item(1).matches[0]
    assert (kept.match, kept.edition, kept.config_hash) == (found.matches[0], 1, "config-1")


def test_other_rules_that_find_the_same_words_change_the_hash_alone(store, poll, make_found, now):
    found = make_found("a")
    poll(found)
    new = replace(found.matches[0], rule_hash="2")

    assert store.apply_matches([(1, [new])], ["pricing"], "config-2", now) == Applied()

    assert store.item(1).matches[0].match == new


def test_only_the_signals_asked_for_are_touched(store, poll, make_found, now):
    found = make_found("a", signals=("pricing", "release"))
    poll(found)
    talent = replace(found.matches[0], signal="talent")

    assert store.apply_matches([(1, [talent])], ["pricing"], "config-2", now) == Applied(lost=1)

    assert [kept.match.signal for kept in store.item(1).matches] == ["release"]


def test_applying_twice_changes_nothing_and_unknown_items_are_passed_over(store, poll, make_found, now):
    poll(make_found("a"), make_found("b", signals=()))
    one = make_found("x", signals=("release",)).matches
    found = [(1, one), (2, one), (99, one)]
    signals = ["pricing", "release"]

    first = store.apply_matches(found, signals, "config-2", now)
    after = [store.item(number) for number in (1, 2)]
    second = store.apply_matches(found, signals, "config-2", now + HOUR)

    assert (first, second) == (Applied(gained=2, lost=1), Applied())
    assert [store.item(number) for number in (1, 2)] == after
    assert first + second == first
    assert store.apply_matches([], [], "config-2", now) == Applied()
