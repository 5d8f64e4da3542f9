"""Text as rules and search see it, with a way back to every original character.

Three forms of one text, each made from the one before:

    written   widths folded (NFKC), zero-width characters ignored, traditional characters simplified
              one to one, every run of white space a single space; case as the publisher wrote it
    folded    written without case
    words     the words of folded, padded: " openai 发布 gpt 5.5 ". Punctuation is gone, a space stands
              wherever letters, digits and Chinese meet, so GPT-5.5, GPT 5.5 and GPT5.5 are one phrase

Nothing here raises, whatever the text holds (lone surrogates, NUL, a megabyte of accents), and time
grows with the length of the text. `Offsets` is made only for texts in which something was found.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from tracker.simplified import SIMPLIFIED
from tracker.words import MARKS, TOKEN, UNSPACED, token_of, without_signs, words_of

NORMALISER = "1"
"""Changes whenever a text may normalise differently; part of every rule's hash."""

_VISIBLE = re.compile(f"{TOKEN.pattern}|([^\\s\\w])")

_SPACES = r"\s\x00-\x1f\x7f-\x9f\ud800-\udfff"
# Characters that fold one to one, whatever stands beside them, but for runs of white space.
_SAFE = (
    "\xa1-\xa7\xa9\xab\xac\xae\xb0\xb1\xb6\xb7\xbb\xbf-\u0131\u0134-\u013e\u0141-\u0148"
    "\u014a-\u017e\u0391-\u03a1\u03a3-\u03c9\u0400-\u0481\u2010\u2012-\u2016\u2018-\u2023\u2190-\u21ff"
    "\u3000-\u3029\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e"
)
# Stretches that may change length; all else is folded character by character, one to one. Accents
# are taken 30 at a time (the stream-safe format of UAX 15), or ordering them would be quadratic.
_UNSAFE = re.compile(
    f"[{_SPACES}]{{2,}}|.[{MARKS}\u1160-\u11ff\uff9e\uff9f]{{1,30}}|[^\x00-\x7f\x85\xa0{_SAFE}\ud800-\udfff]",
    re.DOTALL,
)
# What usual text is free of: accents apart, rare signs, and what is white space to us but not to `str.split`.
_ODD = re.compile(f"[^\t-\r\x1c-\x7e\x85\xa0{_SAFE}…™]")
# What of usual text folds to something else, beside white space.
_FOLDING = re.compile(f"[\uff01-\uff5e…™{''.join(map(chr, SIMPLIFIED))}]")
_SENTENCE_END = re.compile(r"[。！？…][”’』」）)\"']*|[.!?][”’)\"'\]]*(?=\s|$)|\n\s*")


class Normalised(NamedTuple):
    """A text and its three forms."""

    original: str
    written: str
    folded: str
    words: str


class Kind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    UNSPACED = "unspaced"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, one Chinese character or one symbol. start and end: offsets in the original."""

    text: str
    start: int
    end: int
    kind: Kind


def normalise(text: str) -> Normalised:
    """Return the three forms of a text."""
    written = as_written(text)
    folded = _without_case(written)
    return Normalised(text, written, folded, words_of(folded))


def folded(text: str) -> str:
    """Return `normalise(text).folded`, in half the time."""
    return _without_case(as_written(text))


def tokenise(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text in order; text that runs on without spaces character by character."""
    forms = normalise(text)
    offsets = Offsets(forms)
    found = []
    for match in _VISIBLE.finditer(forms.folded):
        start, end = match.span(1) if match[1] else match.span(2)
        kind = _kind(forms.folded[start])
        steps = range(start, end) if kind is Kind.UNSPACED else (start,)
        width = 1 if kind is Kind.UNSPACED else end - start
        for at in steps:
            found.append(Token(forms.folded[at : at + width], *offsets.of_folded(at, at + width), kind))
    return tuple(found)


def word_counts(forms: Normalised, offsets: Offsets) -> tuple[list[int], list[int], list[float]]:
    """Return where each word and Chinese character starts and ends; how many stand before each, and in all.

    Starts and ends are offsets in the original. Two Chinese characters are one word.
    """
    starts: list[int] = []
    ends: list[int] = []
    sizes: list[float] = []
    text = without_signs(forms.folded)
    for match in token_of(text).finditer(text):
        start, end = match.span(1)
        if _UNSPACED_CHAR.match(forms.folded, start):
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
            sizes.extend([0.5] * (end - start))
        else:
            starts.append(start)
            ends.append(end)
            sizes.append(1.0)
    return (
        [offsets.of_folded(at, at + 1)[0] for at in starts],
        [offsets.of_folded(at - 1, at)[1] for at in ends],
        list(accumulate(sizes, initial=0.0)),
    )


def sentence_ends(text: str, start: int = 0) -> tuple[int, ...]:
    """Return the offsets just behind each sentence of a text, in both scripts; a line break ends one.

    start: where to begin looking.
    """
    return tuple(match.end() for match in _SENTENCE_END.finditer(text, start))


