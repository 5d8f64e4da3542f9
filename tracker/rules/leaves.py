"""What single pieces of a rule's text ask for: its leaves, each with the mistakes that it can hold."""

from __future__ import annotations

import re
from datetime import timedelta

from tracker.model import FigureKind
from tracker.rules.lexemes import RuleSyntaxError, Token
from tracker.rules.tree import Aged, Figured, Leaf, Named, Regex, Term, Terms, Told

_FIGURES = {kind.value: kind for kind in FigureKind}
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_AGE = re.compile(r"age\s*(<=?|>=?)\s*([0-9]{1,5})([hdw])", re.IGNORECASE)


def read_leaf(token: Token) -> Leaf | Aged | None:
    """Return what a token asks for; None when it is no leaf. Raises RuleSyntaxError."""
    match token.kind:
        case "terms":
            return Terms(_terms_name(token), token.start, token.end)
        case "named":
            return _named(token)
        case "quoted" | "word":
            return _term(token)
        case "regex":
            return _regex(token)
        case "age":
            return _age(token)
    return None


def read_signal(before: Token, name: Token | None) -> Told:
    """Return what `signal:` with the token behind it asks for. Raises RuleSyntaxError."""
    if name is None or name.kind != "word" or name.start != before.end:
        hint = "write the key of a signal right after it: signal:release"
        raise RuleSyntaxError("`signal:` binds nothing", before.start, hint)
    return Told(name.text, before.start, name.end)


def _named(token: Token) -> Named | Figured:
    name = token.text[1:-1]
    if not name:
        raise RuleSyntaxError("<> names nothing", token.start, "write <openai>, <lab> or <vendor>")
    if name in _FIGURES:
        return Figured(_FIGURES[name], token.start, token.end)
    return Named(name, token.start, token.end)


def _regex(token: Token) -> Regex:
    text, _, flags = token.text[1:].rpartition("/")
    if not text:
        hint = f'write what to look for between the slashes, or quote it to find it as text: "{token.text}"'
        raise RuleSyntaxError("an empty pattern finds nothing", token.start, hint)
    if flags not in ("", "i"):
        hint = "the only letter behind a pattern is i: in any case"
        raise RuleSyntaxError(f"`{flags}` says nothing about a pattern", token.end - len(flags), hint)
    return Regex(text, token.start, token.end, flags == "i")


def _age(token: Token) -> Aged:
    found = _AGE.fullmatch(token.text)
    if found is None:
        hint = "write age<7d: <, <=, > or >=, a whole number, and h, d or w; or quote it to find it as text"
        raise RuleSyntaxError(f"`{token.text}` does not say how old", token.start, hint)
    return Aged(found[1], int(found[2]) * _UNITS[found[3].lower()], token.start, token.end)


def _terms_name(token: Token) -> str:
    name = token.text[1:]
    if not name:
        raise RuleSyntaxError("$ names no term set", token.start, "write $name, or quote the sign to find it")
    return name


def _term(token: Token) -> Term:
    exact = token.text.startswith("=") and len(token.text) > 1
    text = token.text[1:] if exact else token.text
    if token.kind == "quoted":
        text = text[1:-1]
    else:
        _check_word(token)
    return Term(text, token.start, token.end, exact)


def _check_word(token: Token) -> None:
    if re.match(r"(near|then)(/|$)", token.text, re.IGNORECASE):
        hint = f'write near/8 or near/s, or quote it to find it as text: "{token.text}"'
        raise RuleSyntaxError(f"`{token.text}` does not say how many words", token.start, hint)
    if token.text.startswith("<"):
        raise RuleSyntaxError("this < is never closed", token.start, "write <name>, or quote it to find it")
