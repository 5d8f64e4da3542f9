"""However quickly the words of a text are found, they are the same words, and stand where they stood."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker.text import Offsets, folded, normalise
from tracker.words import TOKEN

WORDS = ("cut", "s", "GPT", "a", "5", "50", "1,234", "5.5", "降价", "é", "e\u0301", "ß", "㎏")
SIGNS = ("'s", "’s", "'", "’", "‘", "“", "—", "…", " ", "  ", ".", ",", "-", "_", "/", "\n", "$")
pieces = st.sampled_from((*WORDS, *SIGNS))
texts = st.lists(pieces, max_size=10).map("".join)


@settings(max_examples=400)
@given(texts)
@example("the cut''s price")
@example("a's's 's")
@example("5's a5 1,234.5 5..5")
@example("“gpt’s” ‘cut’")
def test_the_words_are_those_that_the_plain_pattern_finds(text: str) -> None:
    assert normalise(text).words == f" {' '.join(TOKEN.findall(folded(text)))} "


@settings(max_examples=400)
@given(texts)
@example("s-cut cut's cut")
@example("a-b a b")
def test_every_word_is_found_where_it_stands_in_the_original(text: str) -> None:
    forms = normalise(text)
    offsets, at = Offsets(forms), 1
    stood = [match.span(1) for match in TOKEN.finditer(forms.folded)]

    for (start, end), word in zip(stood, forms.words.split(), strict=True):
        assert offsets.of_words(at, at + len(word)) == Offsets(forms).of_folded(start, end)
        at += len(word) + 1
