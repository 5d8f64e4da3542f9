"""What stands in the fields of one item: each field normalised once, its literals found by one scan."""

from __future__ import annotations

from tracker.rules.lexicon import Lexicon
from tracker.text import Normalised, normalise

Found = tuple[int, int, int]
"""A find: something of the scan's own, then start and end in the form of the text that it was found in."""


class Reading:
    """The fields of one item that were read so far.

    texts: by the number of the field. found: by atom, where a literal stands. watched: the literal, field and
    place of what may be, or rule out, a name of an entity; names themselves are settled by `Scan`.
    """

    __slots__ = ("_lexicon", "found", "texts", "watched")

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.texts: dict[int, Normalised] = {}
        self.found: dict[int, list[Found]] = {}
        self.watched: list[tuple[int, int, Found]] = []

    def read(self, field: int, text: str) -> None:
        """Find all literals in a field's text. A field is read once."""
        forms = self.texts[field] = normalise(text)
        found = self.found
        for net in self._lexicon.nets:
            numbers, careful = net.numbers, net.careful
            form = (forms.words, forms.folded, forms.written)[net.zone]
            for find in net.automaton.find_matches_as_indexes(form, overlapping=True):
                number = numbers[find[0]]
                if number in careful and not self._counts(number, field, form, find):
                    continue
                key = number << 4 | field
                if key in found:
                    found[key].append(find)
                else:
                    found[key] = [find]

    def _counts(self, number: int, field: int, form: str, find: Found) -> bool:
        """Return whether a find counts; remember it if it has to do with a name."""
        lexicon = self._lexicon
        if not lexicon.counts(number, form, find[1], find[2]):
            return False
        if number in lexicon.names or number in lexicon.excluding:
            self.watched.append((number, field, find))
        return True
