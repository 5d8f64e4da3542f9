"""How a term is looked for: as one string in one form of the text, and what must stand around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from tracker.text import folded, normalise
from tracker.words import UNSPACED


class Zone(IntEnum):
    """The form of a text that a literal is looked for in; see `tracker.text`."""

    WORDS = 0
    FOLDED = 1
    WRITTEN = 2


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A string that one scan finds, and what decides whether the find counts.

    bound_left, bound_right: no letter or digit of a spaced script may stand beside it.
    grow_left, grow_right: a `*` stood there; the evidence is the whole word.
    rest: a regular expression for what follows the string, when a `*` stands inside a phrase.
    """

    text: str
    zone: Zone
    bound_left: bool = False
    bound_right: bool = False
    grow_left: bool = False
    grow_right: bool = False
    rest: str = ""


def is_plain(literal: Literal) -> bool:
    """Whether a literal is nothing but its string in the words: most terms are."""
    return literal.zone is Zone.WORDS and not (
        literal.grow_right or literal.grow_left or literal.rest or literal.bound_left or literal.bound_right
    )


class Literals:
    """All literals of a config by number; a plain one is kept as its string and made when it is asked for.

    texts: the string of each. special: those that are not plain.
    """

    __slots__ = ("special", "texts")

    def __init__(self, literals: Iterable[Literal | str]) -> None:
        """literals: in the order of their numbers, plain ones as their strings."""
        self.special: dict[int, Literal] = {}
        texts = []
        for number, literal in enumerate(literals):
            if isinstance(literal, str):
                texts.append(literal)
            else:
                texts.append(literal.text)
                self.special[number] = literal
        self.texts = tuple(texts)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, number: int) -> Literal:
        return self.special.get(number) or Literal(self.texts[number], Zone.WORDS)

    def __iter__(self) -> Iterator[Literal]:
        return map(self.__getitem__, range(len(self.texts)))


class TermError(ValueError):
    """A term that cannot be looked for: what is wrong and what to write instead."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


def term_literal(text: str, *, exact: bool = False) -> Literal:
    """Return how to look for a term of a rule or a term set.

    exact: case and signs as written. Without it a term whose signs normalising would drop (`C++`,
    `% off`) is looked for with its signs, in any case.
    Raises TermError.
    """
    if not exact and _USUAL.fullmatch(text):
        word = text.removesuffix("*").lower()
        return Literal(f" {word}" if text[-1] == "*" else f" {word} ", Zone.WORDS, grow_right=text[-1] == "*")
    if not exact and _HAN.fullmatch(text):
        return Literal(folded(text), Zone.WORDS)
    forms = normalise(text)
    chunks = [_Chunk.of(chunk) for chunk in forms.written.split()]
    if not chunks:
        raise TermError("an empty term finds nothing", "write a word or take it away")
    if exact:
        return _as_written(chunks, Zone.WRITTEN)
    if any(_SIGN.search(_SOFT_DOT.sub("", chunk.core)) for chunk in chunks):
        return _as_written(chunks, Zone.FOLDED)
    if any(chunk.open_left or chunk.open_right for chunk in chunks):
        return _as_words([(chunk, normalise(chunk.core).words.strip()) for chunk in chunks])
    return _as_words([(chunks[0], forms.words.strip())])


def alias_literal(text: str, *, any_case: bool) -> Literal:
    """Return how to look for a name of an entity: signs as written, a `*` is a `*`. Raises TermError."""
    chunks = [_Chunk(chunk, False, False) for chunk in normalise(text).written.split()]
    if not chunks:
        raise TermError("an empty name finds nothing", "write a name or take it away")
    return _as_written(chunks, Zone.FOLDED if any_case else Zone.WRITTEN)


def inner_literal(text: str) -> Literal:
    """Return how to look for words in which a name means something else. Raises TermError."""
    return alias_literal(text, any_case=True)


def is_word_char(char: str) -> bool:
    """Whether a character is a letter or digit of a script that puts spaces between words."""
    return char.isalnum() and (char.isascii() or _UNSPACED.match(char) is None)


# English words or one beginning of a word: most terms, and the same in every form.
_USUAL = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*\*?")
_HAN = re.compile("[\u4e00-\u9fff]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
# Signs that only part words: writing GPT-5.5 or "cuts, again" does not ask for the sign itself.
_SIGN = re.compile(f"[^\\s\\w{UNSPACED}'’‘`\"“”‐-―,;:!?。、《》「」『』・\\-]")
_SOFT_DOT = re.compile(r"(?<=\d)\.(?=\d)")
_REST_OF_WORD = "[^ ]*"


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What stands between two spaces of a term. open_left, open_right: a `*` stood there."""

    core: str
    open_left: bool
    open_right: bool

    @classmethod
    def of(cls, text: str) -> _Chunk:
        core = text.removeprefix("*").removesuffix("*")
        if not core:
            raise TermError("* alone matches everything", "write a word beside it")
        if "*" in core:
            raise TermError(
                "* stands only at the start or end of a word", 'to find the sign itself write ="…"'
            )
        opened = cls(core, text.startswith("*"), text.endswith("*"))
        if (opened.open_left and _UNSPACED.match(core[0])) or (
            opened.open_right and _UNSPACED.match(core[-1])
        ):
            raise TermError("Chinese text needs no *: it is found inside longer text", f"write {core}")
        return opened


def _as_words(chunks: list[tuple[_Chunk, str]]) -> Literal:
    parts = [(chunk, words) for chunk, words in chunks if words]
    if not parts:
        raise TermError("nothing to find is left of this term", "write a word or take it away")
    first, last = parts[0], parts[-1]
    grow_left, grow_right = first[0].open_left, last[0].open_right
    head = "" if grow_left or _UNSPACED.match(first[1][0]) else " "
    tail = "" if grow_right or _UNSPACED.match(last[1][-1]) else " "
    return _split(head, parts, tail, Literal("", Zone.WORDS, False, False, grow_left, grow_right))


def _as_written(chunks: list[_Chunk], zone: Zone) -> Literal:
    parts = [(chunk, normalise(chunk.core).folded if zone is Zone.FOLDED else chunk.core) for chunk in chunks]
    (first, head), (last, tail) = parts[0], parts[-1]
    # `.NET` is not the end of a domain name, so a dot asks for a boundary as a letter does.
    bound_left = not first.open_left and (is_word_char(head[0]) or head[0] == ".")
    bound_right = not last.open_right and is_word_char(tail[-1])
    return _split("", parts, "", Literal("", zone, bound_left, bound_right, first.open_left, last.open_right))


def _split(head: str, parts: list[tuple[_Chunk, str]], tail: str, literal: Literal) -> Literal:
    """Put the words together; from the first `*` inside the phrase on they become `rest`."""
    text, rest = head + parts[0][1], ""
    for (before, _), (after, words) in pairwise(parts):
        gap = f"{_REST_OF_WORD if before.open_right else ''} {_REST_OF_WORD if after.open_left else ''}"
        if rest or gap != " ":
            rest += gap + re.escape(words)
        else:
            text += gap + words
    text, rest = (text, rest + tail) if rest else (text + tail, "")
    flags = (literal.bound_left, literal.bound_right, literal.grow_left, literal.grow_right)
    return Literal(text, literal.zone, *flags, rest)
