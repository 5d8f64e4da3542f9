"""An excerpt is short, holds the hits, and its marks lie on the words that were hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.digest.excerpt import LIMIT, excerpt, shortened

FILLER = "Nothing here matters to anybody at all. " * 30


def spans_of(source: str, *words: str) -> list[tuple[int, int]]:
    return [(source.index(word), source.index(word) + len(word)) for word in words]


def marked_words(source: str, *words: str) -> list[str]:
    shown = excerpt(source, spans_of(source, *words))
    return [shown.text[start:end] for start, end in shown.marks]


def test_a_short_text_is_quoted_whole():
    shown = excerpt("Prices fall by half.", [(0, 6)])

    assert shown.text == "Prices fall by half."
    assert shown.marks == ((0, 6),)


def test_hits_far_into_the_text_are_found_in_the_excerpt():
    source = FILLER + "The lab will cut its API prices tomorrow. " + FILLER

    shown = excerpt(source, spans_of(source, "cut", "API prices"))

    assert shown.text.startswith("…The lab will cut its API prices tomorrow.")
    assert marked_words(source, "cut", "API prices") == ["cut", "API prices"]


def test_the_beginning_is_kept_when_it_holds_as_many_hits():
    source = "Prices fall. " + FILLER + "Prices rise."

    shown = excerpt(source, [(0, 6), (len(source) - 12, len(source) - 6)])

    assert shown.text.startswith("Prices fall. Nothing")


def test_a_cut_falls_between_words():
    shown = excerpt("alpha " * 100, ())

    assert shown.text.endswith("alpha…")


def test_chinese_text_is_cut_between_characters():
    shown = excerpt("降价" * 300, [(0, 2)])

    assert len(shown.text) == LIMIT + 1
    assert shown.text.endswith("…")


def test_a_letter_is_never_parted_from_its_accents():
    source = "e\u0301" * 400

    shown = excerpt(source, ())

    assert shown.text.count("e") == shown.text.count("\u0301")


def test_overlapping_hits_become_one_mark():
    assert excerpt("price cuts", [(0, 8), (6, 10), (0, 5)]).marks == ((0, 10),)


def test_a_hit_beyond_the_end_is_cut_to_the_text():
    assert excerpt("price", [(2, 99), (50, 60)]).marks == ((2, 5),)


def test_a_long_title_is_shortened_at_its_end():
    assert shortened("word " * 200).endswith("word…")
    assert shortened("  short") == "  short"


@given(
    source=st.text(alphabet=st.sampled_from("ab .\n。降价e\u0301\u200d😀"), max_size=900),
    hits=st.lists(st.tuples(st.integers(0, 950), st.integers(0, 950)), max_size=8),
)
def test_every_mark_is_a_part_of_a_hit_in_the_source(source: str, hits: list[tuple[int, int]]):
    shown = excerpt(source, hits)

    quoted = shown.text.removeprefix("…").removesuffix("…")
    assert quoted in source
    assert len(shown.text) <= LIMIT + 50
    assert all(0 <= start < end <= len(shown.text) for start, end in shown.marks)
    assert list(shown.marks) == sorted(shown.marks)


@pytest.mark.parametrize("word", ["价格", "prices"])
def test_the_marked_words_are_the_words_that_hit(word: str):
    source = f"{FILLER} 全线下调 {word} at once. {FILLER}"

    assert marked_words(source, word) == [word]
