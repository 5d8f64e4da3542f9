"""What was found in an item as the rules ask for it: which atoms were seen, and their places as hits."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from tracker.model import Feed, Field, Hit, Item, Panel
from tracker.rules.atoms import Atoms
from tracker.rules.fields import matched_text
from tracker.rules.inquiry import Inquiry
from tracker.rules.lexicon import FIELD_NUMBERS, FIELDS, atom
from tracker.rules.literals import Literal, Zone, is_word_char
from tracker.rules.names import Sighting, Span, counted
from tracker.rules.reading import Found, Reading
from tracker.rules.ruleset import Ruleset
from tracker.text import Offsets, sentence_ends, word_counts

_MAIN = frozenset((FIELD_NUMBERS[Field.TITLE], FIELD_NUMBERS[Field.LEAD]))


class Scan:
    """What one scan found in one item, and where it stands in the original."""

    __slots__ = ("_found", "_lexicon", "_offsets", "_sentences", "_texts", "_words", "inquiry", "seen")

    def __init__(
        self,
        ruleset: Ruleset,
        item: Item,
        feed: Feed,
        reading: Reading | None = None,
        inquiry: Inquiry | None = None,
    ) -> None:
        """Scan all fields that any rule looks at. reading, inquiry: what is known of the item already."""
        self._lexicon = ruleset.lexicon
        reading = reading or Reading(ruleset.lexicon)
        for field in ruleset.fields:
            number = FIELD_NUMBERS[field]
            if number not in reading.texts and (text := matched_text(field, item, feed)):
                reading.read(number, text)
        self._texts = reading.texts
        self._found = reading.found
        self.inquiry = inquiry or Inquiry(ruleset.beyond, item, feed, reading.texts)
        self._offsets: dict[int, Offsets] = {}
        self._words: dict[int, tuple[list[int], list[int], list[float]]] = {}
        self._sentences: dict[int, tuple[int, ...]] = {}
        if reading.watched:
            self._find_names(reading.watched, context_known=feed.panel is Panel.AI)
        self.seen = set(self._found)

    def hits(self, atoms: Atoms, clause: str) -> list[Hit]:
        """Return where atoms stand, in reading order; of finds in one place only the longest."""
        seen = self.seen.intersection(atoms)
        if len(seen) == 1:  # the usual case: one word, in one place
            (found,) = seen
            if len(finds := self._found[found]) == 1:
                return [self._hit(*self._original(found, finds[0]), clause)]
        spans = {self._original(found, find) for found in seen for find in self._found[found]}
        return [self._hit(*span, clause) for span in _outermost(spans)]

    def words_between(self, first: Hit, second: Hit) -> float:
        """Return how many words stand between two hits of one field; two Chinese characters are one."""
        number = FIELD_NUMBERS[first.field]
        if number not in self._words:
            self._words[number] = word_counts(self._texts[number], self._offsets_of(number))
        starts, ends, counts = self._words[number]
        begin, stop = bisect_left(starts, first.end), bisect_left(starts, second.start)
        # A find may begin inside a word; that word does not stand before it.
        if stop > begin and ends[stop - 1] > second.start:
            stop -= 1
        return counts[stop] - counts[begin]

    def same_sentence(self, first: Hit, second: Hit) -> bool:
        """Return whether no sentence ends between two hits of one field."""
        number = FIELD_NUMBERS[first.field]
        if number not in self._sentences:
            self._sentences[number] = sentence_ends(self._texts[number].original)
        ends = self._sentences[number]
        return bisect_right(ends, first.end - 1) == bisect_right(ends, second.start)

    def _find_names(self, watched: Sequence[tuple[int, int, Found]], *, context_known: bool) -> None:
        """Add the entities whose names count; their finds are spans of the written form."""
        names, excluding = self._lexicon.names, self._lexicon.excluding
        sightings: list[Sighting] = []
        longer: dict[tuple[int, int], list[Span]] = {}
        for number, field, find in watched:
            span = self._in_written(number, field, find)
            if number in names:
                sightings.extend(Sighting(name, field, span) for name in names[number])
            if number in excluding:
                longer.setdefault((number, field), []).append(span)
        for each in counted(sightings, longer, set(self._found), context_known=context_known, main=_MAIN):
            entity = atom(each.name.entity, each.field)
            self._found.setdefault(entity, []).append((0, *each.span))

    def _in_written(self, number: int, field: int, find: Found) -> Span:
        """Return a find in a folded or written text as a span of the written text."""
        _, start, end = find
        forms = self._texts[field]
        if self._lexicon.literals[number].zone is Zone.WRITTEN or len(forms.folded) == len(forms.written):
            return start, end
        return self._offsets_of(field).to_written(start, end)

    def _original(self, found: int, find: Found) -> tuple[int, int, int]:
        """Return the field, start and end in the original of a find of a literal or entity."""
        number, field = found >> 4, found & 15
        offsets = self._offsets.get(field) or self._offsets_of(field)
        literals = self._lexicon.literals
        if number >= len(literals.texts):
            return field, *offsets.of_written(find[1], find[2])
        literal = literals.special.get(number)
        if literal is None:  # the usual case: without the spaces around it
            text = literals.texts[number]
            return field, *offsets.of_words(find[1] + (text[0] == " "), find[2] - (text[-1] == " "))
        forms = self._texts[field]
        if literal.zone is Zone.WORDS:
            return field, *offsets.of_words(*self._evidence(number, literal, forms.words, find))
        if literal.zone is Zone.FOLDED:
            return field, *offsets.of_folded(*self._evidence(number, literal, forms.folded, find))
        return field, *offsets.of_written(*self._evidence(number, literal, forms.written, find))

    def _evidence(self, number: int, literal: Literal, text: str, find: Found) -> Span:
        """Return the words that show a find: without the spaces around them, whole where a `*` stood."""
        _, start, end = find
        if literal.rest and (rest := self._lexicon.rests[number].match(text, end)):
            end = rest.end()
        if literal.zone is Zone.WORDS:
            start += text[start] == " "
            end -= text[end - 1] == " "
        if literal.grow_left:
            start = _word_start(text, start, literal.zone)
        if literal.grow_right:
            end = _word_end(text, end, literal.zone)
        return start, end

    def _offsets_of(self, field: int) -> Offsets:
        if field not in self._offsets:
            self._offsets[field] = Offsets(self._texts[field])
        return self._offsets[field]

    def _hit(self, field: int, start: int, end: int, clause: str) -> Hit:
        return Hit(FIELDS[field], start, end, self._texts[field].original[start:end], clause)


def _outermost(spans: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield, in order, the (field, start, end) that lie in no other."""
    reach = (-1, -1)
    for field, start, end in sorted(spans, key=lambda span: (span[0], span[1], -span[2])):
        if (field, end) > reach:
            reach = (field, end)
            yield field, start, end


def _word_start(text: str, start: int, zone: Zone) -> int:
    if zone is Zone.WORDS:
        return text.rfind(" ", 0, start) + 1
    while start and is_word_char(text[start - 1]):
        start -= 1
    return start


def _word_end(text: str, end: int, zone: Zone) -> int:
    if zone is Zone.WORDS:
        return text.index(" ", end)
    while end < len(text) and is_word_char(text[end]):
        end += 1
    return end
