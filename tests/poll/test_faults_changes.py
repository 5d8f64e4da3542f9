"""What publishers do to their items over time (faults.md X8-X23): real polls, a real store, several times."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from poller import HOUR, NO_RULES, Faults, Pages, Poller, changed, errors, new, one_rule, rss

from tracker.model import Validators
from tracker.poll.pool import ParserPool
from tracker.store.store import open_store

DAY = timedelta(days=1)
FRESH = datetime(2025, 10, 10, 8, 0, tzinfo=UTC)
"""Hours after the dates that the fault server gives its items: they are news then."""

ITEMS = one_rule("item")


@pytest.fixture
def fresh(poller: Faults) -> Faults:
    poller.now, poller.ruleset = FRESH, ITEMS
    return poller


# --- X13 to X16: ids, links, titles, dates and places change ---------------------------------------------


def test_a_feed_that_changes_all_its_ids_is_told_once(fresh: Faults) -> None:
    fresh.subscribe("guid-churn")

    rounds = fresh.poll(10)

    assert new(rounds, "guid-churn") == [10] + [0] * 9
    assert (fresh.items(), len(fresh.edition()), len(fresh.edition())) == (10, 10, 0)


def test_a_feed_that_changes_ids_and_links_is_told_once_and_noticed(fresh: Faults) -> None:
    fresh.subscribe("guid-churn-all")
    told = []
    for _ in range(3):
        fresh.poll(3, every=4 * HOUR)
        told.append(len(fresh.edition()))

    rounds = fresh.poll(1)

    assert told == [10, 0, 0]
    assert fresh.items() == 10
    state = rounds[0]["guid-churn-all"].polled.state
    assert state.notice is not None
    assert state.notice.startswith("changes its ids: ")


def test_the_notice_goes_when_the_ids_stay_for_a_week(reader: Poller, pages: Pages) -> None:
    def page(generation: int) -> str:
        date = "<pubDate>Mon, 23 Nov 2026 05:00:01 GMT</pubDate>"
        return rss(
            f"<guid>{generation}</guid><link>https://a.example/{generation}</link><title>T</title>{date}"
        )

    reader.add("moved", pages.put("moved.xml", page(1), page(2)))

    rounds = reader.poll(10, every=DAY)

    notices = [bool(each["moved"].polled.state.notice) for each in rounds]
    assert notices == [False] + 7 * [True] + 2 * [False]
    assert new(rounds, "moved") == [1] + [0] * 9


def test_a_blog_that_moves_tells_only_what_is_new(reader: Poller, pages: Pages) -> None:
    def post(site: str, number: int) -> str:
        date = f"<pubDate>Sun, {number + 1:02} Nov 2026 10:20:30 GMT</pubDate>"
        link = f"<guid>{site}-{number}</guid><link>https://{site}.example/{number}</link>"
        return f"{link}<title>Post {number}</title>{date}"

    old, moved = ([post(site, number) for number in range(10)] for site in ("old", "new"))
    reader.add(
        "blog", pages.put("blog.xml", rss(*old), rss(post("new", 10), *moved), rss(post("new", 11), *moved))
    )

    rounds = reader.poll(3)

    assert new(rounds, "blog") == [10, 1, 1]
    assert changed(rounds, "blog") == [0, 10, 0]
    kept = reader.store.item(1)
    assert kept is not None
    assert kept.item.link == "https://new.example/0"


def test_a_link_that_changes_is_the_same_item(fresh: Faults) -> None:
    fresh.subscribe("link-churn")

    rounds = fresh.poll(4)

    assert new(rounds, "link-churn") == [5, 0, 0, 0]
    assert (len(fresh.edition()), fresh.store.counts().matches) == (5, 5)
    assert all(not kept.revisions for kept in map(fresh.store.item, range(1, 6)) if kept)


def test_an_edited_title_updates_the_item_and_keeps_its_history(fresh: Faults) -> None:
    fresh.subscribe("title-churn")
    fresh.poll(2)
    told = fresh.edition()

    rounds = fresh.poll(2)

    assert len(told) == 5
    assert (new(rounds, "title-churn"), changed(rounds, "title-churn")) == ([0, 0], [5, 5])
    assert fresh.edition() == []
    kept = fresh.store.item(1)
    assert kept is not None
    names = [kept.item.title, *(revision.title for revision in kept.revisions)]
    assert names == [f"Item 0 (edit {edit})" for edit in (3, 2, 1, 0)]
    assert [revision.until for revision in kept.revisions] == [FRESH + hour * HOUR for hour in (3, 2, 1)]


@pytest.mark.parametrize(("fault", "items"), [("date-churn", 5), ("shuffle", 20), ("no-date", 3)])
def test_other_dates_or_another_order_are_no_news(fresh: Faults, fault: str, items: int) -> None:
    fresh.subscribe(fault)
    first = fresh.poll(1)
    fresh.edition()
    before = [fresh.store.item(number) for number in range(1, items + 1)]

    rounds = fresh.poll(3)

    assert (new(first, fault), new(rounds, fault), changed(rounds, fault)) == ([items], [0] * 3, [0] * 3)
    assert fresh.edition() == []
    assert [fresh.store.item(number) for number in range(1, items + 1)] == before


def test_items_that_leave_and_come_back_are_not_new(fresh: Faults) -> None:
    fresh.subscribe("vanish-return")

    rounds = fresh.poll(6)

    assert new(rounds, "vanish-return") == [5, 5, 0, 0, 0, 0]
    assert len(fresh.edition()) == 10


def test_ids_outlive_the_texts_of_items_that_left(poller: Faults) -> None:
    poller.subscribe("vanish-return")
    poller.poll(2)
    poller.now += 400 * DAY
    dropped = poller.store.drop_texts(poller.now - 365 * DAY, 100)

    rounds = poller.poll(4)

    assert dropped == 10
    assert new(rounds, "vanish-return") == changed(rounds, "vanish-return") == [0, 0, 0, 0]
    kept = poller.store.item(1)
    assert kept is not None
    assert (kept.item.title[:5], kept.item.summary) == ("Item ", "")


# --- an edit that matters ------------------------------------------------------------------------------


def test_a_status_page_of_one_item_tells_what_its_edited_title_shows(reader: Poller, pages: Pages) -> None:
    says = ["All is well", "Outage of the API", "Outage resolved", "All is well"]
    link = "<link>https://lab.example/status</link>"
    reader.ruleset = one_rule("outage")
    reader.add("status", pages.put("s.xml", *(rss(f"<title>{title}</title>{link}") for title in says)))
    told = []
    for _ in says:
        reader.poll(1)
        told.append(reader.edition())

    assert told == [[], ["Outage of the API"], [], []]
    assert reader.titles() == ["All is well"]


def test_what_an_old_item_newly_shows_is_kept_and_not_told(reader: Poller, pages: Pages) -> None:
    def page(title: str) -> str:
        return rss(f"<guid>1</guid><title>{title}</title><pubDate>1 Nov 2026 08:00 GMT</pubDate>")

    reader.ruleset = one_rule("price")
    reader.add("old", pages.put("old.xml", page("A day"), page("A price cut")))

    reader.poll(2)

    assert reader.edition() == []
    assert reader.store.counts().matches == 1


def test_a_title_that_alternates_is_told_once(reader: Poller, pages: Pages) -> None:
    titles = ["Price cut", "A quiet day"] * 4
    reader.ruleset = one_rule("price")
    reader.add("ab", pages.put("ab.xml", rss(), *(rss(f"<guid>1</guid><title>{t}</title>") for t in titles)))
    told = []
    for _ in range(9):
        reader.poll(1)
        told += reader.edition()

    assert told == ["Price cut"]


def test_a_newer_rule_does_not_tell_old_items_when_their_titles_are_edited(
    reader: Poller, pages: Pages
) -> None:
    titles = ["Price cut", "Price cut (1 comment)", "Price cut (2 comments)"]
    reader.add(
        "churn", pages.put("c.xml", rss(), *(rss(f"<guid>1</guid><title>{t}</title>") for t in titles))
    )
    reader.poll(2)

    reader.ruleset = one_rule("price")
    reader.poll(2)

    assert reader.edition() == []
    kept = reader.store.item(1)
    assert kept is not None
    assert [match.late for match in kept.matches] == [True]


# --- X8, X9, X12, X17: documents and ids ---------------------------------------------------------------

COUNTS = {
    "feeds/atom-many-links.xml": 1,
    "feeds/atom-no-id.xml": 1,
    "feeds/atom03.xml": 1,
    "feeds/empty-channel.xml": 0,
    "feeds/empty-item.xml": 1,
    "feeds/enclosure-bad-length.xml": 5,
    "feeds/guid-case.xml": 2,
    "feeds/guid-dup-exact.xml": 1,
    "feeds/guid-dup.xml": 2,
    "feeds/guid-empty.xml": 2,
    "feeds/guid-permalink-not-url.xml": 1,
    "feeds/guid-space.xml": 1,
    "feeds/guid-unicode.xml": 2,
    "feeds/guid-zero.xml": 2,
    "feeds/item-outside-channel.xml": 1,
    "feeds/link-same-for-all.xml": 5,
    "feeds/link-same-no-guid.xml": 5,
    "feeds/no-channel.xml": 0,
    "feeds/no-guid.xml": 1,
    "feeds/no-title.xml": 1,
    "feeds/rss10.xml": 1,
    "feeds/title-only.xml": 1,
    "feeds/title-very-long.xml": 1,
    "feeds/upper-case-tags.xml": 1,
    "xml/cdata_unclosed.xml": 0,
    "xml/truncated.xml": 1,
    "xml/two_roots.xml": 1,
    "xml/undeclared_namespace.xml": 1,
}
"""How many items each document of the reference data holds by what INDEX.tsv says of it."""


def test_every_document_holds_its_items_after_one_poll_and_after_three(
    reader: Poller, pages: Pages, shared: Path
) -> None:
    for name in COUNTS:
        body = (shared / "faults" / "cases" / name).read_bytes()
        # A comment at the end: other bytes, so that each poll reads the items again.
        reader.add(name, pages.put(name, *(body + f"<!-- {poll} -->".encode() for poll in range(3))))

    rounds = reader.poll(3)

    assert {name: new(rounds, name) for name in COUNTS} == {name: [n, 0, 0] for name, n in COUNTS.items()}
    assert {name: sum(changed(rounds, name)) for name in COUNTS} == dict.fromkeys(COUNTS, 0)
    assert reader.items() == sum(COUNTS.values())


@pytest.mark.parametrize(
    ("fault", "items"),
    [
        ("dup-guid", 5),
        ("no-guid", 3),
        ("no-guid-no-link", 3),
        ("empty-item", 2),
        ("whitespace-before-decl", 3),
    ],
)
def test_items_are_counted_right_and_stay_so(fresh: Faults, fault: str, items: int) -> None:
    fresh.subscribe(fault)

    assert new(fresh.poll(3), fault) == [items, 0, 0]
    assert fresh.items() == items


@pytest.mark.parametrize("name", ["truncated.xml", "cdata_unclosed.xml"])
def test_a_document_that_was_cut_off_leaves_no_validators(
    reader: Poller, pages: Pages, shared: Path, name: str
) -> None:
    reader.add("cut", pages.put("cut", (shared / "faults" / "cases" / "xml" / name).read_bytes()))

    (only,) = reader.poll(1)

    polled = only["cut"].polled
    assert polled.state.validators == Validators()
    assert "cut off" in " ".join((*polled.warnings, polled.state.last_error or ""))


def test_the_rest_of_a_document_that_was_cut_off_comes_with_the_next_poll(
    reader: Poller, pages: Pages
) -> None:
    whole = rss(*(f"<guid>{n}</guid><title>Title {n}</title>" for n in range(5)))
    reader.add("cut", pages.put("cut", whole[: len(whole) // 2], whole))

    rounds = reader.poll(2)

    assert new(rounds, "cut") == [2, 3]
    assert changed(rounds, "cut") == [0, 0]
    assert errors(rounds, "cut") == [None, None]


# --- X10: control characters ---------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def anywhere(
    request: pytest.FixtureRequest, fault_server: Any, parser: ParserPool, tmp_path: Path
) -> Iterator[Faults]:
    """Polls faults into a store on either database."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'x.sqlite'}" if sqlite else str(request.getfixturevalue("postgres_url"))
    with open_store(url) as store:
        yield Faults(fault_server.allow, store, parser, ruleset=ITEMS, server=fault_server, key=request.param)


