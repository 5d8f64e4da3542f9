"""Alternatives of a rule that add nothing to another one beside them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tracker.rules.lint.finding import Finding, Kind, told
from tracker.rules.lint.ruled import Asked, Ruled, alternatives, vetoes
from tracker.rules.lint.sense import Sense, Senses, Sought

_Piece = tuple[Asked, Sense]


def repeats(rule: Ruled, senses: Senses) -> Iterator[Finding]:
    """Yield what a rule excludes twice, and alternatives whose every hit another alternative has as well."""
    name = f"rule `{rule.source.id}` of `{rule.source.signal}`"
    excluded = [(text, part) for text, veto, _ in vetoes(rule) for part in alternatives(veto)]
    for (text, part), (other_text, other) in _idle(excluded, senses, senses.implies):
        what = f"`{text.quoted(part)}` adds nothing to what {name} excludes"
        hint = f"`{other_text.quoted(other)}` excludes it as well"
        yield told(Kind.REPEATED, text.written, part.tree.start, what, hint, rule.source.layer)
    for asked, placed in _choices(rule.when.sense):
        pieces = [(rule.when, part) for part in alternatives(asked)]
        for (text, part), (_, other) in _idle(pieces, senses, Sense.same if placed else senses.shows):
            what = f"`{text.quoted(part)}` adds nothing to what {name} asks for"
            hint = f"`{text.quoted(other)}` beside it finds the same"
            yield told(Kind.REPEATED, text.written, part.tree.start, what, hint, rule.source.layer)


def _choices(sense: Sense, *, placed: bool = False) -> Iterator[tuple[Sense, bool]]:
    """Yield every set of alternatives in what a rule asks for, and whether it matters where they stand.

    Beside `near` and `outside` it does: there a longer find is not as good as a shorter one.
    """
    if sense.kind == "not":
        return
    if sense.kind in ("or", "find") and sense.parts:
        yield sense, placed
        return
    for part in sense.parts:
        yield from _choices(part, placed=placed or sense.kind not in ("and", "or"))


def _idle(
    pieces: Sequence[_Piece], senses: Senses, covered: Callable[[Sense, Sense], bool]
) -> Iterator[tuple[_Piece, _Piece]]:
    """Yield each piece that another covers, with that one. Of two that cover each other the first stays."""
    index = _Index([part for _, part in pieces], senses)
    for at, (_, part) in enumerate(pieces):
        for other in index.candidates(part):
            if other == at or not covered(part, pieces[other][1]):
                continue
            if other < at or not covered(pieces[other][1], part):
                yield pieces[at], pieces[other]
                break


class _Index:
    """Finds the few pieces that may cover another: there may be thousands."""

    def __init__(self, parts: Sequence[Sense], senses: Senses) -> None:
        self._senses = senses
        self._others = [number for number, part in enumerate(parts) if part.kind != "find"]
        self._by_sought: dict[Sought, list[int]] = {}
        for number, part in enumerate(parts):
            for sought in part.sought:
                self._by_sought.setdefault(sought, []).append(number)

    def candidates(self, part: Sense) -> list[int]:
        found = set(self._others)
        for asked in [part.sought] if part.kind == "find" else self._asked(part):
            # All of a find must be covered, so it is enough to look who covers one of what it seeks.
            for sought in self._senses.closure(list(asked)[:1] if part.kind == "find" else asked):
                found.update(self._by_sought.get(sought, ()))
        return sorted(found)

    def _asked(self, part: Sense) -> Iterator[frozenset[Sought]]:
        if part.kind == "find":
            yield part.sought
        for inner in part.parts:
            yield from self._asked(inner)
