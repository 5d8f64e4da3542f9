"""Why a rule gets an example wrong, in a line for each clause that decided it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tracker.model import Hit
from tracker.rules.source import RuleSource
from tracker.rules.syntax import DEFAULT, parse
from tracker.rules.tree import Aged, And, Expression, Near, Not, Or, Outside, Scoped
from tracker.rules.trial.narrow import rendered, shared_fields
from tracker.rules.trial.probes import Clauses, Fields, Seen
from tracker.wording import count

_LONGEST = 60
"""Characters of a clause that a line quotes."""


def parts_to_look_for(rule: RuleSource) -> Iterator[str]:
    """Yield the clauses that `verdict` needs to know about: all, and the sides of those about places."""
    for clauses in _expressions(rule):
        yield from clauses.probes()
        yield from _sides(clauses.tree, clauses.text, DEFAULT)


def verdict(rule: RuleSource, seen: Seen) -> tuple[str, ...]:
    """Return what failed of a rule that does not match, or what was found by one that does."""
    when, *rest = _expressions(rule)
    if not when.holds(seen):
        return tuple(_Reading(when.text, seen).failing(when.tree, DEFAULT))
    for unless in rest:
        if unless.holds(seen):
            return (f"`unless` holds: {_Reading(unless.text, seen).found(unless.tree)}",)
    return (f"found {_Reading(when.text, seen).found(when.tree)}",)


def _expressions(rule: RuleSource) -> list[Clauses]:
    return [Clauses(parse(each.text), each.text) for each in (rule.when, rule.unless) if each is not None]


def _sides(tree: Expression, text: str, fields: Fields) -> Iterator[str]:
    match tree:
        case Scoped():
            yield from _sides(tree.inner, text, tree.fields)
        case Not():
            yield from _sides(tree.inner, text, fields)
        case And() | Or():
            for part in tree.parts:
                yield from _sides(part, text, fields)
        case Near() | Outside():
            for side in (tree.left, tree.right):
                yield from Clauses(side, text).probes()
                yield rendered(side, text, shared_fields(tree, fields))


class _Reading:
    """The clauses of one expression, beside what was seen of them."""

    def __init__(self, text: str, seen: Seen) -> None:
        self._text, self._seen = text, seen

    def failing(self, tree: Expression, fields: Fields) -> Iterator[str]:
        """Say of each part without which the expression would hold what is missing."""
        match tree:
            case Scoped():
                yield from self.failing(tree.inner, tree.fields)
            case And():
                for part in tree.parts:
                    if not self._holds(part, fields):
                        yield from self.failing(part, fields)
            case Or():
                yield f"none of {self._quote(tree, fields)} is there"
            case Not():
                yield f"{self._quote(tree, fields)} excludes it: {self.found(tree.inner, fields)}"
            case Aged():
                yield f"{self._quote(tree, DEFAULT)} does not hold: an example counts as published at once"
            case Near():
                yield self._apart(tree, fields)
            case Outside():
                yield self._inside(tree, fields)
            case _:
                yield f"{self._quote(tree, fields)} finds nothing"

    def found(self, tree: Expression, fields: Fields = DEFAULT) -> str:
        """Quote the words that the parts of an expression found."""
        return _words(hit for probe in self._asking(tree, fields) for hit in self._seen.get(probe, ()))

    def _asking(self, tree: Expression, fields: Fields) -> Iterator[str]:
        """Yield the clauses that an expression asks for and that were found."""
        match tree:
            case Scoped():
                yield from self._asking(tree.inner, tree.fields)
            case And() | Or():
                for part in tree.parts:
                    if self._holds(part, fields):
                        yield from self._asking(part, fields)
            case Not() | Aged():
                return
            case _:
                yield rendered(tree, self._text, fields)

    def _holds(self, tree: Expression, fields: Fields) -> bool:
        return Clauses(Scoped(fields, tree, tree.start, tree.end), self._text).holds(self._seen)

    def _apart(self, tree: Near, fields: Fields) -> str:
        shared = shared_fields(tree, fields)
        sides = [(side, self._hits(side, shared)) for side in (tree.left, tree.right)]
        for side, hits in sides:
            if not hits:
                return f"{self._quote(tree, fields)}: {self._quote(side, DEFAULT)} finds nothing"
        how = f"within {count(tree.words, 'word')}" if tree.words else "in one sentence"
        words = " and ".join(_words(hits) for _, hits in sides)
        order = ", in this order" if tree.ordered else ""
        return f"{self._quote(tree, fields)}: {words} do not stand {how}{order}"

    def _inside(self, tree: Outside, fields: Fields) -> str:
        hits = self._hits(tree.left, shared_fields(tree, fields))
        if not hits:
            return f"{self._quote(tree, fields)}: {self._quote(tree.left, DEFAULT)} finds nothing"
        return f"{self._quote(tree, fields)}: {_words(hits)} stands only inside what it excludes"

    def _hits(self, side: Expression, fields: Fields) -> tuple[Hit, ...]:
        return self._seen.get(rendered(side, self._text, fields), ())

    def _quote(self, tree: Expression, fields: Fields) -> str:
        text = " ".join(self._text[tree.start : tree.end].split())
        short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        if fields == DEFAULT:
            return f"`{short}`"
        return f"`{short}` in the {' or '.join(field.value for field in fields)}"


def _words(hits: Iterable[Hit]) -> str:
    """Each word once, with the clause that found it."""
    found = dict.fromkeys((hit.text, hit.clause) for hit in hits)
    return ", ".join(f"'{text}' by `{clause}`" for text, clause in found) or "nothing that it could quote"
