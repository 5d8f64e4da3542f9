"""The tokens of an item that search finds: those of `tracker.text`, in order. Pure.

Words and numbers as rules see them, and every Chinese character by itself, so that a phrase of two is
found inside a run. Signs are not among them: GPT-5.5 and GPT 5.5 are one phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

from tracker.text import NORMALISER, normalise
from tracker.words import UNSPACED

VERSION = f"1.{NORMALISER}.{unicodedata.unidata_version}"
"""Changes whenever a text may give other tokens; the index is then built anew."""

MOST_TEXT = 65_536  # characters of title, summary and content together

# What PostgreSQL can hold: places up to 16,383, 256 places of a token, tokens below 2 kB. SQLite is
# given no more, so that both find the same.
_MOST_TOKENS = 16_000
_MOST_PLACES = 256
_LONGEST = 500

GAP = "."
"""Stands for what no phrase may reach across: the end of a field, a token that has too many places."""

_RUN = re.compile(f"[{UNSPACED}]{{2,}}")


def tokens_of_text(text: str) -> list[str]:
    """The tokens of one text, such as a phrase that is searched for."""
    # A few characters unfold to many; what PostgreSQL takes at once is 1 MB.
    words = normalise(text).words[: 2 * len(text) + 2]
    if not words.isascii():
        words = _RUN.sub(_spaced, words)
    tokens = words.split()
    if len(words) > _LONGEST:
        return [token[:_LONGEST] for token in tokens]
    return tokens


def tokens_of_item(title: str, summary: str, content: str) -> list[str]:
    """What is indexed of an item, with GAP between the fields."""
    room = max(MOST_TEXT - len(title) - len(summary), 0)
    of_title, lead, body = map(tokens_of_text, (title, summary, content[:room]))
    # Most feeds give a summary that the content begins with, or is.
    rest = body if lead == body[: len(lead)] else [*lead, GAP, *body]
    tokens = [*of_title, GAP, *rest][:_MOST_TOKENS]
    return _thinned(tokens) if len(tokens) > _MOST_PLACES else tokens


def vector(tokens: Sequence[str]) -> str:
    """Tokens with their places as PostgreSQL reads a tsvector."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for place, token in enumerate(tokens, 1):
        places[token].append(str(place))
    places.pop(GAP, None)
    return " ".join(f"{quoted(token)}:{','.join(at)}" for token, at in places.items())


def quoted(token: str) -> str:
    """A token as PostgreSQL reads it in a tsvector or tsquery."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _spaced(run: re.Match[str]) -> str:
    return " ".join(run[0])


def _thinned(tokens: list[str]) -> list[str]:
    frequent = {token for token, times in Counter(tokens).items() if times > _MOST_PLACES and token != GAP}
    if not frequent:
        return tokens
    seen: Counter[str] = Counter()
    kept = []
    for token in tokens:
        if token in frequent:
            seen[token] += 1
        kept.append(GAP if seen[token] > _MOST_PLACES else token)
    return kept