class Offsets:
    """The way back: spans of a text's three forms as spans of the original."""

    __slots__ = ("_folded", "_forms", "_places", "_written")

    def __init__(self, forms: Normalised) -> None:
        self._written = None if forms.written is forms.original else _written_map(forms.original)
        self._folded = _folded_map(forms)
        self._forms = forms
        self._places: _Places | None = None

    def of_written(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span that a non-empty span of `written` came from."""
        if self._written is None:
            return start, end
        starts, ends = self._written
        return starts[start], ends[end - 1]

    def to_written(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of `written` that a non-empty span of `folded` came from."""
        if self._folded is None:
            return start, end
        return self._folded[start], self._folded[end - 1] + 1

    def of_folded(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span that a non-empty span of `folded` came from."""
        return self.of_written(*self.to_written(start, end))

    def of_words(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span of a span of `words` that begins and ends inside words."""
        text = self._forms.words[start:end]
        if " " not in text:
            # What stands in the folded text once stands where it was found.
            at = self._forms.folded.find(text)
            if self._forms.folded.find(text, at + 1) < 0:
                end = at + len(text)
                return (
                    (at, end) if self._folded is None and self._written is None else self.of_folded(at, end)
                )
        if self._places is None:
            self._places = _Places(self._forms.folded)
        return self.of_folded(self._places.of(start), self._places.of(end - 1) + 1)


class _Places:
    """Where each character of `words` stands in the folded text."""

    __slots__ = ("_done", "_in_folded", "_in_words", "_words")

    def __init__(self, folded: str) -> None:
        # Words are looked up as far as spans reach: most stand at the beginning.
        straight = without_signs(folded)
        self._words = token_of(straight).finditer(straight)
        self._in_words, self._in_folded, self._done = [0], [0], 1

    def of(self, at: int) -> int:
        """Return the offset in the folded text of a character of a word."""
        while self._done <= at and (word := next(self._words, None)) is not None:
            start, end = word.span(1)
            self._in_words.append(self._done)
            self._in_folded.append(start)
            self._done += end - start + 1
        index = bisect_right(self._in_words, at) - 1
        return self._in_folded[index] + at - self._in_words[index]


def _kind(char: str) -> Kind:
    if _UNSPACED_CHAR.match(char):
        return Kind.UNSPACED
    if char.isdecimal():
        return Kind.NUMBER
    return Kind.WORD if char.isalnum() else Kind.SYMBOL


_UNSPACED_CHAR = re.compile(f"[{UNSPACED}]")


class _Table(dict[int, str]):
    """Folds single characters, each worked out when first met; `str.translate` looks them up in C."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(piece: str) -> str:
    """Fold a character with its accents, or a run of white space."""
    if _SPACE.match(piece):
        return " "
    kept = "".join(char for char in piece if not _is_invisible(char))
    return unicodedata.normalize("NFKC", kept).translate(SIMPLIFIED)


def _is_invisible(char: str) -> bool:
    return (
        unicodedata.category(char) == "Cf"
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
    )


_TABLE = _Table()
_SPACE = re.compile(f"[{_SPACES}]")


def as_written(text: str) -> str:
    """Return `normalise(text).written` alone."""
    if text.isascii() and "  " not in text and text.isprintable():  # the usual title
        return text
    if "  " not in text and (bare := without_signs(text)).isascii() and bare.isprintable():
        return text
    if _ODD.search(text) is not None:
        return "".join(folded for _, folded in _pieces(text))
    spaced = " ".join(words := text.split())
    if text[0].isspace():
        spaced = f" {spaced}"
    if words and text[-1].isspace():
        spaced = f"{spaced} "
    return spaced if spaced.isascii() else _FOLDING.sub(_folded_char, spaced)


def _folded_char(match: re.Match[str]) -> str:
    return _TABLE[ord(match[0])]


def _without_case(written: str) -> str:
    return written.lower() if written.isascii() else written.casefold()


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield every stretch that folds as one, with its length; in a safe stretch each character does."""
    done = 0
    for match in _UNSAFE.finditer(text):
        if match.start() > done:
            yield 0, text[done : match.start()].translate(_TABLE)
        piece = match[0]
        yield len(piece), _TABLE[ord(piece)] if len(piece) == 1 else _fold(piece)
        done = match.end()
    yield 0, text[done:].translate(_TABLE)


def _written_map(text: str) -> tuple[list[int], list[int]] | None:
    """Return where each character of `written` starts and ends in the original; None: where it is."""
    if _UNSAFE.search(text) is None:
        return None
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for length, folded in _pieces(text):
        if length:
            starts.extend([done] * len(folded))
            ends.extend([done + length] * len(folded))
        else:
            starts.extend(range(done, done + len(folded)))
            ends.extend(range(done + 1, done + len(folded) + 1))
        done += length or len(folded)
    return starts, ends


def _folded_map(forms: Normalised) -> list[int] | None:
    """Return which character of `written` each of `folded` came from; None: the one at its place."""
    # Folding case never shortens a character, so equal lengths mean one to one.
    if len(forms.folded) == len(forms.written):
        return None
    return [index for index, char in enumerate(forms.written) for _ in char.casefold()]
