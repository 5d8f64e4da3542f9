"""Walks a rule's tree beside its compiled clauses and tells of each what it found, or why it did not hold.

The verdict is always the compiled clause's own, so that it cannot differ from matching; the tree gives the
words that the user wrote. A kind of clause that this module does not know is told by its verdict and hits;
to say more of it, add a case to `_miss`, and to `_parts` if it is made of clauses. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from tracker.model import Hit
from tracker.rules.clauses import Clause, Close, Every, Find, Never, Some, Sought, Without
from tracker.rules.explain.absent import Inspection
from tracker.rules.explain.misses import Miss, at, quoted
from tracker.rules.lexicon import FIELD_NUMBERS
from tracker.rules.tree import (
    Aged,
    And,
    Expression,
    Figured,
    Named,
    Near,
    Not,
    Or,
    Outside,
    Regex,
    Scoped,
    Term,
    Terms,
    Told,
)

_PAIRS = 2_000
"""Pairs of finds that are looked at for the nearest: a long text may hold very many."""
_LONGEST = 40
"""Characters of a clause that is quoted in what is said of another."""
_NOTHING = Miss("not found", "is not there")


@dataclass(frozen=True, slots=True)
class Traced:
    """One clause of a rule, tried on one item.

    kind: term, terms, named, regex, figure, signal, age, not, and, or, near, then or outside.
    text: the clause as the user wrote it, with its field. miss: why it did not hold; None when it did.
    hits: what shows that it held, in reading order. parts: the clauses it is made of.
    """

    kind: str
    text: str
    hits: tuple[Hit, ...]
    miss: Miss | None
    parts: tuple[Traced, ...] = ()

    @property
    def held(self) -> bool:
        return self.miss is None

    @property
    def near(self) -> float:
        """How near the clause came to holding: 1.0 when it held."""
        return 1.0 if self.miss is None else self.miss.near


def trace(tree: Expression, clause: Clause, text: str, inspection: Inspection) -> Traced:
    """Try a clause on an item. text: the rule's, whose tree this is."""
    if isinstance(tree, Scoped):
        # A field is no step of its own: its clause is told with the field before it.
        return replace(trace(tree.inner, clause, text, inspection), text=_slice(text, tree))
    parts = tuple(trace(*pair, text, inspection) for pair in _parts(tree, clause))
    held = clause.holds(inspection.scan)
    hits = tuple(sorted(clause.hits(inspection.scan), key=_reading_order)) if held else ()
    miss = None if held else _miss(tree, clause, parts, inspection)
    return Traced(_kind(tree), _slice(text, tree), hits, miss, parts)


def leaves(traced: Traced) -> Iterator[Traced]:
    """Yield the leaves that ask for something: nothing that stands under a `not`, or behind `outside`."""
    if traced.kind == "not":
        return
    if not traced.parts:
        yield traced
    for part in traced.parts[:1] if traced.kind == "outside" else traced.parts:
        yield from leaves(part)


def _reading_order(hit: Hit) -> tuple[int, int, int, str]:
    return FIELD_NUMBERS[hit.field], hit.start, hit.end, hit.clause


def _parts(tree: Expression, clause: Clause) -> Iterable[tuple[Expression, Clause]]:
    """Pair what a tree is made of with what it was compiled to; nothing when the two have other shapes."""
    match tree, clause:
        case Not(), Never():
            return ((tree.inner, clause.inner),)
        case (And(parts=trees), Every(parts=clauses)) | (Or(parts=trees), Some(parts=clauses)):
            return zip(trees, clauses, strict=True) if len(trees) == len(clauses) else ()
        case Near(), Close():
            return (tree.left, clause.left), (tree.right, clause.right)
        case Outside(), Without():
            return (tree.left, clause.left), (tree.right, clause.right)
    return ()


def _kind(tree: Expression) -> str:
    match tree:
        case Near():
            return "then" if tree.ordered else "near"
        case Figured():
            return "figure"
        case Told():
            return "signal"
        case Aged():
            return "age"
    return type(tree).__name__.lower()


def _slice(text: str, tree: Expression) -> str:
    return " ".join(text[tree.start : tree.end].split())


