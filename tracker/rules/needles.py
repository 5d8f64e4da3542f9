"""The text that stands wherever a pattern matches, so that most items need not be asked about the pattern.

Reads a pattern only as far as it understands it; what it does not, it gives up on: "".
"""

from __future__ import annotations

import re

_PLAIN = re.compile("[ -~\u4e00-\u9fff]")
_PIECE = re.compile(
    r"""(?P<class>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\\\]])*\])
    |(?P<sign>\\[^A-Za-z0-9])
    |(?P<kind>\\[dDwWsSbBAz]|[.^$]|\\[pP]\{[^}]*\})
    |(?P<repeat>[*?]\??|\{\d+(?:,\d*)?\}\??)
    |(?P<more>\+\??)
    |(?P<flags>\(\?[a-zA-Z-]+\))
    |(?P<plain>[^\\\[\](){}|*+?.^$])""",
    re.VERBOSE | re.DOTALL,
)
_LEAST = 2


def needle(pattern: str) -> str:
    """Return the longest text, without case, that stands in every text in which a pattern finds something.

    pattern: one that RE2 takes. "" when there is none or none worth looking for.
    """
    runs = [""]
    at = 0
    while at < len(pattern):
        if pattern.startswith("(", at) and not _FLAGS.match(pattern, at):
            at = _behind_group(pattern, at)
            runs.append("")
            if at == 0:
                return ""
            continue
        found = _PIECE.match(pattern, at)
        if found is None:
            return ""
        _take(runs, str(found.lastgroup), found[0])
        at = found.end()
    longest = max(runs, key=len).casefold()
    return longest if len(longest) >= _LEAST and not longest.isspace() else ""


_FLAGS = re.compile(r"\(\?[a-zA-Z-]+\)")


def _take(runs: list[str], kind: str, text: str) -> None:
    """Add a piece to the last run, or begin a new one; what is repeated may not be there at all."""
    char = text[-1]
    match kind:
        case "plain" | "sign" if _PLAIN.fullmatch(char):
            runs[-1] += char
        case "repeat":
            runs[-1] = runs[-1][:-1]
            runs.append("")
        case _:
            runs.append("")


def _behind_group(pattern: str, at: int) -> int:
    """Return where the group that opens at a place ends; 0: that is not clear."""
    depth = 0
    while at < len(pattern):
        if pattern[at] in "()":
            depth += 1 if pattern[at] == "(" else -1
            at += 1
            if depth == 0:
                return at
            continue
        found = _INSIDE.match(pattern, at)
        if found is None:
            return 0
        at = found.end()
    return 0


_INSIDE = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\\\]])*\]|\\[^QE]|[^\\\[()]", re.DOTALL)
