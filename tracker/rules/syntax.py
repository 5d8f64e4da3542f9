r"""From the text of a rule to its tree: a precedence parser, written by hand, that points at mistakes.

    rule     = or
    or       = and { "or" and }              -- beside "and" only with parentheses
    and      = not { ["and"] not }           -- side by side means and
    not      = "not" not | near
    near     = scoped [ ("near/N" | "near/s" | "then/N" | "outside") scoped ]
    scoped   = [ FIELD ":" ] primary
    primary  = "(" or ")" | term | regex | "$" NAME | "<" NAME ">" | "signal:" NAME | age
    term     = [ "=" ] ( WORD | QUOTED )     -- `*` stands at the start or end of a word, also in quotes
    regex    = "/" PATTERN "/" [ "i" ]       -- in one line; `\/` is a slash; no space after the first /
    age      = "age" ( "<" | "<=" | ">" | ">=" ) DIGITS ( "h" | "d" | "w" )

FIELD is title, lead, content, author, url, feed, lang, tag, tier or any. Operators are read in upper
or lower case; in quotes they are words. near/N: at most N words apart, neighbours are one apart;
then/N: likewise, and in this order. The sides of near, then and outside are leaves, `or` groups of
such, or another `outside` in parentheses: never `not` or `and`. `signal:` and age speak of the whole
item: they stand in no field and beside no near, then or outside. <money>, <percent>, <count> and <date>
are figures, not entities.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import NoReturn

from tracker.model import Field
from tracker.rules.leaves import read_leaf, read_signal
from tracker.rules.lexemes import POSITIONAL, RuleSyntaxError, Token, lex
from tracker.rules.tree import (
    Aged,
    And,
    Expression,
    Figured,
    Leaf,
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
    about_the_item,
)

DEFAULT = (Field.TITLE, Field.LEAD)
FIELDS: dict[str, tuple[Field, ...]] = {
    **{field.value: (field,) for field in Field},
    "any": tuple(field for field in Field if field not in (Field.LANG, Field.TIER)),
}
DEEPEST = 50


def parse(text: str) -> Expression:
    """Return the tree of a rule's text.

    Raises RuleSyntaxError at the first thing that is not of the language.
    """
    parser = _Parser(text)
    tree = parser.disjunction(0)
    if parser.peek is not None:
        raise RuleSyntaxError("this ) closes nothing", parser.peek.start, "take it away or open it with (")
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = lex(text)
        self._at = 0

    @property
    def peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def _end(self) -> int:
        return self._tokens[self._at - 1].end

    def disjunction(self, depth: int) -> Expression:
        """Parse operands up to the closing parenthesis; `and` and `or` may not meet without another pair."""
        if depth > DEEPEST:
            self._fail(f"more than {DEEPEST} parentheses inside each other")
        operands = [self._negation(depth)]
        operators: list[tuple[str, int]] = []
        while (token := self.peek) is not None and token.kind != "close":
            operators.append((token.kind if token.kind in ("and", "or") else "and", token.start))
            if token.kind in ("and", "or"):
                self._at += 1
            operands.append(self._negation(depth))
        kinds = {kind for kind, _ in operators}
        if len(kinds) == 2:
            raise self._mixed(operands, operators)
        if not kinds:
            return operands[0]
        join = Or if "or" in kinds else And
        return join(tuple(operands), operands[0].start, operands[-1].end)

    def _negation(self, depth: int) -> Expression:
        token = self.peek
        if token is None or token.kind != "not":
            return self._near(depth)
        self._at += 1
        if depth > DEEPEST:
            self._fail("too many `not`")
        inner = self._negation(depth + 1)
        return Not(inner, token.start, self._end)

    def _near(self, depth: int) -> Expression:
        left = self._scoped(depth)
        operator = self.peek
        if operator is None or operator.kind != "positional":
            return left
        self._at += 1
        if (negated := self.peek) is not None and negated.kind == "not":
            raise RuleSyntaxError(f"`not` cannot stand beside `{operator.text}`", negated.start, _SIDES)
        right = self._scoped(depth)
        for side in (left, right):
            _check_side(side, operator)
        if (again := self.peek) is not None and again.kind == "positional":
            hint = "put parentheses around an `outside`, or write two clauses joined by `and`"
            raise RuleSyntaxError(
                f"`{again.text}` follows `{operator.text}` without parentheses", again.start, hint
            )
        return _positional(operator, left, right)

    def _scoped(self, depth: int) -> Expression:
        token = self.peek
        if token is None or token.kind != "field":
            return self._primary(depth)
        self._at += 1
        follower = self.peek
        if token.text.lower() == "signal:":
            self._at += 1
            return read_signal(token, follower)
        fields = _fields(token)
        if follower is None or follower.kind in ("and", "or", "not", "close", "field", "positional"):
            raise RuleSyntaxError(
                f"`{token.text}` binds nothing", token.start, "write a word or ( right after it"
            )
        inner = self._primary(depth)
        for part in about_the_item(inner):
            what = f"`{self._slice(part)}` asks about the whole item, not about a field"
            raise RuleSyntaxError(what, part.start, f"write it apart from `{token.text}`")
        return Scoped(fields, inner, token.start, self._end)

    def _primary(self, depth: int) -> Expression:
        token = self.peek
        if token is None:
            self._fail("something is missing here" if self._tokens else "an empty rule finds nothing")
        self._at += 1
        if token.kind == "open":
            return self._group(token, depth)
        if (leaf := read_leaf(token)) is not None:
            return leaf
        hint = "write it in quotes to find the word" if token.kind != "close" else ""
        raise RuleSyntaxError(f"`{token.text}` stands where a word is expected", token.start, hint)

    def _group(self, opening: Token, depth: int) -> Expression:
        if self.peek is not None and self.peek.kind == "close":
            raise RuleSyntaxError("these parentheses are empty", opening.start)
        inner = self.disjunction(depth + 1)
        if self.peek is None:
            raise RuleSyntaxError("this ( is never closed", opening.start, "write ) where the group ends")
        self._at += 1
        if isinstance(inner, Leaf | Aged):
            return inner
        return replace(inner, start=opening.start, end=self._end)

    def _mixed(self, operands: list[Expression], operators: list[tuple[str, int]]) -> RuleSyntaxError:
        second = next(at for kind, at in operators if kind != operators[0][0])
        readings = " or ".join(self._reading(operands, operators, tight) for tight in ("and", "or"))
        return RuleSyntaxError("`and` and `or` meet without parentheses", second, f"write {readings}")

    def _reading(self, operands: list[Expression], operators: list[tuple[str, int]], tight: str) -> str:
        """Write the operands with parentheses around what `tight` joins."""
        groups = [[self._slice(operands[0])]]
        for (kind, _), operand in zip(operators, operands[1:], strict=True):
            if kind == tight:
                groups[-1].append(self._slice(operand))
            else:
                groups.append([self._slice(operand)])
        loose = " or " if tight == "and" else " and "
        joined = [f" {tight} ".join(group) for group in groups]
        both = zip(groups, joined, strict=True)
        return f"`{loose.join(f'({text})' if len(group) > 1 else text for group, text in both)}`"

    def _slice(self, expression: Expression) -> str:
        return " ".join(self._text[expression.start : expression.end].split())

    def _fail(self, what: str) -> NoReturn:
        token = self.peek
        raise RuleSyntaxError(what, token.start if token else len(self._text.rstrip()))


_SIDES = "its sides are words, phrases, names, or groups of them joined by `or`"


def _check_side(side: Expression, operator: Token) -> None:
    """Raise unless an expression has finds of its own: a place in the text rather than a truth about it."""
    match side:
        case Term() | Terms() | Named() | Regex() | Figured():
            return
        case Scoped():
            _check_side(side.inner, operator)
        case Or():
            for part in side.parts:
                _check_side(part, operator)
        case Outside():
            _check_side(side.left, operator)
        case Not() | And() | Near() | Told() | Aged():
            what = {Not: "not", And: "and", Near: "near", Told: "signal:", Aged: "age"}[type(side)]
            raise RuleSyntaxError(f"`{what}` cannot stand beside `{operator.text}`", side.start, _SIDES)


def _positional(operator: Token, left: Expression, right: Expression) -> Expression:
    found = POSITIONAL.fullmatch(operator.text)
    if found is None or found[1] is None:
        return Outside(left, right, left.start, right.end)
    ordered, distance = found[1].lower() == "then", found[2].lower()
    if distance == "s":
        return Near(left, right, None, ordered, left.start, right.end)
    if not distance.isdecimal() or not 1 <= int(distance) <= 1000:
        hint = f"write {found[1]}/8, or {found[1]}/s for the same sentence"
        raise RuleSyntaxError(f"`{operator.text}` does not say how many words", operator.start, hint)
    return Near(left, right, int(distance), ordered, left.start, right.end)


def _fields(token: Token) -> tuple[Field, ...]:
    name = token.text[:-1]
    fields = FIELDS.get(name.lower())
    if fields is not None:
        return fields
    close = get_close_matches(name.lower(), (*FIELDS, "signal"), n=1)
    if name.lower() == "age":
        raise RuleSyntaxError("`age` is no field", token.start, "write age<7d, without :")
    hint = (
        f"did you mean `{close[0]}:`?"
        if close
        else f'the fields are {", ".join(FIELDS)}; quote "{token.text}" to find it'
    )
    raise RuleSyntaxError(f"there is no field `{name}`", token.start, hint)
