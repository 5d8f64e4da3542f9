"""What the words of a folded text are, and how they are found in it quickly. See `tracker.text`."""

from __future__ import annotations

import re
import unicodedata

# Scripts that write words without spaces; their text is found inside runs, not word by word.
UNSPACED = (
    "々〆〇\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
)
# Accents and vowel signs belong to the letter before them.
MARKS = "".join(char for char in map(chr, range(0x300, 0x10000)) if unicodedata.category(char)[0] == "M")

_WORD = f"[^\\W\\d_{UNSPACED}]+(?:[{MARKS}]+[^\\W\\d_{UNSPACED}]*)*"
_NUMBER = r"\d+(?:,\d{3}(?!\d))*(?:\.\d+)*"
# The English possessive is no word: in "Anthropic's 1 billion" there is no S-1.
TOKEN = re.compile(f"([{UNSPACED}]+|{_NUMBER}|{_WORD})(?:['’]s(?![a-z0-9]))?")
# The same for folded ASCII text, in half the time: no script without spaces, no accents, no capitals.
_ASCII_TOKEN = re.compile(r"([a-z]+|[0-9]+(?:,[0-9]{3}(?![0-9]))*(?:\.[0-9]+)*)(?:'s(?![a-z0-9]))?")
# Usual ASCII text is split without a regular expression. _SHAPE tells where digits meet letters or each
# other over a sign, and the text must be looked at closely; _PARTED keeps letters and digits.
_ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789"
_PARTED = bytes(code if chr(code) in _ALNUM else 32 for code in range(256))
_SHAPE = bytes(
    ord("a" if char in _ALNUM[:26] else "0" if char in _ALNUM else "." if char in ".," else " ")
    for char in map(chr, range(256))
)
_NO_DIGITS = bytes(code for code in range(256) if not 48 <= code <= 57)
_POSSESSIVE = re.compile(rb"'s(?<=[a-z0-9]'s)(?![a-z0-9])")
# Signs that are usual in texts that are ASCII otherwise; they fold to themselves.
_SIGNS = "‘“”–—"


def words_of(folded: str) -> str:
    """Return the words of a folded text, padded; usual English ones without a regular expression."""
    straight = folded if folded.isascii() else without_signs(folded)
    if not straight.isascii():
        return f" {' '.join(TOKEN.findall(folded))} "
    raw = straight.encode()
    if raw.translate(None, _NO_DIGITS):
        shape = raw.translate(_SHAPE)
        if b"0a" in shape or b"a0" in shape or b"0.0" in shape:
            return f" {' '.join(_ASCII_TOKEN.findall(straight))} "
    if b"'" in raw:
        if b"'s's" in raw:
            return f" {' '.join(_ASCII_TOKEN.findall(straight))} "
        raw = _POSSESSIVE.sub(b" ", raw)
    return f" {b' '.join(raw.translate(_PARTED).split()).decode()} "


def without_signs(text: str) -> str:
    """Replace usual signs by ASCII ones that part words alike; a text that is not English stays as it is."""
    middle = len(text) // 2
    if not text[middle : middle + 1].isascii():
        return text
    text = text.replace("’", "'")
    for sign in _SIGNS:
        text = text.replace(sign, " ")
    return text


def token_of(folded: str) -> re.Pattern[str]:
    """Return the pattern whose first group is each word of a folded text, the quicker of two."""
    return _ASCII_TOKEN if folded.isascii() else TOKEN
