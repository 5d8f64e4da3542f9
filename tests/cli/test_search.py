"""`tracker search`: the archive by words, as a user asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

PRICE = "OpenAI cuts API token prices by half"
MODEL = "GPT-5.5 is out"
ZH = "深度求索发布新模型"
QUIET = "A quiet day at the office"


@pytest.fixture(scope="module")
def archive(polled_once: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A home that has polled two feeds, for tests that only read."""
    with polled_once({"en": (PRICE, MODEL, QUIET), "zh": (ZH,)}) as home:
        yield home


@pytest.fixture
def growing(home: Any, publisher: Any) -> Any:
    """A home of its own that has polled the same, and indexed nothing yet."""
    publisher.add("en", PRICE, MODEL, QUIET)
    publisher.add("zh", ZH)
    home.config.write_text(publisher.config(pack=False), "utf-8")
    assert home.tracker("poll").code == 0
    return home


def found(run: Any) -> list[str]:
    assert run.code == 0, run.err
    return [each["title"] for each in run.json["items"]]


def test_words_phrases_chinese_and_exclusions_are_found(archive: Any) -> None:
    def search(*words: str) -> list[str]:
        return found(archive.tracker("search", *words, "--json"))

    assert search("prices", "OPENAI") == [PRICE]
    assert search("发布") == [ZH]
    assert search("GPT 5.5") == search("gpt-5.5") == [MODEL]
    assert search('"token prices"') == [PRICE]
    assert search('"prices token"') == []
    assert search("quie*") == [QUIET]
    assert search("day", "-quiet") == []
    assert search("-nvidia", "day") == [QUIET]


def test_what_is_found_is_told_with_its_number_feed_link_and_signals(archive: Any) -> None:
    run = archive.tracker("search", "token")
    number = run.out.split()[0]

    assert run.code == 0, run.err
    assert PRICE in run.out
    assert "en · pricing" in run.out
    assert "https://en.example/0" in run.out
    assert archive.tracker("show", number).out.startswith(PRICE)


def test_feed_signal_and_days_narrow_the_search(archive: Any) -> None:
    by_feed = found(archive.tracker("search", "发布", "--feed", "en", "--json"))
    by_signal = found(archive.tracker("search", "openai", "--signal", "pricing", "--json"))
    by_other = found(archive.tracker("search", "openai", "--signal", "talent", "--json"))
    by_days = found(archive.tracker("search", "openai", "--days", "1", "--json"))

    assert (by_feed, by_signal, by_other, by_days) == ([], [PRICE], [], [PRICE])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--feed", "enn", "x"), "did you mean en"),
        (("--signal", "pricin", "x"), "did you mean pricing"),
        (("-only",), "names nothing to look for"),
        (('"open',), "a quotation mark is missing"),
    ],
)
def test_a_search_that_cannot_be_is_one_line(archive: Any, arguments: tuple[str, ...], told: str) -> None:
    run = archive.tracker("search", *arguments)

    assert (run.code, run.out) == (1, "")
    assert told in run.err
    assert "Traceback" not in run.err


def test_while_another_process_writes_it_says_what_it_cannot_see(growing: Any, publisher: Any) -> None:
    assert found(growing.tracker("search", "openai", "--json")) == [PRICE]
    publisher.add("en", PRICE, MODEL, QUIET, "OpenAI again")
    assert growing.tracker("poll", "en").code == 0
    released = publisher.hold("zh")
    with growing.started("poll", "zh") as polling:
        publisher.wait_for("zh")

        busy = growing.tracker("search", "openai", "--json")

        released.set()
        polling.wait(20)
    after = growing.tracker("search", "openai", "--json")

    assert (found(busy), busy.json["unindexed"]) == ([PRICE], 1)
    assert "1 new or changed item not searchable yet" in busy.err
    assert (sorted(found(after)), after.json["unindexed"]) == (["OpenAI again", PRICE], 0)


def test_before_the_first_poll_there_is_nothing_to_search(home: Any) -> None:
    home.config.write_text("use: ai-industry/signals\n", "utf-8")

    run = home.tracker("search", "openai")

    assert (run.code, run.out) == (1, "")
    assert "tracker poll" in run.err
