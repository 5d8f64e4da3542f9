"""What becomes of an item that we have when its publisher edits it: text, earlier titles, matches."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tracker.model import Digest, Field, Hit, Polled, Window
from tracker.store.store import open_store

HOUR = timedelta(hours=1)
FEED = "acme-blog"


@pytest.fixture
def poll(store, feeds, now):
    """Commits a poll of the first feed that brought `new` and `changed`, at an hour of the day."""
    store.sync_feeds(feeds, now)

    def run(*new, changed=(), hour=0):
        at = now + hour * HOUR
        (state,) = store.lease(at, at + HOUR, 1, [FEED])
        return store.commit(Polled(replace(state, last_poll=at), new, changed=tuple(changed)), "config", at)

    return run


@pytest.fixture
def edited(make_found):
    """An item as the feed lists it now; known under its own id unless told otherwise."""

    def make(key, *, known_as=None, shown=(), **changes):
        found = make_found(key, **changes)
        return replace(found, known_as=known_as or found.item.guid_key, shown=frozenset(shown))

    return make


def titles(store, item_id=1):
    return [revision.title for revision in store.item(item_id).revisions]


def signals(store, item_id=1):
    return sorted(kept.match.signal for kept in store.item(item_id).matches)


def test_an_edited_item_is_updated_in_place_and_keeps_its_title_and_times(
    store, poll, make_found, edited, now
):
    poll(make_found("a", title="Acme cuts prices"))
    later = now + HOUR

    assert poll(
        changed=[
            edited(
                "a",
                title="Acme cuts prices by half",
                link="https://acme.example/b",
                content_key="content:b",
                summary="By half.",
                content="All of it.",
                author="B. Author",
                tags=("prices",),
                first_seen=later,
                published=later,
            )
        ],
        hour=1,
    )

    kept = store.item(1)
    assert kept.item == replace(
        make_found("a").item,
        title="Acme cuts prices by half",
        link="https://acme.example/b",
        content_key="content:b",
        summary="By half.",
        content="All of it.",
        author="B. Author",
        tags=("prices",),
    )
    assert [(one.title, one.link, one.until) for one in kept.revisions] == [
        ("Acme cuts prices", "https://acme.example/a", later)
    ]
    assert store.counts().items == 1
    assert store.known(FEED, [], ["content:a", "content:b"]).content_keys == {"content:b"}


def test_a_new_link_alone_is_no_revision(store, poll, make_found, edited):
    poll(make_found("a"))

    poll(changed=[edited("a", link="https://acme.example/elsewhere")], hour=1)

    assert store.item(1).item.link == "https://acme.example/elsewhere"
    assert titles(store) == []


def test_the_ten_newest_titles_are_kept(store, poll, make_found, edited):
    poll(make_found("a", title="Title 0"))

    for number in range(1, 14):
        poll(changed=[edited("a", title=f"Title {number}")], hour=number)

    assert titles(store) == [f"Title {number}" for number in range(12, 2, -1)]


def test_a_title_that_alternates_is_remembered_once(store, poll, make_found, edited, now):
    poll(make_found("a", title="A"))

    for number in range(1, 6):
        poll(changed=[edited("a", title="AB"[number % 2])], hour=number)

    assert titles(store) == ["A", "B"]
    assert store.item(1).revisions[0].until == now + 5 * HOUR


def test_a_match_that_waits_gets_the_evidence_of_the_new_text(store, poll, make_found, edited, now):
    poll(make_found("a"))
    now_says = edited("a", title="Now Acme cuts the price")
    hits = (Hit(Field.TITLE, 9, 13, "cuts", "$cut"),)
    now_says = replace(now_says, matches=(replace(now_says.matches[0], hits=hits),))

    poll(changed=[now_says], hour=1)

    (kept,) = store.item(1).matches
    assert kept.match.hits == hits
    assert kept.found_at == now


def test_a_match_that_waits_and_no_longer_holds_goes(store, poll, make_found, edited, record, now):
    poll(make_found("a", signals=("pricing", "release")))

    poll(changed=[edited("a", title="Acme has a party", signals=("release",))], hour=1)

    assert signals(store) == ["release"]
    assert [match.signal for match in record(store, now + 2 * HOUR).found[0].matches] == ["release"]


def test_what_an_edition_took_stays_as_it_was_told(store, poll, make_found, edited, record, now):
    told = make_found("a")
    poll(told)
    record(store, now + HOUR)

    poll(changed=[edited("a", title="Acme has a party", signals=())], hour=2)

    (kept,) = store.item(1).matches
    assert (kept.match, kept.edition) == (told.matches[0], 1)


def test_a_signal_that_an_edited_title_newly_shows_is_told(store, poll, make_found, edited, record, now):
    poll(make_found("a", signals=()))

    poll(changed=[edited("a", title="Acme cuts the price after all")], hour=1)

    (found,) = record(store, now + 2 * HOUR).found
    assert found.item.title == "Acme cuts the price after all"
    assert [match.signal for match in found.matches] == ["pricing"]
    assert store.item(1).matches[0].found_at == now + HOUR


def test_a_title_that_alternates_is_told_once(store, poll, make_found, edited, record, now):
    poll(make_found("a"))
    taken = []
    for number in range(1, 7):
        taken.append(len(record(store, now + number * HOUR).found))
        poll(
            changed=[edited("a", title=f"T{number}", signals=("pricing",) if number % 2 else ())], hour=number
        )

    assert taken == [1, 0, 0, 0, 0, 0]
    assert store.counts().matches == 1


def test_a_title_that_alternates_before_the_edition_is_told_if_it_shows_the_signal_then(
    store, poll, make_found, edited, record, now
):
    poll(make_found("a"))
    poll(changed=[edited("a", title="B", signals=())], hour=1)
    poll(changed=[edited("a", title="A")], hour=2)

    assert len(record(store, now + 3 * HOUR).found) == 1
    assert store.counts().matches == 1


def test_what_an_old_item_newly_shows_is_kept_and_not_told(store, poll, make_found, edited, record, now):
    poll(make_found("a", signals=()))

    poll(changed=[edited("a", title="Acme cuts the price", backlog=True)], hour=1)

    assert signals(store) == ["pricing"]
    assert record(store, now + 2 * HOUR).found == ()
    assert not store.item(1).item.backlog


def test_what_only_newer_rules_see_in_an_old_text_is_kept_and_not_told(
    store, poll, make_found, edited, record, now
):
    poll(make_found("a", signals=()))

    poll(changed=[edited("a", title="Acme cuts the price!", shown=("pricing",))], hour=1)

    assert store.item(1).matches[0].late
    assert record(store, now + 2 * HOUR).found == ()


def test_an_item_that_came_back_under_another_id_is_known_by_that_one_from_then_on(
    store, poll, make_found, edited
):
    poll(make_found("a"))

    poll(changed=[edited("z", known_as="guid:a", title="Acme cuts the price of a")], hour=1)

    known = store.known(FEED, ["guid:a", "guid:z"], ["content:a", "content:z"])
    assert (known.guid_keys, known.content_keys) == ({"guid:z"}, {"content:z"})
    assert store.item(1).item.link == "https://acme.example/z"
    assert (store.counts().items, titles(store)) == (1, [])


def test_an_edit_of_an_item_that_we_do_not_have_changes_nothing(store, poll, make_found, edited):
    poll(make_found("a"))

    assert poll(changed=[edited("elsewhere")], hour=1)

    assert store.item(1).item == make_found("a").item
    assert store.counts().items == 1


def test_an_edit_whose_lease_was_lost_changes_nothing(store, poll, make_found, edited, now):
    poll(make_found("a"))
    (state,) = store.lease(now, now + HOUR, 1, [FEED])
    store.release([state])

    assert not store.commit(Polled(state, changed=(edited("a", title="B"),)), "config", now)

    assert store.item(1).item.title == make_found("a").item.title


def test_one_edit_that_cannot_be_stored_does_not_lose_the_others(store, poll, make_found, edited):
    poll(make_found("a"), make_found("b"))

    poll(make_found("c"), changed=[edited("a", summary=None), edited("b", title="B")], hour=1)

    assert [store.item(number).item.title for number in (1, 2, 3)] == [
        *(make_found("a").item.title, "B"),
        make_found("c").item.title,
    ]
    assert store.states()[0].last_error.startswith("1 of 3 items not stored")


def test_edited_text_is_stored_as_new_text_is(store, poll, make_found, edited):
    poll(make_found("a"))

    poll(changed=[edited("a", title="N\0UL", summary="\ud800", tags=("t\0",))], hour=1)
    poll(changed=[edited("a", title="N\0UL", summary="\ud800", tags=("t\0",))], hour=2)

    item = store.item(1).item
    assert (item.title, item.summary, item.tags) == ("NUL", "\ufffd", ("t",))
    assert titles(store) == ["Acme cuts the price of a"]


def test_an_edited_item_of_another_feed_stays_as_it_is(store, poll, make_found, edited, now):
    (other,) = store.lease(now, now + HOUR, 1, ["wire"])
    store.commit(Polled(other, (make_found("a", feed_id="wire", title="The wire's"),)), "config", now)
    poll(make_found("a"))

    poll(changed=[edited("a", title="B")], hour=1)

    assert [store.item(number).item.title for number in (1, 2)] == ["The wire's", "B"]


# --- what is looked up to judge a snapshot -----------------------------------------------------------


def test_items_are_looked_up_by_id_and_by_title_newest_first(store, poll, make_found):
    poll(*(make_found(key, title=f"Title {key}") for key in "abcd"))

    found = store.items_like(FEED, ["guid:a", "guid:z"], ["Title c", "Title a", "title D"])

    assert [item.guid_key for item in found] == ["guid:c", "guid:a"]
    assert found[1] == make_found("a", title="Title a").item
    assert store.items_like("wire", ["guid:a"], ["Title c"]) == ()
    assert store.items_like(FEED, [], []) == ()


def test_of_a_title_that_thousands_have_the_newest_are_looked_up(store, poll, make_found):
    poll(*(make_found(str(number), title="Update", signals=()) for number in range(1000)))

    found = store.items_like(FEED, [], ["Update"])

    assert len(found) < 300
    assert found[0].guid_key == "guid:999"


def test_an_edition_that_is_being_recorded_keeps_the_matches_that_it_was_given(
    url, store, poll, make_found, edited, now
):
    poll(make_found("a"))
    (state,) = store.lease(now, now + HOUR, 1, [FEED])
    window = Window(now, now + HOUR)

    def edit() -> None:
        with open_store(url) as other:
            other.commit(Polled(state, changed=(edited("a", title="B", signals=()),)), "config", now)

    poller = threading.Thread(target=edit)

    def build(given):
        poller.start()
        poller.join(0.3)  # the edit has its chance to come in between
        return Digest(given.number, window, "UTC", given.items, (), ())

    stamp = {"config_hash": "c", "template_hash": "t", "program": "p"}
    store.record_edition(window, **stamp, now=now, build=build, to_json=lambda _: "{}")
    poller.join()

    kept = store.item(1)
    assert kept.item.title == "B"
    assert [match.edition for match in kept.matches] == [1]
