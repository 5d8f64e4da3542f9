"""The pieces that a rule's text is made of, and the mistake that it can hold."""

from __future__ import annotations

import re
from typing import NamedTuple


class RuleSyntaxError(ValueError):
    """A mistake in a rule's text: what is wrong, where, and what to write instead."""

    def __init__(self, what: str, at: int, hint: str = "") -> None:
        super().__init__(what)
        self.what, self.at, self.hint = what, at, hint


class Token(NamedTuple):
    """A piece of a rule's text. kind: which part of the language it can be."""

    kind: str
    text: str
    start: int
    end: int


_LEXEMES = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))
    |(?P<quoted>=?"[^"]*")
    |(?P<regex>/(?=[^\s)])(?:[^/\\\n]|\\.)*/[A-Za-z]*(?![^\s()]))
    |(?P<age>[Aa][Gg][Ee](?:\s*[<>]=?\s*(?=[0-9])|[<>=≤≥])[^\s()"]*)
    |(?P<terms>\$[^\s()"<>]*)
    |(?P<named><[^\s()"<>]*>)
    |(?P<field>[A-Za-z_]+:(?!//))
    |(?P<word>[^\s()"]+)|(?P<end>\Z))""",
    re.VERBOSE,
)
POSITIONAL = re.compile(r"(near|then)/(\w+)|outside", re.IGNORECASE)
_FULL_WIDTH = {
    "（": "(",
    "）": ")",
    "：": ":",
    "“": '"',
    "”": '"',
    "＂": '"',
    "＜": "<",
    "＞": ">",
    "＄": "$",
}
_WIDE = re.compile(f"[{''.join(_FULL_WIDTH)}]")
_OPEN_REGEX = re.compile(r"/(?=[^\s)])")
_CLOSED = re.compile(r"/(?:[^/\\\n]|\\.)*/")
_OPERATORS = frozenset(("and", "or", "not"))
_FOREIGN = {"|": "or", "||": "or", "&": "and", "&&": "and", "!": "not"}
_EXCLUDING = re.compile(r"[-!](?=[^\W\d])")
_SPACED_REGEX = re.compile(r"/ [^/\n]*/i?(?![^\s()])")
_INNER_NAME = re.compile(r"<[A-Za-z_][^\s<>]*>")


def lex(text: str) -> list[Token]:
    """Return the tokens of a rule's text. Raises RuleSyntaxError."""
    tokens = []
    at = 0
    for found in _LEXEMES.finditer(text):
        if found.start() != at:
            break
        if found.lastgroup == "word" and _OPEN_REGEX.match(text, found.start("word")):
            raise _unclosed(text, found.start("word"))
        at = found.end()
        if found.lastgroup != "end":
            tokens.append(_token(found))
    if at < len(text):
        at = text.index('"', at)
        raise RuleSyntaxError("this quotation mark is never closed", at, 'write " at the end of the phrase')
    return tokens


def _unclosed(text: str, at: int) -> RuleSyntaxError:
    """Say what is wrong with something that begins as a pattern does."""
    quoted = f'or quote it to find it as text: "{text[at:].split()[0].rstrip("()")}"'
    closed = _CLOSED.match(text, at)
    if closed is None:
        return RuleSyntaxError(
            "this / is never closed", at, f"write / in the same line where the pattern ends, {quoted}"
        )
    return RuleSyntaxError(
        "a pattern ends at this /", closed.end() - 1, f"write \\/ for a slash inside it, {quoted}"
    )


def _token(found: re.Match[str]) -> Token:
    kind = str(found.lastgroup)
    start, end = found.span(kind)
    text = found[kind]
    if kind == "word":
        if wide := _WIDE.search(text):
            at = start + wide.start()
            raise RuleSyntaxError(
                f"{wide[0]} is not a sign of the language", at, f"write {_FULL_WIDTH[wide[0]]}"
            )
        _check_foreign(text, start, found.string)
        if text.lower() in _OPERATORS:
            kind = text.lower()
        elif POSITIONAL.fullmatch(text):
            kind = "positional"
    return Token(kind, text, start, end)


def _check_foreign(text: str, at: int, rule: str) -> None:
    """Raise where a word says in another language what would be read as mere letters here."""
    quoted = f'or quote it to find it as text: "{text}"'
    if text in _FOREIGN:
        raise RuleSyntaxError(f"`{text}` joins nothing", at, f"write {_FOREIGN[text]}, {quoted}")
    if _EXCLUDING.match(text):
        raise RuleSyntaxError(f"`{text[0]}` excludes nothing", at, f"write not {text[1:]}, {quoted}")
    if text == "/" and _SPACED_REGEX.match(rule, at):
        hint = "write [ ] for the space, or quote the sign to find it as text"
        raise RuleSyntaxError("a pattern begins with no space", at, hint)
    if name := _INNER_NAME.search(text):
        hint = f"write {text[: name.start()]} {name[0]}, {quoted}"
        raise RuleSyntaxError(f"{name[0]} names nothing inside a word", at + name.start(), hint)