def test_control_characters_reach_neither_database(anywhere: Faults) -> None:
    anywhere.subscribe("nul-bytes", "control-chars", "ok")

    rounds = anywhere.poll(2)

    assert [new(rounds, fault) for fault in ("nul-bytes", "control-chars", "ok")] == [[1, 0], [1, 0], [3, 0]]
    assert sorted(anywhere.titles())[3:] == ["ab", "ab"]


def test_changes_are_kept_alike_on_both_databases(anywhere: Faults) -> None:
    anywhere.now = FRESH
    anywhere.subscribe("guid-churn-all", "title-churn", "link-churn")

    rounds = anywhere.poll(3)

    assert [sum(new(rounds, fault)) for fault in anywhere.feeds] == [10, 5, 5]
    assert (anywhere.items(), len(anywhere.edition()), len(anywhere.edition())) == (20, 20, 0)


# --- X18 to X23: dates, sizes, old items, links --------------------------------------------------------


def test_every_date_of_the_reference_data_is_read_once_and_for_all(
    reader: Poller, pages: Pages, shared: Path
) -> None:
    rows = (shared / "faults" / "cases" / "dates" / "dates.tsv").read_text("utf-8").splitlines()[1:]
    dates = {name: json.loads(text) for name, text, *_ in (row.split("\t") for row in rows)}
    items = [
        f"<guid>{name}</guid><title>{name}</title><pubDate>{escape(str(date)).replace(chr(0), '')}</pubDate>"
        for name, date in dates.items()
    ]
    reader.add("dates", pages.put("dates", rss(*items), rss(*items, ""), rss("", *reversed(items))))

    first = reader.poll(1)
    before = [reader.store.item(number) for number in range(1, len(dates) + 1)]
    rounds = reader.poll(2, every=DAY)

    assert (new(first, "dates"), new(rounds, "dates"), changed(rounds, "dates")) == (
        [len(dates)],
        [0, 0],
        [0, 0],
    )
    assert [reader.store.item(number) for number in range(1, len(dates) + 1)] == before
    times = [kept.item.published for kept in before if kept]
    assert all(time is None or time <= reader.now for time in times)


