"""Other forms of the words that a rule asks for: another ending, other case, other words between. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import takewhile

from tracker.model import Field, Hit
from tracker.rules.explain.misses import Miss, at, quoted
from tracker.rules.literals import Literal, Zone, is_word_char
from tracker.text import Kind, Offsets, normalise, tokenise
from tracker.words import UNSPACED

_HAN = re.compile(f"[{UNSPACED}]+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDINGS = ("ings", "ing", "ies", "ied", "es", "ed", "s", "e", "y")
"""Of one word; -er makes another word of it."""
_NO_ENDING = frozenset(("news", "this", "his", "has", "was", "its", "does", "gas", "less", "series", "her"))
_LOOKED_AT = 50
"""Words of one kind that are looked at: a long text may hold very many."""
_APART = 8
"""Words that the two of a phrase may stand apart."""
_BETWEEN = 3
"""Chinese characters between two that a rule wants side by side."""


class Forms:
    """The words of one item's fields, by what they have in common with other forms of them."""

    def __init__(self, texts: Mapping[Field, str]) -> None:
        self.texts = {field: normalise(text) for field, text in texts.items() if text}
        self._tokens = {
            field: [token for token in tokenise(text) if token.kind is not Kind.SYMBOL]
            for field, text in texts.items()
            if text
        }
        self._words = {token.text for tokens in self._tokens.values() for token in tokens}
        self._by_stem: dict[str, list[tuple[Field, int]]] = {}
        for field, tokens in self._tokens.items():
            for place, token in enumerate(tokens):
                if token.kind is Kind.WORD:
                    self._by_stem.setdefault(stem(token.text), []).append((field, place))

    def near(self, literal: Literal, fields: Collection[Field], clause: str) -> Iterator[Miss]:
        """Yield what stands in the fields that is nearly what a literal asks for, and what would find it."""
        if literal.zone is not Zone.WORDS:
            yield from self._other_case(literal, fields, clause)
        elif not literal.rest:
            words = literal.text.split()
            if all(_WORD.fullmatch(word) for word in words[-1:]) and not any(map(_HAN.search, words)):
                yield from self._other_ending(words, fields, clause)
            if len(words) == 2 and self._words.issuperset(words):
                yield from self._apart(words, fields, clause)
            if len(words) == 1 and _HAN.fullmatch(words[0]) and len(words[0]) in (2, 4):
                yield from self._parted(words[0], fields, clause)

    def spelled(self, text: str, field: Field, zone: Zone, clause: str) -> Iterator[Hit]:
        """Yield where a field says a text letter by letter, in any case for FOLDED, not inside a word."""
        if field not in self.texts:
            return
        forms = self.texts[field]
        form = forms.written if zone is Zone.WRITTEN else forms.folded
        start = form.find(text)
        offsets = Offsets(forms) if start >= 0 else None
        while start >= 0:
            end = start + len(text)
            before, after = form[start - 1 : start] if start else "", form[end : end + 1]
            inside = (before and is_word_char(before) and is_word_char(text[0])) or (
                after and is_word_char(after) and is_word_char(text[-1])
            )
            if not inside and offsets:
                back = offsets.of_written if zone is Zone.WRITTEN else offsets.of_folded
                yield self._hit(field, *back(start, end), clause)
            start = form.find(text, start + 1)

    def _other_case(self, literal: Literal, fields: Collection[Field], clause: str) -> Iterator[Miss]:
        if literal.zone is Zone.WRITTEN and not literal.rest:
            wanted = normalise(literal.text).folded
            hits = [
                hit for field in _ordered(fields) for hit in self.spelled(wanted, field, Zone.FOLDED, clause)
            ]
            if hits:
                text = f"{at(hits[0])} stands in another case; {literal.text} without = finds any"
                yield Miss("another case", text, 0.5, tuple(hits))

    def _other_ending(self, words: list[str], fields: Collection[Field], clause: str) -> Iterator[Miss]:
        """The last word, or the only one, ends in another way; those before it stand as asked."""
        for field, place in self._by_stem.get(stem(words[-1]), [])[:_LOOKED_AT]:
            tokens = self._tokens[field]
            first = place - len(words) + 1
            if field not in fields or first < 0:
                continue
            if [token.text for token in tokens[first:place]] != words[:-1]:
                continue
            last = tokens[place].text
            begin = _shared(last, words[-1])
            if last == words[-1] or len(begin) < 3:
                continue
            hit = self._hit(field, tokens[first].start, tokens[place].end, clause)
            wider = " ".join([*words[:-1], f"{begin}*"])
            wider = f'"{wider}"' if len(words) > 1 else wider
            yield Miss("another form", f"{at(hit)} stands there; {wider} would find it", 0.5, (hit,))

    def _apart(self, words: list[str], fields: Collection[Field], clause: str) -> Iterator[Miss]:
        """The two words of a phrase stand in one field, but not side by side."""
        for field in _ordered(fields):
            tokens = self._tokens.get(field, [])
            ones, others = (
                [at for at, token in enumerate(tokens) if token.text == word][:_LOOKED_AT] for word in words
            )
            pairs = [(one, other) for one in ones for other in others if 0 < abs(one - other) <= _APART]
            if pairs:
                chosen = min(pairs, key=lambda pair: abs(pair[0] - pair[1]))
                hits = tuple(self._hit(field, tokens[at].start, tokens[at].end, clause) for at in chosen)
                finder = f"{words[0]} near/{_APART} {words[1]}"
                text = f"{quoted(hits)} do not stand in a row; {finder} would find them"
                yield Miss("not in a row", text, 0.4, hits)

    def _parted(self, term: str, fields: Collection[Field], clause: str) -> Iterator[Miss]:
        """降低价格 for 降价, 模型开源 for 开源模型."""
        half = len(term) // 2
        one, other = term[:half], term[half:]
        there = [each for each in _ordered(fields) if self._says(each, one) and self._says(each, other)]
        if not there:
            return
        gap = f"[{UNSPACED}]{{1,{_BETWEEN}}}"
        turned = f"|{other}(?:{gap})?{one}" if half > 1 else ""
        pattern = re.compile(f"{one}{gap}{other}{turned}")
        for field in there:
            if found := pattern.search(self.texts[field].folded):
                hit = self._hit(field, *Offsets(self.texts[field]).of_folded(*found.span()), clause)
                text = f"{at(hit)} stands there; {one} near/{_BETWEEN} {other} would find it"
                yield Miss("not in a row", text, 0.4, (hit,))

    def _says(self, field: Field, text: str) -> bool:
        return field in self.texts and text in self.texts[field].folded

    def _hit(self, field: Field, start: int, end: int, clause: str) -> Hit:
        return Hit(field, start, end, self.texts[field].original[start:end], clause)


def stem(word: str) -> str:
    """Return what the forms of an English word have in common: pric for price, prices, pricing."""
    if word in _NO_ENDING:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            # cutting, cut
            return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word
    return word


def _shared(one: str, other: str) -> str:
    """Return what two words begin with."""
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _ordered(fields: Collection[Field]) -> list[Field]:
    return [field for field in Field if field in fields]
