"""What is kept and looked up: configs in force, items, matches, counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tracker.model import Polled
from tracker.store.values import ConfigInForce, Counts

HOUR = timedelta(hours=1)


def test_no_config_is_in_force_at_first(store):
    assert store.config_in_force() is None


def test_the_config_in_force_is_the_last_one_put_even_if_the_clock_went_back(store, now):
    store.put_config("one", "{}", now)
    store.put_config("two", "{2}", now - HOUR)

    assert store.config_in_force() == ConfigInForce("two", "{2}", now - HOUR)


def test_a_config_comes_back_into_force(store, now):
    store.put_config("one", "{}", now)
    store.put_config("two", "{2}", now + HOUR)

    store.put_config("one", "{}", now + 2 * HOUR)

    assert store.config_in_force() == ConfigInForce("one", "{}", now + 2 * HOUR)


def test_a_config_stays_in_force_since_it_came(store, now):
    store.put_config("one", "{}", now)

    store.put_config("one", "{}", now + HOUR)

    assert store.config_in_force() == ConfigInForce("one", "{}", now)


def test_an_empty_store_counts_nothing(store):
    assert store.counts() == Counts(0, 0, 0, 0, 0, 0, None)


def test_matches_are_shown_newest_first_from_a_time_on(store, feeds, now, make_found):
    store.sync_feeds(feeds, now)
    for n, signals in enumerate((("pricing",), ("pricing", "release"), ("release",))):
        at = now + n * HOUR
        (state,) = store.lease(at, at + HOUR, 1, ["acme-blog"])
        founds = (make_found(str(n), signals=signals),)
        store.commit(Polled(replace(state, next_poll=at), founds), f"config-{n}", at)

    shown = store.matches_since(now + HOUR)

    assert [(kept.item.guid_key, kept.match.signal, kept.config_hash) for kept in shown] == [
        ("guid:2", "release", "config-2"),
        ("guid:1", "release", "config-1"),
        ("guid:1", "pricing", "config-1"),
    ]
    assert len(store.matches_since(now, signal="pricing")) == 2
    assert len(store.matches_since(now, limit=1)) == 1


def test_an_item_is_found_by_its_number_with_what_became_of_its_matches(
    store, feeds, now, make_found, record
):
    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1)
    found = make_found("a", signals=("pricing", "release"))
    store.commit(Polled(state, (found,)), "config-1", now)
    record(store, now + HOUR)

    kept = store.item(store.matches_since(now)[0].item_id)

    assert kept.item == found.item
    assert [match.match for match in kept.matches] == list(found.matches)
    assert {match.edition for match in kept.matches} == {1}
    assert store.item(999) is None


def test_a_sound_database_shows_no_damage(store):
    assert store.damage() == ()


def test_items_are_found_by_their_link_however_it_ends(store, feeds, now, make_found):
    def titled(link: str) -> list[str]:
        return [kept.item.title for kept in store.items_at(link)]

    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1, ["acme-blog"])
    links = {
        "plain": "https://acme.example/a",
        "slash": "http://acme.example/b/",
        "one of a page": "https://acme.example/page#1",
        "another of a page": "https://acme.example/page#2",
        "longer": "https://acme.example/a100%_off",
    }
    founds = tuple(make_found(title, title=title, link=link) for title, link in links.items())
    store.commit(Polled(replace(state, next_poll=now), founds), "config-1", now)

    assert titled("https://acme.example/a") == titled("http://acme.example/a/#top") == ["plain"]
    assert titled("https://acme.example/b") == ["slash"]
    assert titled("https://acme.example/page#2") == ["another of a page"]
    assert titled("https://acme.example/page") == ["another of a page", "one of a page"]
    assert titled("https://acme.example/a100%_off/") == ["longer"]
    assert titled("https://acme.example/a100__off") == titled("https://acme.example/A") == []
