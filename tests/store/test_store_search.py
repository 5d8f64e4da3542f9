"""What search finds: the same on both databases, and only what is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tracker.errors import TrackerError
from tracker.model import Polled
from tracker.store.engine import connect
from tracker.store.store import open_store

HOUR = timedelta(hours=1)


@pytest.fixture
def poll(store, feeds, now):
    """Commits founds as a poll, without indexing them."""
    store.sync_feeds(feeds, now)

    def run(*founds, feed_id="acme-blog", changed=()):
        (state,) = store.lease(now, now + HOUR, 1, [feed_id])
        polled = Polled(replace(state, last_poll=now, next_poll=now), founds, changed=changed)
        assert store.commit(polled, "config-1", now)

    return run


@pytest.fixture
def titled(store, poll, make_found):
    """Stores and indexes items with these titles and no other text."""

    def run(*titles):
        founds = [
            make_found(str(n), title=title, summary="", signals=()) for n, title in enumerate(titles, 1)
        ]
        poll(*founds)
        index(store)

    return run


def index(store, limit=100):
    while store.index_new(limit):
        pass
    assert store.unindexed() == 0


def ids(store, words, **filters):
    return [kept.id for kept in store.search(words, limit=50, **filters)]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        pytest.param("Acme cuts prices", "prices ACME", True, id="words side by side, in any order and case"),
        pytest.param("Acme cuts prices", "acme price", False, id="a word is a whole word"),
        pytest.param("Acme cuts prices", "pric*", True, id="a star matches the rest of the word"),
        pytest.param("Acme cuts prices", '"cuts pric*"', True, id="a star at the end of a phrase"),
        pytest.param("Acme cuts prices", '"acme cuts"', True, id="a phrase"),
        pytest.param("Acme cuts prices", '"cuts acme"', False, id="a phrase has an order"),
        pytest.param("Acme cuts prices", '"acme prices"', False, id="a phrase has no gaps"),
        pytest.param("Acme cuts prices", "“acme cuts”", True, id="typographic quotation marks"),
        pytest.param("Acme cuts prices", "acme -raises", True, id="a word that is not there is excluded"),
        pytest.param("Acme cuts prices", "acme -prices", False, id="a word that is there is excluded"),
        pytest.param("Acme cuts prices", 'acme -"cuts prices"', False, id="a phrase is excluded"),
        pytest.param("Acme cuts prices", 'acme -"prices cuts"', True, id="a phrase in another order is not"),
        pytest.param("Acme cuts prices", "acme -pric*", False, id="the beginning of a word is excluded"),
        pytest.param("GPT-5.5 is here", "gpt-5.5", True, id="a hyphen"),
        pytest.param("GPT-5.5 is here", "gpt 5.5", True, id="a space for the hyphen"),
        pytest.param("GPT-5.5 is here", "gpt5.5", True, id="nothing for the hyphen"),
        pytest.param("GPT 5.5 is here", '"GPT-5.5 is"', True, id="a hyphen for the space"),
        pytest.param("GPT-5.5 is here", "5.5", True, id="a number"),
        pytest.param("GPT-5.5 is here", "gpt-5", False, id="half of a number"),
        pytest.param("GPT-5.5 is here", "5", False, id="a number is no two words"),
        pytest.param("At 1,000 dollars", "1,000", True, id="a number with a comma"),
        pytest.param("OpenAI宣布降价一半", "降价", True, id="two Chinese characters inside a run"),
        pytest.param("OpenAI宣布降价一半", "价降", False, id="not in another order"),
        pytest.param("OpenAI宣布降价一半", "宣降", False, id="not with one between them"),
        pytest.param("OpenAI宣布降价一半", "宣布openai", False, id="a run of both scripts is a phrase"),
        pytest.param("OpenAI宣布降价一半", "openai宣布", True, id="where letters and Chinese meet"),
        pytest.param("OpenAI宣布降价一半", "一半 降价", True, id="Chinese words side by side"),
        pytest.param("OpenAI宣布降价一半", "降*", True, id="a star after Chinese changes nothing"),
        pytest.param("OpenAI宣布降價一半", "降价", True, id="traditional text, simplified query"),
        pytest.param("OpenAI宣布降价一半", "降價", True, id="simplified text, traditional query"),
        pytest.param("ＯｐｅｎＡＩ　５０％", "openai 50", True, id="full width"),
        pytest.param("A C++ compiler", "c++", True, id="a word with signs"),
        pytest.param("A C compiler", "c++", False, id="a word without them"),
        pytest.param("A C++ compiler", '"c++ compiler"', True, id="a phrase with signs"),
        pytest.param("A C++ compiler", "c", True, id="the word alone"),
        pytest.param("A C++ compiler", "compiler -c++", False, id="a word with signs is excluded"),
        pytest.param("A C compiler", "compiler -c++", True, id="the word without them is not excluded"),
        pytest.param("Obj-C++ 宣布C++", "宣布C++", True, id="signs after Chinese"),
        pytest.param("Prices at AT&T", "at&t", True, id="a sign within a name"),
        pytest.param("Up 50%", "50%", True, id="a number with a sign"),
        pytest.param("Up 150%", "50%", False, id="the end of a number is no number"),
        pytest.param("Up 50 points", "50%", False, id="a number without the sign"),
        pytest.param("Anthropic's models", "anthropic", True, id="a possessive"),
        pytest.param("Ärger in Zürich", "ZÜRICH", True, id="letters with marks, in any case"),
        pytest.param("Zürich", "zurich", False, id="a mark is part of the letter"),
        pytest.param("naïve ﬁle", "file", True, id="a ligature"),
        pytest.param("Acme - the maker", "acme - maker", True, id="a dash alone asks for nothing"),
        pytest.param(
            "NOT AND OR NEAR", "not AND near or", True, id="words that a database reads as operators"
        ),
        pytest.param("title search", "title:search", True, id="a colon parts words"),
        pytest.param("it's a trap", "it's 'a' trap", True, id="quotation marks of another kind"),
        pytest.param("back\\slash", "back\\slash", True, id="a backslash"),
    ],
)
def test_a_query_finds_what_it_says(store, titled, text, query, found):
    titled(text, "something else")

    assert ids(store, query) == ([1] if found else [])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param("", "names nothing to look for", id="nothing"),
        pytest.param("  % -- …", "names nothing to look for", id="signs alone"),
        pytest.param("-apple", "names nothing to look for", id="only what must not be there"),
        pytest.param('acme "cuts prices', "a quotation mark is missing", id="an open quotation mark"),
        pytest.param("*", "stands elsewhere than at the end of a word", id="a star alone"),
        pytest.param("pr*ce", "stands elsewhere than at the end of a word", id="a star inside"),
        pytest.param(" ".join("ab" for _ in range(40)), "more than 32 terms", id="too many words"),
        pytest.param("价" * 65, "or 64 words in one", id="too long a phrase"),
    ],
)
def test_a_mistake_in_a_query_is_told_in_one_line(store, query, says):
    with pytest.raises(TrackerError, match=r"^search: ") as caught:
        store.search(query, limit=1)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_part_of_an_items_text_is_found_and_no_phrase_reaches_across_two(store, poll, make_found):
    poll(make_found("a", title="one two", summary="three four", content="five six"))
    index(store)

    assert [ids(store, word) for word in ('"one two"', '"three four"', '"five six"')] == [[1]] * 3
    assert [ids(store, word) for word in ('"two three"', '"four five"')] == [[], []]


def test_a_summary_that_the_content_begins_with_is_found_as_part_of_it(store, poll, make_found):
    poll(make_found("a", summary="Half the", content="Half the price from Monday"))
    index(store)

    assert ids(store, '"half the price"') == [1]


def test_the_newest_come_first_page_by_page(store, titled):
    titled(*["price"] * 5)

    first = store.search("price", limit=2)
    second = store.search("price", limit=2, before=first[-1].id)

    assert [kept.id for kept in first + second] == [5, 4, 3, 2]


def test_pages_of_words_with_signs_are_whole(store, titled):
    titled(*["c++ here", "c there"] * 4)

    assert ids(store, "c++") == [7, 5, 3, 1]
    assert [kept.id for kept in store.search("c++", limit=2)] == [7, 5]


def test_what_is_found_comes_with_its_matches(store, poll, make_found):
    found = make_found("a", signals=("pricing", "release"))
    poll(found)
    index(store)

    (kept,) = store.search("acme", limit=9)

    assert kept == store.item(1)
    assert kept.item == found.item
    assert tuple(match.match for match in kept.matches) == found.matches


def test_a_search_can_be_narrowed_to_a_feed_a_signal_or_a_time(store, poll, make_found, now):
    poll(make_found("a", signals=("pricing",)))
    poll(make_found("b", signals=("release",), first_seen=now + HOUR))
    poll(make_found("c", signals=(), feed_id="wire", first_seen=now + 2 * HOUR), feed_id="wire")
    index(store)

    assert ids(store, "acme") == [3, 2, 1]
    assert ids(store, "acme", feed_id="acme-blog") == [2, 1]
    assert ids(store, "acme", signal="pricing") == [1]
    assert ids(store, "acme", since=now + HOUR) == [3, 2]
    assert ids(store, "acme", since=now + HOUR, feed_id="acme-blog", signal="release", before=3) == [2]
    assert ids(store, "acme", since=now + 9 * HOUR) == []


def test_new_items_wait_until_they_are_indexed_in_batches(store, poll, make_found):
    poll(*(make_found(str(n)) for n in range(5)))

    assert (store.unindexed(), ids(store, "acme")) == (5, [])
    assert [store.index_new(2) for _ in range(4)] == [2, 2, 1, 0]
    assert (store.unindexed(), ids(store, "acme")) == (0, [5, 4, 3, 2, 1])


def test_an_item_that_changes_is_found_by_what_it_says_now(store, poll, make_found):
    poll(make_found("a", title="old words"), make_found("b", title="old words"))
    index(store)

    for title in ("middle words", "new words"):
        poll(changed=[replace(make_found("a", title=title), known_as="guid:a")])

    assert store.unindexed() == 1
    index(store)
    assert (ids(store, "old"), ids(store, "middle"), ids(store, "new")) == ([2], [], [1])


def test_an_item_that_changes_before_it_is_indexed_is_indexed_once(store, poll, make_found):
    poll(make_found("a", title="old words"))
    poll(changed=[replace(make_found("a", title="new words"), known_as="guid:a")])

    index(store)

    assert (ids(store, "old"), ids(store, "new")) == ([], [1])


def test_a_text_that_loses_its_words_leaves_nothing_behind(url, store, poll, make_found):
    poll(make_found("a", title="old words " * 400, content="价" * 300))
    index(store)
    _write(url, "UPDATE item SET title = '', summary = '', content = ''")
    index(store)

    assert (ids(store, "old"), ids(store, "价"), ids(store, "words*")) == ([], [], [])


def test_an_index_of_another_version_is_built_anew(url, store, titled):
    titled("old words", "more words")
    _write(
        url,
        "UPDATE mark SET value = '0.0:2' WHERE name = 'search'",
        "UPDATE item SET title = 'new words' WHERE id = 1",
    )

    assert store.unindexed() >= 2
    index(store, limit=1)

    assert (ids(store, "old"), ids(store, "new"), ids(store, "words")) == ([], [1], [2, 1])


def test_the_longest_texts_can_be_indexed_and_both_databases_stop_at_the_same_place(store, titled):
    many = " ".join(f"w {n}" for n in range(8_100))
    often = " ".join(["often", "x"] * 300 + ["tail", "often"])
    titled(many, often, "价" * 20_000, "a" * 3_000, "\ufdfa" * 20_000, "e\u0301" * 30_000)

    assert (ids(store, "7999"), ids(store, "8000")) == ([1], [])
    assert (ids(store, "tail often"), ids(store, '"tail often"'), ids(store, '"often x"')) == ([2], [], [2])
    assert (ids(store, "价价价"), ids(store, "a" * 3_000)) == ([3], [4])


def test_an_item_whose_number_is_lower_but_comes_later_is_not_missed(postgres_url, feeds, now, make_found):
    # A poll that is still under way has numbers already; a later one is committed before it.
    with open_store(postgres_url) as store:
        store.sync_feeds(feeds, now)
        (state,) = store.lease(now, now + HOUR, 1)
        database = connect(postgres_url, read_only=False)
        with database.writing() as connection:
            connection.exec_driver_sql("SELECT nextval('item_id_seq')")
            copied = (
                "INSERT INTO item (id, feed_id, guid, guid_key, content_key, title, summary, content, author,"
                " first_seen, tags, backlog)"
                " VALUES (1, 'wire', '', 'k', 'c', 'slow', '', '', '', now(), '[]', false)"
            )
            connection.exec_driver_sql(copied)
            store.commit(Polled(state, (make_found("a"),)), "config-1", now)
            waiting = _indexing(postgres_url)
        waiting.join()
        database.close()

        assert ids(store, "slow") == [1]
        assert ids(store, "acme") == [2]


def _indexing(url):
    """Index in another thread; comes back when that waits for the poll under way."""
    import threading

    def run():
        with open_store(url) as other:
            other.index_new(100)

    thread = threading.Thread(target=run)
    thread.start()
    database = connect(url, read_only=True)
    locks = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while thread.is_alive():
        with database.reading() as connection:
            if connection.exec_driver_sql(locks).scalar():
                break
    database.close()
    return thread


def _write(url, *statements):
    database = connect(url, read_only=False)
    with database.writing() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    database.close()


def test_more_can_be_asked_for_than_a_database_takes_at_once(store, titled):
    titled(*["price"] * 1_201)

    found = store.search("price", limit=100_000)

    assert [kept.id for kept in found] == list(range(1_201, 0, -1))
