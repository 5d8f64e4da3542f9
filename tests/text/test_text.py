"""Normalising and tokenising: what counts as the same, and the way back to the original."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker import text as text_room
from tracker.simplified import SIMPLIFIED
from tracker.text import Kind, Offsets, folded, normalise, sentence_ends, tokenise


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("OpenAI cuts prices", " openai cuts prices ", id="words are folded and padded"),
        pytest.param("", "  ", id="an empty text is two spaces"),
        pytest.param("GPT-5.5", " gpt 5.5 ", id="a hyphen parts"),
        pytest.param("GPT5.5", " gpt 5.5 ", id="letters and digits part"),
        pytest.param("GPT 5.5.", " gpt 5.5 ", id="a full stop is no part of a number"),
        pytest.param("1,000 of 2024,2025", " 1,000 of 2024 2025 ", id="a comma stays between thousands only"),
        pytest.param("发布GPT", " 发布 gpt ", id="a space stands where scripts meet"),
        pytest.param("降价，通知", " 降价 通知 ", id="punctuation parts Chinese text"),
        pytest.param("ＧＰＴ－５．５", " gpt 5.5 ", id="full width is folded"),
        pytest.param("㎏ ﬁne", " kg fine ", id="ligatures are taken apart"),
        pytest.param("Straße", " strasse ", id="sharp s folds to two letters"),
        pytest.param(
            "Open\u200bAI \ufeffdrop\u00adped", " openai dropped ", id="zero-width characters are ignored"
        ),
        pytest.param("降價發佈", " 降价发布 ", id="traditional characters are simplified"),
        pytest.param("e\u0301clair", " éclair ", id="an accent joins its letter"),
        pytest.param("ｶﾞ", " ガ ", id="half-width kana joins its mark"),
        pytest.param("हिन्दी", " हिन्दी ", id="vowel signs stay in their word"),
        pytest.param("Anthropic's 1 billion", " anthropic 1 billion ", id="the possessive is no word"),
        pytest.param("Anthropic’s", " anthropic ", id="the curly possessive is none either"),
        pytest.param("a\x00b\ud800c", " a b c ", id="NUL and lone surrogates part words"),
        pytest.param("snake_case", " snake case ", id="an underscore parts"),
    ],
)
def test_words_of_a_text(text: str, words: str) -> None:
    assert normalise(text).words == words


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("Open  AI\n\tnow", "Open AI now", id="white space is one space"),
        pytest.param("Ｏpen\u200bAI", "OpenAI", id="width is folded, case is not"),
        pytest.param("a\u3000b", "a b", id="the ideographic space is a space"),
    ],
)
def test_written_form(text: str, written: str) -> None:
    assert normalise(text).written == written


def test_tokens_lead_back_to_what_was_written() -> None:
    text = "Straße: ㎏ ＧＰＴ5.5 发布 50%…"

    tokens = [(token.text, text[token.start : token.end], token.kind) for token in tokenise(text)]

    assert tokens == [
        ("strasse", "Straße", Kind.WORD),
        (":", ":", Kind.SYMBOL),
        ("kg", "㎏", Kind.WORD),
        ("gpt", "ＧＰＴ", Kind.WORD),
        ("5.5", "5.5", Kind.NUMBER),
        ("发", "发", Kind.UNSPACED),
        ("布", "布", Kind.UNSPACED),
        ("50", "50", Kind.NUMBER),
        ("%", "%", Kind.SYMBOL),
        *[(".", "…", Kind.SYMBOL)] * 3,
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("One. Two! Three", ["One.", " Two!"], id="a full stop before a space ends a sentence"),
        pytest.param("GPT-5.5 is v1.2 now", [], id="a point in a number does not"),
        pytest.param("降价了。真的？", ["降价了。", "真的？"], id="Chinese marks need no space"),
        pytest.param(
            "他说“好。”走了", ["他说“好。”"], id="the closing quotation mark belongs to the sentence"
        ),
        pytest.param("one\ntwo", ["one\n"], id="a line break ends one"),
    ],
)
def test_sentences_end_in_both_scripts(text: str, sentences: list[str]) -> None:
    ends = sentence_ends(text)

    assert [text[start:end] for start, end in zip((0, *ends), ends, strict=False)] == sentences


anything = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs"]),
        st.sampled_from("aZ5,.'s ㎏ﬁßİ…ｶﾞ\u0301\u200b\ufe0f降價发\n\x00½ẞΐ"),
    ),
    max_size=40,
)


@given(anything)
def test_every_token_of_any_text_lies_inside_it_and_in_order(text: str) -> None:
    tokens = tokenise(text)

    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@given(st.text(st.characters(codec="ascii")))
@example("x's 1,000.5 1,0000 it's5 don't's")
def test_the_words_of_plain_text_are_the_same_beside_an_accent(text: str) -> None:
    assert normalise(f"{text} é").words == f"{normalise(text).words.rstrip()} é "


@given(anything)
def test_the_tokens_are_the_words(text: str) -> None:
    spaced = "".join(token.text for token in tokenise(text) if token.kind is not Kind.SYMBOL)

    assert spaced == normalise(text).words.replace(" ", "")


@given(anything)
def test_the_way_back_of_each_form_is_as_long_as_the_form(text: str) -> None:
    forms = normalise(text)
    offsets = Offsets(forms)

    for at in range(len(forms.folded)):
        start, end = offsets.of_folded(at, at + 1)
        assert normalise(text[start:end]).folded.strip() or not forms.folded[at].strip()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_composed_and_decomposed_texts_are_the_same(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    if len(decomposed) > len(text) + 25:
        return  # longer than one letter's accents may be

    assert normalise(decomposed).words == normalise(unicodedata.normalize("NFC", text)).words


def test_characters_taken_as_safe_fold_one_to_one() -> None:
    unsafe, fold = text_room._UNSAFE, text_room._fold

    grown = [
        code for code in range(0x110000) if unsafe.search(chr(code)) is None and len(fold(chr(code))) != 1
    ]

    assert grown == []


def test_no_simplified_character_is_simplified_further() -> None:
    assert SIMPLIFIED.keys().isdisjoint(SIMPLIFIED.values())


@pytest.mark.parametrize(
    "piece", ["a\u0301\u0327", "\u0301", " ", "\n", "中", "ﬁ", "'s", "1,", '."', "....", "x", "\ud800"]
)
def test_time_grows_with_the_length_of_a_text(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        Offsets(normalise(text))
        sentence_ends(text)
        return time.process_time() - start

    short = min(seconds(60_000) for _ in range(3))

    assert seconds(600_000) < 60 * short + 0.5


@given(anything)
def test_the_quick_ways_say_what_the_slow_way_says(text: str) -> None:
    slow = "".join(folded for _, folded in text_room._pieces(text))

    assert normalise(text).written == slow
    assert folded(text) == normalise(text).folded == slow.casefold()


def test_every_usual_character_is_written_alike_by_the_quick_and_the_slow_way() -> None:
    usual = [chr(code) for code in range(0x110000) if text_room._ODD.search(chr(code)) is None]

    texts = ["a".join(usual[at : at + 500]) for at in range(0, len(usual), 500)]

    assert [normalise(text).written for text in texts] == [
        "".join(folded for _, folded in text_room._pieces(text)) for text in texts
    ]
