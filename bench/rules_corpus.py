"""What bench/rules.py works on: texts of the archive, and made rules as config has them."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.seeded_rules import Made, Words, words_of, written
from tracker.errors import Place
from tracker.model import Item
from tracker.rules.source import Definitions, RuleSource, SignalSource, Written

SEED = 20261123
HEADLINES, BODIES, WORDS, CHARACTERS = 4_000, 250, 800, 1_600
ITEMS, ITEM_WORDS, ITEM_CHARACTERS = 3_000, 49, 110
_TOKEN = re.compile(r"\w+")
PER_SIGNAL = 10
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLACE = Place("bench.yaml", 1, 1)


class Text(NamedTuple):
    """What an item says."""

    title: str
    summary: str = ""
    content: str = ""

    @property
    def whole(self) -> str:
        """The same in one piece, for those who know no fields."""
        return " ".join(filter(None, self))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts by what they are: "headlines en" … "bodies zh"; and the words of the headlines.

    A text is a title, a summary and a content, two of them empty, or one of them in an item.
    """

    texts: dict[str, list[Text]]
    words: Words


def read_corpus(data: Path) -> Corpus:
    """Return headlines, items and bodies of the archive, the same ones each time."""
    with gzip.open(data / "archive.jsonl.gz", "rt", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    random_ = random.Random(SEED)
    titles = {lang: [e["title"] for e in entries if e["lang"] == lang] for lang in ("en", "zh")}
    texts = {
        f"headlines {lang}": [Text(title) for title in random_.sample(some, HEADLINES)]
        for lang, some in titles.items()
    }
    for lang in titles:
        pairs = [(e["title"], e["summary"]) for e in entries if e["lang"] == lang]
        texts[f"items {lang}"] = _with_summaries(pairs, lang)
    for lang in titles:
        pieces = [f"{e['title']} {e['summary']}" if lang == "zh" else e["summary"] for e in entries]
        pieces = [
            text for e, text in zip(entries, pieces, strict=True) if e["lang"] == lang and len(text) > 9
        ]
        random_.shuffle(pieces)
        texts[f"bodies {lang}"] = [Text("", "", body) for body in _bodies(pieces, lang)]
    return Corpus(texts, words_of(titles["en"], titles["zh"]))


def definitions_of(rules: Sequence[Made], field: str = "") -> Definitions:
    """Return rules as config hands them over, ten to a signal. field: see `written`."""
    sources = [
        RuleSource(
            str(number), str(number // PER_SIGNAL), _placed(written(rule, field)), None, 3, (), "user", PLACE
        )
        for number, rule in enumerate(rules)
    ]
    signals = [
        SignalSource(some[0].signal, "", "", tuple(some), "user", PLACE)
        for first in range(0, len(sources), PER_SIGNAL)
        for some in [sources[first : first + PER_SIGNAL]]
    ]
    return Definitions(tuple(signals), {}, {}, {})


def items_of(texts: Sequence[Text]) -> list[Item]:
    """Return items that say no more than the texts."""
    return [
        Item("bench", "", "", "", text.title, None, text.summary, text.content, "", None, NOW)
        for text in texts
    ]


def _with_summaries(pairs: Sequence[tuple[str, str]], lang: str) -> list[Text]:
    """Return titles with the beginning of their summaries, as far as items of this length go."""
    found = []
    for title, summary in pairs:
        if lang == "en":
            title_size = len(_TOKEN.findall(title))
            words = [match.end() for match in _TOKEN.finditer(summary)]
            left = ITEM_WORDS - title_size
            if 0 < left <= len(words):
                found.append(Text(title, summary[: words[left - 1]]))
        elif 0 < (left := ITEM_CHARACTERS - len(title)) <= len(summary):
            found.append(Text(title, summary[:left]))
    return random.Random(SEED).sample(found, min(ITEMS, len(found)))


def _bodies(pieces: Sequence[str], lang: str) -> list[str]:
    """Join texts to bodies of equal length."""
    size, parts = (WORDS, " ".join(pieces).split()) if lang == "en" else (CHARACTERS, list("。".join(pieces)))
    glue = " " if lang == "en" else ""
    return [glue.join(parts[first : first + size]) for first in range(0, BODIES * size, size)]


def _placed(text: str) -> Written:
    return Written(text, PLACE.file, ((1, 1),))
