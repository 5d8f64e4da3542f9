"""What a user searches for: words side by side that must all occur. Pure.

price cut          both words, anywhere in the item
"price cut"        the phrase; GPT-5.5 is one too, and so is a run of Chinese
price*             every word that begins so
-apple  -"a b"     none of it
C++  AT&T  50%     with the signs as written, which the index does not hold: asked of the text itself
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.errors import TrackerError
from tracker.store.tokens import quoted, tokens_of_text
from tracker.text import normalise
from tracker.words import UNSPACED

_MOST_TERMS = 32
_MOST_TOKENS = 64
_TERM = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')
_QUOTES = str.maketrans("“”„＂", '""""')
# Signs that only part words, as in tracker.rules: who writes "GPT-5.5, again" asks for no sign.
_SIGN = re.compile(f"[^\\s\\w{UNSPACED}'’‘`\"“”‐-―,;:!?。、《》「」『』・\\-]")
_SOFT_DOT = re.compile(r"(?<=\d)\.(?=\d)|\.$")


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of one token or more. signs: how it reads in a folded text, when it holds signs."""

    tokens: tuple[str, ...]
    excluded: bool = False
    prefix: bool = False
    signs: re.Pattern[str] | None = None

    def holds(self, texts: Iterable[str]) -> bool:
        """Whether the texts, folded, have the term with its signs, or must not and have not."""
        if self.signs is None:
            return True
        return any(self.signs.search(text) for text in texts) is not self.excluded


def parse(text: str) -> tuple[Term, ...]:
    """Read a query. Raises TrackerError when nothing can be looked for so, or too much is."""
    plain = text.translate(_QUOTES)
    if plain.count('"') % 2:
        raise TrackerError(f"search: a quotation mark is missing in {text!r}")
    terms = [term for found in _TERM.finditer(plain) if (term := _term(found)) is not None]
    if not any(not term.excluded for term in terms):
        raise TrackerError(f"search: {text!r} names nothing to look for; write at least one word")
    if len(terms) > _MOST_TERMS or any(len(term.tokens) > _MOST_TOKENS for term in terms):
        raise TrackerError(f"search: more than {_MOST_TERMS} terms, or {_MOST_TOKENS} words in one")
    return tuple(terms)


def for_sqlite(terms: Iterable[Term]) -> str:
    """The query as FTS5 reads it."""
    wanted, excluded = _asked(terms)
    phrases = [f'"{" ".join(term.tokens)}"{" *" if term.prefix else ""}' for term in wanted]
    nots = "".join(f' NOT "{" ".join(term.tokens)}"{" *" if term.prefix else ""}' for term in excluded)
    return f"({' AND '.join(phrases)}){nots}"


def for_postgresql(terms: Iterable[Term]) -> str:
    """The query as PostgreSQL reads a tsquery."""
    wanted, excluded = _asked(terms)
    return " & ".join([_tsquery(term) for term in wanted] + [f"!{_tsquery(term)}" for term in excluded])


def _tsquery(term: Term) -> str:
    return f"({' <-> '.join(map(quoted, term.tokens))}{':*' if term.prefix else ''})"


def _asked(terms: Iterable[Term]) -> tuple[list[Term], list[Term]]:
    """What the index is asked for, and what it must not have: an item without `C++` may have `C`."""
    every = list(terms)
    excluded = [term for term in every if term.excluded and term.signs is None]
    return [term for term in every if not term.excluded], excluded


def _term(found: re.Match[str]) -> Term | None:
    """A term, or None for one that holds signs which only part words."""
    minus, phrase, word = found.groups()
    core = (word if phrase is None else phrase).strip()
    prefix = core.endswith("*")
    core = core.removesuffix("*")
    if "*" in core or (prefix and not core):
        raise TrackerError(f"search: in {found[0]!r} the * stands elsewhere than at the end of a word")
    tokens = tuple(tokens_of_text(core))
    signs = _SIGN.search(_SOFT_DOT.sub("", core)) is not None
    if not tokens:
        return None
    return Term(tokens, bool(minus), prefix, _as_written(core, prefix=prefix) if signs else None)


def _as_written(core: str, *, prefix: bool) -> re.Pattern[str]:
    folded = normalise(core).folded.strip()
    # A letter or digit begins and ends a word; so does the dot of .NET, which ends no domain name.
    before = f"(?<!{_LETTER})" if re.match(f"{_LETTER}|\\.", folded) else ""
    after = f"(?!{_LETTER})" if re.match(_LETTER, folded[-1]) and not prefix else ""
    return re.compile(before + re.escape(folded) + after)


_LETTER = f"[^\\W_{UNSPACED}]"  # of a script that puts spaces between words
