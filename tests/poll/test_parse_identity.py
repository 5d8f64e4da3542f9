"""Which entry is which item from poll to poll, whatever publishers do to guids, links and titles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations

import pytest

from tracker.model import Item, Snapshot, Validators
from tracker.poll.links import comparable
from tracker.poll.parse import ParseJob, parse_document

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
Keys = Callable[[Item], str]


def poll(*entries: str) -> Snapshot:
    items = "".join(f"<item>{entry}</item>" for entry in entries)
    body = f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
    return parse_document(ParseJob("f", body, "http://a.example/", None, None, None, Validators(), NOW))


def entry(guid: str = "", link: str = "", title: str = "t", date: str = "", text: str = "") -> str:
    parts = {"title": title, "link": link, "guid": guid, "pubDate": date, "description": text}
    return "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value)


def only(*entries: str) -> Item:
    [item] = poll(*entries).items
    return item


@pytest.mark.parametrize(
    ("one", "other", "same_guid", "same_content"),
    [
        pytest.param(entry("1", "http://a/x"), entry("1", "http://a/x"), True, True, id="nothing changed"),
        pytest.param(
            entry("1", "http://a/x"), entry(" 1\n", "http://a/x"), True, True, id="space around the guid"
        ),
        pytest.param(
            entry("Abc", "http://a/x"), entry("abc", "http://a/x"), False, True, id="case of the guid"
        ),
        pytest.param(entry("1", "http://a/x"), entry("2", "http://a/x"), False, True, id="guid churn"),
        pytest.param(entry("1", "http://a/x"), entry("1", "http://a/y"), True, False, id="link churn"),
        pytest.param(entry("1", title="a"), entry("1", title="b"), True, False, id="title churn"),
        pytest.param(
            entry("1", date="2025-01-01"), entry("1", date="2025-01-02"), True, False, id="date churn"
        ),
        pytest.param(
            entry(link="http://a/x", title="a"),
            entry(link="http://a/x", title="b"),
            True,
            False,
            id="no guid: the link",
        ),
        pytest.param(
            entry(link="http://a/x"), entry(link="https://A/x/?utm_source=r#top"), True, True, id="same page"
        ),
        pytest.param(
            entry(link="http://a/x?id=1"), entry(link="http://a/x?id=2"), False, False, id="other page"
        ),
        pytest.param(entry(title="A  b"), entry(title="a B"), True, True, id="case and space of a title"),
        pytest.param(
            entry(date="2025-01-01"), entry(date="2025-01-02"), False, False, id="only titles: the date"
        ),
        pytest.param(entry(text="x"), entry(text="y"), False, False, id="only titles: the text"),
        pytest.param(entry("0"), entry("false"), False, True, id="0 is a guid"),
        pytest.param(entry("\u00e9"), entry("e\u0301"), False, True, id="guids are compared as given"),
        pytest.param(
            entry("x" * 3_000 + "1"), entry("x" * 3_000 + "2"), False, True, id="long guids differ late"
        ),
    ],
)
def test_two_polls_agree_on_what_is_the_same_item(
    one: str, other: str, same_guid: bool, same_content: bool
) -> None:
    first, second = only(one), only(other)

    assert (first.guid_key == second.guid_key) is same_guid
    assert (first.content_key == second.content_key) is same_content


@pytest.mark.parametrize(
    ("link", "form"),
    [
        pytest.param("https://A.Example:443/x/", "a.example/x", id="scheme, case, port, slash"),
        pytest.param("http://a.example:8080/x", "a.example:8080/x", id="another port is another site"),
        pytest.param("http://a.example/X?b=2&a=1", "a.example/X?b=2&a=1", id="path and query as they are"),
        pytest.param("http://a.example/?utm_source=x&id=3&fbclid=y#z", "a.example?id=3", id="tracking goes"),
        pytest.param("http://a.example/?utm_source=x", "a.example", id="nothing but tracking"),
    ],
)
def test_links_are_compared_by_what_names_the_page(link: str, form: str) -> None:
    assert comparable(link) == form


def keys(found: Snapshot) -> dict[str, tuple[str, str]]:
    return {item.title: (item.guid_key, item.content_key) for item in found.items}


def test_one_guid_for_different_entries_keeps_them_apart_in_any_order() -> None:
    entries = [entry("same", f"http://a/{title}", title) for title in "abc"]

    orders = [keys(poll(*order)) for order in permutations(entries)]

    assert all(order == orders[0] for order in orders)
    assert len({guid_key for guid_key, _ in orders[0].values()}) == 3


def test_a_feed_with_one_guid_for_all_does_not_collapse_silently() -> None:
    found = poll(*(entry("same", title=title) for title in "abcd"))

    assert [item.title for item in found.items] == ["a", "b", "c", "d"]
    assert found.warnings == ("all items have the same guid: told apart by link and title",)


def test_an_entry_stays_known_when_another_one_takes_its_guid() -> None:
    alone = only(entry("same", "http://a/x", "a"))

    both = keys(poll(entry("same", "http://a/y", "b"), entry("same", "http://a/x", "a")))

    assert both["a"][1] == alone.content_key


def test_entries_under_one_link_and_title_do_not_shadow_each_other() -> None:
    found = poll(*(entry(str(n), "http://a/", "Daily", date=f"2025-01-0{n}") for n in range(1, 5)))

    assert len({item.content_key for item in found.items}) == 4


def test_entries_that_differ_only_in_their_guid_are_different_items() -> None:
    found = poll(entry("1"), entry("2"), entry("3"))

    assert len(found.items) == 3
    assert len({item.content_key for item in found.items}) == 3


def test_an_exact_repetition_is_one_item_in_the_place_of_the_first() -> None:
    found = poll(entry("1", title="a"), entry("2", title="b"), entry("1", title="a"))

    assert [item.title for item in found.items] == ["a", "b"]
    assert found.warnings == ()


def test_entries_without_anything_to_show_are_skipped_and_told() -> None:
    found = poll("", "<title> </title>", "<guid>5</guid><pubDate>2025-01-01</pubDate>", entry("1"))

    assert [item.guid for item in found.items] == ["1"]
    assert found.warnings == ("3 empty items skipped",)


def test_without_a_guid_the_link_is_told_as_the_guid() -> None:
    assert only(entry(link="http://a/x")).guid == "http://a/x"
    assert only(entry()).guid == ""
