"""Which items of a snapshot are new, and which we have under another title, link or id."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tracker.model import FeedState, Item, Known
from tracker.poll import identity
from tracker.poll.changes import Changes, Doubts, doubts, sort_out

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TELLING = "Lab cuts the price of tokens"


def listed(now: datetime, guid: str, title: str = TELLING, **changes: object) -> Item:
    """An item as a feed lists it now, with the keys that the parser gives."""
    link = str(changes.pop("link", f"https://lab.example/{guid}"))
    guid_key, content_key = identity.keys(guid, link, title, "")
    made = Item(
        feed_id="lab",
        guid=guid,
        guid_key=guid_key,
        content_key=content_key,
        title=title,
        link=link,
        summary="",
        content="",
        author="",
        published=None,
        first_seen=now,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def judged(items: list[Item], kept: list[Item], state: FeedState | None = None) -> Changes:
    """What `sort_out` says when the store has `kept`, asked as a poll asks it."""
    known = known_of(items, kept)
    asked = doubts(items, known, state or seen_before(items[0].first_seen))
    looked_up = tuple(one for one in kept if one.guid_key in asked.guid_keys or one.title in asked.titles)
    return sort_out(items, replace(known, items=looked_up))


def known_of(items: list[Item], kept: list[Item]) -> Known:
    return Known(
        frozenset(item.guid_key for item in items) & {one.guid_key for one in kept},
        frozenset(item.content_key for item in items) & {one.content_key for one in kept},
    )


def seen_before(now: datetime) -> FeedState:
    return FeedState("lab", "https://lab.example/feed", now, last_success=now - HOUR)


def test_a_poll_without_surprises_looks_nothing_up(now: datetime) -> None:
    kept = [listed(now - DAY, str(number)) for number in range(10)]
    items = [*(replace(one, first_seen=now) for one in kept), listed(now, "new", "Lab opens an office")]

    assert doubts(items, known_of(items, kept), seen_before(now)) == Doubts()


def test_a_first_poll_looks_nothing_up(now: datetime) -> None:
    first = replace(seen_before(now), last_success=None)

    assert doubts([listed(now, "1")], Known(), first) == Doubts()


def test_a_feed_that_changed_its_ids_lately_is_watched_closely(now: datetime) -> None:
    kept = [listed(now - DAY, str(number)) for number in range(10)]
    items = [*kept, listed(now, "new", "Lab opens an office")]
    state = replace(seen_before(now), churned=now - DAY)

    assert doubts(items, known_of(items, kept), state).titles == ("Lab opens an office",)
    assert not doubts(items, known_of(items, kept), replace(state, churned=now - 8 * DAY))


@pytest.mark.parametrize(
    "now_listed",
    [
        pytest.param({"title": "Lab raises the price of tokens"}, id="its title was edited"),
        pytest.param({"link": "https://lab.example/moved"}, id="its link was changed"),
        pytest.param({"title": "Lab raises it", "link": "https://lab.example/raises"}, id="both were"),
    ],
)
def test_an_item_is_changed_when_its_id_is_known_and_its_title_or_link_is_not(
    now: datetime, now_listed: dict[str, str]
) -> None:
    before = listed(now - DAY, "https://lab.example/?p=1", published=now - DAY)
    after = listed(now, "https://lab.example/?p=1", published=now, **now_listed)

    changes = judged([after], [before])

    assert changes.new == ()
    assert [(change.item, change.before) for change in changes.changed] == [(after, before)]
    assert not changes.churned


def test_without_an_id_an_edited_title_at_the_same_link_is_the_same_item(now: datetime) -> None:
    before = listed(now - DAY, "", "Status: all is well", link="https://lab.example/status")
    after = listed(now, "", "Status: the API is down", link="https://lab.example/status")

    changes = judged([after], [before])

    assert (changes.new, [change.before for change in changes.changed]) == ((), [before])


def test_an_id_whose_old_item_is_listed_under_another_id_stands_for_a_new_item(now: datetime) -> None:
    """Some publishers number the entries of their list from the top."""
    before = [listed(now - HOUR, "0", "Old news", link="https://lab.example/old")]
    after = [
        listed(now, "0", "News", link="https://lab.example/news"),
        listed(now, "1", "Old news", link="https://lab.example/old"),
    ]

    changes = judged(after, before)

    assert [item.title for item in changes.new] == ["News"]
    assert changes.new[0].guid_key not in {item.guid_key for item in (*before, *after)}
    assert changes.changed == ()
    assert judged(after, [*before, *changes.new]) == Changes()


def test_a_short_id_with_another_title_link_and_day_stands_for_a_new_item(now: datetime) -> None:
    before = listed(now, "0", "Old news", link="https://lab.example/old", published=now - 3 * DAY)
    after = listed(now, "0", "News", link="https://lab.example/news", published=now)

    assert [item.title for item in judged([after], [before]).new] == ["News"]


# --- all ids and links are new, the titles are not ---------------------------------------------------


def churned(items: list[Item], now: datetime) -> list[Item]:
    """The same entries under other ids and links."""
    return [
        replace(
            item,
            guid=f"{item.guid}-{now}",
            guid_key=f"{item.guid_key}-{now}",
            content_key=f"{item.content_key}-{now}",
            link=f"{item.link}?sid={now:%s}",
            first_seen=now,
        )
        for item in items
    ]


def test_items_that_come_back_under_new_ids_and_links_are_those_that_we_have(now: datetime) -> None:
    kept = [listed(now - DAY, str(n), f"Item {n}", published=now - n * HOUR) for n in range(10)]
    again = churned(kept, now)

    changes = judged(again, kept)

    assert changes.new == ()
    assert [(change.item, change.before) for change in changes.changed] == list(zip(again, kept, strict=True))
    assert changes.churned


def test_a_new_item_among_repetitions_comes_through(now: datetime) -> None:
    kept = [listed(now - DAY, str(n), f"Item {n}", published=now - n * HOUR) for n in range(10)]
    fresh = listed(now, "fresh", "Item 10", published=now)

    changes = judged([fresh, *churned(kept, now)], kept)

    assert changes.new == (fresh,)


def test_an_item_that_was_posted_twice_is_one_and_no_churn(now: datetime) -> None:
    twice = listed(now - DAY, "1", published=now - DAY)
    items = [*churned([twice], now), *(listed(now, str(n), f"Story {n}", published=now) for n in range(2, 5))]

    changes = judged(items, [twice])

    assert (changes.new, len(changes.changed), changes.churned) == (tuple(items[1:]), 1, False)


def test_after_a_long_pause_everything_is_new(now: datetime) -> None:
    kept = [listed(now - 40 * DAY, str(n), f"Item {n}", published=now - 40 * DAY) for n in range(10)]
    items = [listed(now, str(n), f"Item {n}", published=now - n * HOUR) for n in range(20, 30)]

    assert judged(items, kept).new == tuple(items)


LONG = "Half the price from Monday on, for all customers."


@pytest.mark.parametrize(
    ("title", "before", "after", "repeated"),
    [
        pytest.param("Update", {}, {}, True, id="the same second"),
        pytest.param("Update", {}, {"published": HOUR}, False, id="an hour apart"),
        pytest.param(TELLING, {}, {"published": HOUR}, False, id="an hour apart, a telling title alone"),
        pytest.param(
            TELLING, {"summary": LONG}, {"published": HOUR, "summary": LONG}, True, id="same text, same day"
        ),
        pytest.param(
            TELLING, {"summary": LONG}, {"published": DAY, "summary": LONG}, False, id="a daily column"
        ),
        pytest.param(
            TELLING,
            {"published": None, "summary": LONG},
            {"published": None, "summary": LONG},
            True,
            id="no dates, a telling title and the same text",
        ),
        pytest.param(
            "Update",
            {"published": None, "summary": LONG},
            {"published": None, "summary": LONG},
            False,
            id="no dates, a title that says nothing",
        ),
        pytest.param(TELLING, {"published": None}, {"published": None}, False, id="no dates, no text"),
    ],
)
def test_a_single_item_is_a_repetition_only_if_there_is_no_doubt(
    now: datetime, title: str, before: dict[str, object], after: dict[str, object], repeated: bool
) -> None:
    kept = listed(now - DAY, "1", title, **{"published": now - DAY, **before})
    (again,) = churned([kept], now)
    shift = after.get("published", timedelta(0))
    date = kept.published + shift if kept.published and isinstance(shift, timedelta) else None
    again = replace(again, published=date, summary=str(after.get("summary", "")))

    assert judged([again], [kept]).churned is repeated


def test_items_without_dates_are_repetitions_when_many_telling_titles_come_back(now: datetime) -> None:
    kept = [listed(now - 9 * DAY, str(n), f"Lab tells story number {n}") for n in range(5)]

    assert judged(churned(kept, now), kept).new == ()


def test_a_feed_whose_items_are_all_titled_alike_loses_none(now: datetime) -> None:
    kept = [listed(now - DAY, f"old-{n}", "Update", published=now - DAY + n * HOUR) for n in range(5)]
    items = [listed(now, f"new-{n}", "Update", published=now - n * HOUR) for n in range(5)]

    assert judged(items, kept).new == tuple(items)


def test_a_title_that_is_still_listed_under_its_own_id_is_not_what_comes_back(now: datetime) -> None:
    kept = listed(now - DAY, "1", TELLING, published=now - DAY)
    items = [kept, *(listed(now, f"new-{n}", TELLING, published=now - DAY) for n in range(2))]

    assert judged(items, [kept]).new == tuple(items[1:])


def test_each_item_that_we_have_comes_back_once(now: datetime) -> None:
    kept = listed(now - DAY, "1", TELLING, published=now - DAY)
    twice = [*churned([kept], now), *churned([kept], now + HOUR)]

    changes = judged(twice, [kept])

    assert (len(changes.new), len(changes.changed)) == (1, 1)


def test_midnight_is_a_date_without_a_time(now: datetime) -> None:
    day = now.replace(hour=0)
    kept = listed(now - DAY, "1", "Update", published=day)

    assert not judged(churned([kept], now), [kept]).churned


@pytest.mark.parametrize(
    "as_before",
    [
        pytest.param({"published": timedelta(0)}, id="its day"),
        pytest.param({"title": "Old news"}, id="its title"),
        pytest.param({"link": "https://lab.example/old"}, id="its link"),
        pytest.param({"guid": "https://lab.example/?p=1"}, id="an id that is no place in a list"),
    ],
)
def test_an_item_that_keeps_something_beside_its_id_is_the_same(
    now: datetime, as_before: dict[str, object]
) -> None:
    guid = str(as_before.get("guid", "0"))
    before = listed(now, guid, "Old news", link="https://lab.example/old", published=now - 3 * DAY)
    title, link = str(as_before.get("title", "News")), as_before.get("link", "https://lab.example/news")
    date = before.published if "published" in as_before else now
    after = listed(now, guid, title, link=link, published=date)

    assert judged([after], [before]).new == ()


def test_a_few_known_titles_among_many_new_ones_are_no_crowd(now: datetime) -> None:
    kept = [listed(now - 9 * DAY, str(n), f"Lab tells story number {n}") for n in range(3)]
    fresh = [listed(now, f"new-{n}", f"Lab tells story number {n}") for n in range(10, 17)]
    again = churned(kept, now)

    assert judged([*again, *fresh], kept).new == (*again, *fresh)
    assert judged([*again, *fresh[:3]], kept).new == tuple(fresh[:3])


@pytest.mark.parametrize(
    ("seen", "text", "repeated"),
    [
        pytest.param(HOUR, "", True, id="seen an hour ago"),
        pytest.param(DAY, "", False, id="seen a day ago"),
        pytest.param(HOUR, LONG, False, id="seen an hour ago with another text"),
    ],
)
def test_a_crowd_of_titles_that_say_nothing_counts_for_hours_only(
    now: datetime, seen: timedelta, text: str, repeated: bool
) -> None:
    kept = [listed(now - seen, str(n), f"Note {n}", summary=text) for n in range(5)]
    again = [replace(item, summary=text and f"{n} {text}") for n, item in enumerate(churned(kept, now))]

    assert judged(again, kept).churned is repeated


def test_a_crowd_of_titles_that_say_nothing_with_other_texts_and_times_is_new(now: datetime) -> None:
    kept = [listed(now - DAY, str(n), f"Note {n}", published=now - DAY, summary=f"{n}") for n in range(5)]
    later = [replace(item, published=now - DAY + HOUR, summary="other") for item in churned(kept, now)]

    assert judged(later, kept).new == tuple(later)


def test_a_chinese_title_says_what_it_is_about_without_spaces(now: datetime) -> None:
    kept = [listed(now - 9 * DAY, str(n), f"实验室宣布下调模型接口价格之{n}") for n in range(5)]

    assert judged(churned(kept, now), kept).new == ()


@pytest.mark.parametrize("still", ["guid_key", "content_key"])
def test_an_item_that_is_listed_under_one_of_its_keys_is_not_what_comes_back(
    now: datetime, still: str
) -> None:
    kept = listed(now - DAY, "1", TELLING, published=now - DAY)
    (here,) = churned([kept], now + HOUR)
    here = replace(here, **{still: getattr(kept, still)})
    twins = [*churned([kept], now), *churned([kept], now - HOUR)]

    assert judged([here, *twins], [kept]).new == tuple(twins)


def test_the_surest_of_two_is_the_one_that_came_back(now: datetime) -> None:
    kept = [listed(now - DAY, str(n), f"{TELLING} {n}", published=now - DAY) for n in range(3)]
    (likely,) = churned(kept[:1], now - HOUR)
    likely = replace(likely, published=now - DAY + HOUR)
    again = churned(kept, now)

    assert judged([likely, *again], kept).new == (likely,)
