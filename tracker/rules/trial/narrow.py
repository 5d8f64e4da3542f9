"""A rule with all its alternatives struck out but one: what a single leaf of it does. Pure.

The rule `(a or b) and not c` has three leaves. Narrowed to `b` it reads `b and not c`; narrowed to `c` it
reads `(a or b) and not c`, for only what stands around a leaf is struck out. Beside it stands the same rule
in which the leaf finds nothing: where the two differ, the leaf makes the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tracker.model import Field
from tracker.rules.syntax import DEFAULT, FIELDS
from tracker.rules.tree import And, Expression, Near, Not, Or, Outside, Scoped

NEVER = Or((), 0, 0)
"""No alternative: never holds."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A leaf and the rule around it. role: "when", "unless", "not" or "outside", whichever is innermost.

    fields: where the leaf looks. alone: the expression narrowed to it. without: the same, and the leaf
    finds nothing.
    """

    leaf: Expression
    role: str
    fields: tuple[Field, ...]
    alone: Expression
    without: Expression


def narrowings(tree: Expression, role: str, fields: tuple[Field, ...] = DEFAULT) -> Iterator[Narrowed]:
    """Yield every leaf of an expression with the expression narrowed to it, in the order written."""
    match tree:
        case Scoped():
            for each in narrowings(tree.inner, role, tree.fields):
                yield _around(each, replace(tree, inner=each.alone), replace(tree, inner=each.without))
        case Not():
            for each in narrowings(tree.inner, "not", fields):
                yield _around(each, replace(tree, inner=each.alone), replace(tree, inner=each.without))
        case And():
            for at, part in enumerate(tree.parts):
                before, after = tree.parts[:at], tree.parts[at + 1 :]
                for each in narrowings(part, role, fields):
                    alone, without = (replace(tree, parts=(*before, new, *after)) for new in _both(each))
                    yield _around(each, alone, without)
        case Or():
            for part in tree.parts:
                for each in narrowings(part, role, fields):
                    yield _around(each, *(replace(tree, parts=(new,)) for new in _both(each)))
        case Near() | Outside():
            yield from _sides(tree, role, shared_fields(tree, fields))
        case _:
            yield Narrowed(tree, role, fields, tree, NEVER)


def shared_fields(tree: Near | Outside, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return where the sides look: a field written on one side only holds for the other, too."""
    for side in (tree.left, tree.right):
        if isinstance(side, Scoped):
            return side.fields
    return fields


def never(tree: Expression) -> bool:
    """Return whether an expression about places was narrowed until nothing is left of it."""
    match tree:
        case Or():
            return all(map(never, tree.parts))
        case Scoped():
            return never(tree.inner)
        case Near():
            return never(tree.left) or never(tree.right)
        case Outside():
            return never(tree.left)
    return False


def rendered(tree: Expression, text: str, fields: tuple[Field, ...] = DEFAULT) -> str:
    """Write an expression about places (a leaf, near, then, outside) as the language reads it.

    text: the rule's, of which the leaves are slices. fields: where it looks. Not for one that is `never`.
    """
    inner = _written(tree, text)
    return inner if fields == DEFAULT else f"{_field(fields)}:({inner})"


def _both(each: Narrowed) -> tuple[Expression, Expression]:
    return each.alone, each.without


def _around(each: Narrowed, alone: Expression, without: Expression) -> Narrowed:
    return replace(each, alone=alone, without=without)


def _sides(tree: Near | Outside, role: str, fields: tuple[Field, ...]) -> Iterator[Narrowed]:
    for each in narrowings(tree.left, role, fields):
        yield _around(each, replace(tree, left=each.alone), replace(tree, left=each.without))
    right = "outside" if isinstance(tree, Outside) else role
    for each in narrowings(tree.right, right, fields):
        yield _around(each, replace(tree, right=each.alone), replace(tree, right=each.without))


def _written(tree: Expression, text: str) -> str:
    match tree:
        case Scoped():
            return f"{_field(tree.fields)}:({_written(tree.inner, text)})"
        case Or():
            # Two of the same: a field in parentheses of its own would hold for the other side, too.
            parts = [_side(part, text) for part in tree.parts if not never(part)]
            return " or ".join(parts * 2 if len(parts) == 1 else parts)
        case Near():
            operator = f"{'then' if tree.ordered else 'near'}/{tree.words or 's'}"
            return f"{_side(tree.left, text)} {operator} {_side(tree.right, text)}"
        case Outside() if never(tree.right):
            return _written(tree.left, text)
        case Outside():
            return f"{_side(tree.left, text)} outside {_side(tree.right, text)}"
    return text[tree.start : tree.end]


def _side(tree: Expression, text: str) -> str:
    written = _written(tree, text)
    return f"({written})" if isinstance(tree, Or | Near | Outside) else written


def _field(fields: tuple[Field, ...]) -> str:
    return _NAMES[fields]


_NAMES = {fields: name for name, fields in FIELDS.items()}