def _miss(tree: Expression, clause: Clause, parts: Sequence[Traced], inspection: Inspection) -> Miss:
    match tree, clause:
        case Term() | Terms() | Named(), Find():
            return inspection.why_absent(tree, clause)
        case Regex() | Figured() | Told(), Sought():
            return inspection.why_unsought(tree, clause)
        case Aged(), _:
            return inspection.why_not_of_age()
        case Near(), Close() if parts:
            if not all(part.held for part in parts):
                return _side_missing(parts)
            return _too_far(clause, parts[0], parts[1], inspection)
        case Outside(), Without() if parts:
            return _covered(parts[0], parts[1]) if parts[0].held else parts[0].miss or _NOTHING
        case Not(), _ if parts:
            return _excluded(parts[0])
        case Or(), _ if parts:
            return _none_of(parts)
        case And(), _ if parts:
            return _not_all_of(parts)
    return _NOTHING


def _brief(traced: Traced) -> str:
    return traced.text if len(traced.text) <= _LONGEST else f"{traced.text[:_LONGEST]}…"


def _excluded(inner: Traced) -> Miss:
    if not inner.hits:
        return Miss("excluded", "what it excludes holds", 0.5)
    return Miss("excluded", f"what it excludes is there: {quoted(inner.hits)}", 0.5, inner.hits)


def _none_of(parts: Sequence[Traced]) -> Miss:
    nearest = sorted((part for part in parts if part.near), key=_nearness)
    text = f"none of its {len(parts)} alternatives is there"
    if not nearest:
        return Miss("no alternative", text)
    best = nearest[0].miss or _NOTHING
    return Miss(best.code, f"{text}; {best.text}", best.near, best.seen)


def _nearness(traced: Traced) -> float:
    return -traced.near


def _not_all_of(parts: Sequence[Traced]) -> Miss:
    held = sum(part.held for part in parts)
    failed = min((part for part in parts if not part.held), key=_nearness)
    miss = failed.miss or _NOTHING
    near = 0.9 * sum(part.near for part in parts) / len(parts)
    return Miss(
        miss.code, f"{held} of its {len(parts)} parts hold; {_brief(failed)}: {miss.text}", near, miss.seen
    )


def _side_missing(parts: Sequence[Traced]) -> Miss:
    missing = [part for part in parts if not part.held]
    there = [hit for part in parts for hit in part.hits]
    said = "; ".join(f"{_brief(part)}: {part.miss.text}" for part in missing if part.miss)
    if not there:
        return Miss(
            "both sides missing", f"neither side is there: {said}", max(part.near for part in parts) / 2
        )
    seen = (*there, *(hit for part in missing if part.miss for hit in part.miss.seen))
    near = 0.3 + 0.3 * missing[0].near
    return Miss("side missing", f"{quoted(there)} is there, the other side is not: {said}", near, seen)


def _covered(left: Traced, right: Traced) -> Miss:
    what = "it lies" if len(left.hits) == 1 else "each lies"
    text = f"{quoted(left.hits)} is there, but {what} in {quoted(right.hits)}, which does not count"
    return Miss("inside other words", text, 0.3, (*left.hits, *right.hits))


def _too_far(clause: Close, left: Traced, right: Traced, inspection: Inspection) -> Miss:
    """Both sides are there: say how the pair that comes nearest to holding stands."""
    together = [
        pair for pair in islice(product(left.hits, right.hits), _PAIRS) if pair[0].field is pair[1].field
    ]
    if not together:
        one, other = left.hits[0], right.hits[0]
        text = f"{at(one)} and {at(other)} stand in different fields; both must stand in one"
        return Miss("different fields", text, 0.4, (one, other))
    return max((_apart(clause, *pair, inspection) for pair in together), key=lambda miss: miss.near)


def _apart(clause: Close, left: Hit, right: Hit, inspection: Inspection) -> Miss:
    first, second = sorted((left, right), key=lambda hit: (hit.start, hit.end))
    if first.end > second.start:
        return Miss("overlap", f"{at(first)} and {at(second)} share letters", 0.3, (first, second))
    if clause.words is None:
        far = not inspection.scan.same_sentence(first, second)
        text, near = f"{at(first)} and {at(second)} stand in different sentences", 0.6
    else:
        apart = inspection.scan.words_between(first, second) + 1
        far = apart > clause.words
        text = f"{at(first)} and {at(second)} stand {apart:g} words apart (at most {clause.words})"
        near = 0.4 + 0.5 * clause.words / max(apart, clause.words)
    if clause.ordered and first != left:
        also = f", and {text.partition(' stand ')[2]}" if far else ""
        text = f"{at(left)} stands behind {at(right)}, but must stand before it{also}"
        return Miss("wrong order", text, 0.4 if far else 0.6, (first, second))
    return Miss("different sentences" if clause.words is None else "too far", text, near, (first, second))