def test_two_hundred_old_items_of_a_new_feed_are_kept_and_not_told(reader: Poller, pages: Pages) -> None:
    reader.ruleset = one_rule("title")
    old = [
        f"<guid>{n}</guid><title>Title {n}</title><pubDate>1 May 2026 08:00 GMT</pubDate>" for n in range(200)
    ]
    today = "<guid>new</guid><title>Title of today</title><pubDate>23 Nov 2026 06:00 GMT</pubDate>"
    reader.add("old", pages.put("old", rss(today, *old)))

    reader.poll(1)

    assert reader.items() == 201
    assert reader.edition() == ["Title of today"]


def test_ten_thousand_items_are_stored_once(poller: Faults) -> None:
    poller.subscribe("many-items", deadline=30)

    assert new(poller.poll(2), "many-items") == [10_000, 0]


def test_texts_without_end_are_cut_to_a_bounded_row(reader: Poller, pages: Pages) -> None:
    reader.ruleset = NO_RULES
    tags = "".join(f"<category>tag {n} {'😀' * 500}</category>" for n in range(500))
    text = "😀" * 100_000
    reader.add(
        "huge",
        pages.put(
            "huge", rss(f"<guid>{text}</guid><title>{text}</title><description>{text}</description>{tags}")
        ),
    )

    rounds = reader.poll(2)

    assert new(rounds, "huge") == [1, 0]
    kept = reader.store.item(1)
    assert kept is not None
    item = kept.item
    assert set(item.title.rstrip("…")) == {"😀"}
    assert len(item.title) <= 1_000
    assert sum(map(len, (item.title, item.guid, item.summary, item.content, *item.tags))) < 100_000


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("link-relative", "http://example.com/rel/a"),
        ("link-space", "http://example.com/a%20b"),
        ("link-atom-only", "http://example.com/a"),
        ("atom-many-links", "http://example.com/a"),
    ],
)
def test_an_item_leads_to_its_page(reader: Poller, pages: Pages, shared: Path, name: str, link: str) -> None:
    body = (shared / "faults" / "cases" / "feeds" / f"{name}.xml").read_bytes()
    reader.add(name, pages.put(f"feeds/{name}.xml", body))

    reader.poll(1)

    kept = reader.store.item(1)
    assert kept is not None
    assert kept.item.link == link
