"""One pass over an item: its text normalised once, every literal of every rule found by one scan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from tracker.model import Feed, Field, Hit, Item, Panel
from tracker.rules.fields import matched_text
from tracker.rules.inquiry import Inquiry
from tracker.rules.lexicon import FIELD_NUMBERS, FIELDS, atom
from tracker.rules.literals import Zone, is_word_char
from tracker.rules.names import Sighting, Span, counted
from tracker.rules.ruleset import Ruleset
from tracker.text import Kind, Normalised, Offsets, normalise, sentence_ends, tokenise

_MAIN = frozenset((FIELD_NUMBERS[Field.TITLE], FIELD_NUMBERS[Field.LEAD]))


class Scan:
    """What one scan found in one item, and where it stands in the original."""

    __slots__ = (
        "_board",
        "_found",
        "_lexicon",
        "_offsets",
        "_sentences",
        "_texts",
        "_words",
        "inquiry",
        "seen",
    )

    def __init__(self, ruleset: Ruleset, item: Item, feed: Feed, inquiry: Inquiry | None = None) -> None:
        self._lexicon = ruleset.lexicon
        self._texts = _texts(ruleset.fields, item, feed)
        self.inquiry = inquiry or Inquiry(ruleset.beyond, item, feed)
        self.inquiry.take(self._texts)
        self._board = _Board(self._texts, ruleset.lexicon.used)
        self._offsets: dict[int, Offsets] = {}
        self._words: dict[int, tuple[list[int], list[float]]] = {}
        self._sentences: dict[int, tuple[int, ...]] = {}
        self._found = self._find(context_known=feed.panel is Panel.AI)
        self.seen = set(self._found)

    def hits(self, atoms: frozenset[int], clause: str) -> list[Hit]:
        """Return where atoms stand, in reading order; of finds in one place only the longest."""
        spans = {
            self._original(found >> 4, span) for found in atoms & self.seen for span in self._found[found]
        }
        return [self._hit(*span, clause) for span in _outermost(spans)]

    def words_between(self, first: Hit, second: Hit) -> float:
        """Return how many words stand between two hits of one field; two Chinese characters are one."""
        number = FIELD_NUMBERS[first.field]
        if number not in self._words:
            self._words[number] = _word_counts(self._texts[number].original)
        starts, counts = self._words[number]
        return counts[bisect_left(starts, second.start)] - counts[bisect_left(starts, first.end)]

    def same_sentence(self, first: Hit, second: Hit) -> bool:
        """Return whether no sentence ends between two hits of one field."""
        number = FIELD_NUMBERS[first.field]
        if number not in self._sentences:
            self._sentences[number] = sentence_ends(self._texts[number].original)
        ends = self._sentences[number]
        return bisect_right(ends, first.end - 1) == bisect_right(ends, second.start)

    def _find(self, *, context_known: bool) -> dict[int, list[Span]]:
        """Run the automaton; return by atom the finds that count, as spans of the board."""
        lexicon, board = self._lexicon, self._board
        zones, careful, bounds, places = lexicon.zones, lexicon.careful, board.bounds, board.places
        found: dict[int, list[Span]] = {}
        watched: list[tuple[int, int, Span]] = []
        for number, start, end in lexicon.automaton.find_matches_as_indexes(board.text, overlapping=True):
            zone, field = places[bisect_right(bounds, start) - 1]
            if zones[number] is not zone:
                continue
            if number in careful:
                if not lexicon.counts(number, board.text, start, end):
                    continue
                watched.append((number, field, (start, end)))
            key = number << 4 | field
            if key in found:
                found[key].append((start, end))
            else:
                found[key] = [(start, end)]
        if watched:
            self._find_names(found, watched, context_known)
        return found

    def _find_names(
        self, found: dict[int, list[Span]], watched: list[tuple[int, int, Span]], context_known: bool
    ) -> None:
        """Add the entities whose names count."""
        names, excluding = self._lexicon.names, self._lexicon.excluding
        sightings: list[Sighting] = []
        longer: dict[tuple[int, int], list[Span]] = {}
        for number, field, span in watched:
            if number in names:
                written = self._in_written(span)
                sightings.extend(Sighting(name, field, written, span) for name in names[number])
            if number in excluding:
                longer.setdefault((number, field), []).append(self._in_written(span))
        for each in counted(sightings, longer, set(found), context_known=context_known, main=_MAIN):
            found.setdefault(atom(each.name.entity, each.field), []).append(each.found)

    def _in_written(self, span: Span) -> Span:
        """Return a span of the board, in a folded or written text, as a span of the written text."""
        segment = bisect_right(self._board.bounds, span[0]) - 1
        base, (zone, field) = self._board.bounds[segment], self._board.places[segment]
        start, end = span[0] - base, span[1] - base
        forms = self._texts[field]
        if zone is Zone.WRITTEN or len(forms.folded) == len(forms.written):
            return start, end
        return self._offsets_of(field).to_written(start, end)

    def _original(self, number: int, span: Span) -> tuple[int, int, int]:
        """Return the field, start and end in the original of a find of a literal or entity."""
        start, end = self._evidence(number, *span)
        segment = bisect_right(self._board.bounds, start) - 1
        base, (zone, field) = self._board.bounds[segment], self._board.places[segment]
        offsets = self._offsets_of(field)
        back = (offsets.of_words, offsets.of_folded, offsets.of_written)[zone]
        return field, *back(start - base, end - base)

    def _evidence(self, number: int, start: int, end: int) -> Span:
        """Return the words that show a find: without the spaces around them, whole where a `*` stood."""
        if number >= len(self._lexicon.literals):
            return start, end
        literal, text = self._lexicon.literals[number], self._board.text
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


class _Board:
    """The forms of all fields as one string, so that one scan is enough.

    bounds: where each stretch starts. places: the zone and field of each stretch. Between stretches
    stands a line break, which no literal holds.
    """

    __slots__ = ("bounds", "places", "text")

    def __init__(self, texts: Mapping[int, Normalised], used: frozenset[Zone]) -> None:
        self.places: list[tuple[Zone, int]] = []
        self.bounds: list[int] = []
        parts: list[str] = []
        at = 0
        for field, forms in texts.items():
            for zone, form in zip(_ZONES, (forms.words, forms.folded, forms.written), strict=True):
                if zone in used:
                    self.places.append((zone, field))
                    self.bounds.append(at)
                    parts += (form, "\n")
                    at += len(form) + 1
        self.text = "".join(parts)


_ZONES = tuple(Zone)


def _texts(fields: tuple[Field, ...], item: Item, feed: Feed) -> dict[int, Normalised]:
    texts = {}
    for field in fields:
        if text := matched_text(field, item, feed):
            texts[FIELD_NUMBERS[field]] = normalise(text)
    return texts


def _outermost(spans: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield, in order, the (field, start, end) that lie in no other."""
    reach = (-1, -1)
    for field, start, end in sorted(spans, key=lambda span: (span[0], span[1], -span[2])):
        if (field, end) > reach:
            reach = (field, end)
            yield field, start, end


def _word_counts(text: str) -> tuple[list[int], list[float]]:
    """Return where the tokens start, and how many words stand before each and in all."""
    tokens = [token for token in tokenise(text) if token.kind is not Kind.SYMBOL]
    sizes = (0.5 if token.kind is Kind.UNSPACED else 1.0 for token in tokens)
    return [token.start for token in tokens], list(accumulate(sizes, initial=0.0))


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
