"""What a rule's text says, as a tree. Offsets point into the text, so that a hit can quote its clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tracker.model import Field, FigureKind


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase or Chinese text to find. exact: case and signs as written (`=`)."""

    text: str
    start: int
    end: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """`$name`: any term of a named set."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """`<name>`: any name of an entity, of a type's entities, or of a group's."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/`: a regular expression. text: between the slashes. any_case: an `i` stood behind them."""

    text: str
    start: int
    end: int
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Figured:
    """`<money>`: any figure of a kind."""

    kind: FigureKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Told:
    """`signal:key`: the item shows another signal."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Aged:
    """`age<7d`: how long an item was out when it was first seen. operator: one of < <= > >=."""

    operator: str
    span: timedelta
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scoped:
    """`field:` with what it binds. fields: where to look instead of title and lead."""

    fields: tuple[Field, ...]
    inner: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    inner: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Near:
    """Two finds in one field: at most `words` apart, or in one sentence when words is None."""

    left: Expression
    right: Expression
    words: int | None
    ordered: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Finds of left that lie in no find of right."""

    left: Expression
    right: Expression
    start: int
    end: int


Leaf = Term | Terms | Named | Regex | Figured | Told
Expression = Leaf | Aged | Scoped | Not | And | Or | Near | Outside


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return what an expression is directly made of."""
    match expression:
        case Scoped() | Not():
            return (expression.inner,)
        case And() | Or():
            return expression.parts
        case Near() | Outside():
            return (expression.left, expression.right)
    return ()


def leaves(expression: Expression) -> Iterator[Leaf]:
    """Yield the leaves of an expression in the order written."""
    if isinstance(expression, Leaf):
        yield expression
    for child in children(expression):
        yield from leaves(child)


def about_the_item(expression: Expression) -> Iterator[Told | Aged]:
    """Yield what of an expression is true of an item, not of a text in it."""
    if isinstance(expression, Told | Aged):
        yield expression
    for child in children(expression):
        yield from about_the_item(child)
