"""How often the pack speaks of news that names nobody in AI, and how often it speaks at all.

    python bench/base_rates.py [--worst N] [--samples N] [--items FILE]

Reads the recorded archive in ../shared/data. The first figure is the share of those items whose title and
lead name no AI maker, seller, cloud or chip house of the register and in which some signal is found all
the same: target <= 0.5 %. Then come the rules that found most of them, with samples on request, and the
matches per week and signal of February to May 2026, the archive's fullest months.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from tracker import shipped
from tracker.archive import Archived, read_items
from tracker.config.load import load_config
from tracker.errors import Place
from tracker.inforce import matcher
from tracker.model import Item, Match
from tracker.rules import compile_rules
from tracker.rules.source import Definitions, RuleSource, SignalSource, Written

ARCHIVE = Path(__file__).parents[1].parent / "shared/data/archive.jsonl.gz"
AI_ENTITY = "<ai_actor>"
TARGET = 0.005
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
WEEKS = (UNTIL - SINCE) / timedelta(weeks=1)

Matches = Callable[[Item], tuple[Match, ...]]


@dataclass
class Tally:
    """What was counted. nameless: items without an AI entity; fired: those of them with a match.

    rules: by (signal, rule), the titles of nameless items that it found. recent: items of SINCE to UNTIL;
    signals: their matches.
    """

    items: int = 0
    nameless: int = 0
    fired: int = 0
    recent: int = 0
    rules: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    signals: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        return self.fired / self.nameless if self.nameless else 0.0


def count(items: Iterable[Archived], finds: Matches, names: Matches) -> Tally:
    """Count items; names: matches an item that names an AI entity."""
    tally = Tally()
    for archived in items:
        item = archived.item
        matches = finds(item)
        tally.items += 1
        if item.published is not None and SINCE <= item.published < UNTIL:
            tally.recent += 1
            tally.signals.update(match.signal for match in matches)
        if names(item):
            continue
        tally.nameless += 1
        tally.fired += bool(matches)
        for match in matches:
            for rule in match.rules:
                tally.rules[match.signal, rule].append(item.title)
    return tally


def naming(definitions: Definitions) -> Definitions:
    """One rule in place of all others: the item names an AI entity of the register."""
    place = Place("bench", 1, 1)
    rule = RuleSource("named", "named", Written(AI_ENTITY, "bench", ((1, 1),)), None, 1, (), "user", place)
    signal = SignalSource("named", "Named", "", (rule,), "user", place)
    return replace(definitions, signals=(signal,), off=frozenset())


def tell(tally: Tally, worst: int, samples: int) -> None:
    print(
        f"archive  {tally.items:,} items, {tally.nameless:,} without an AI entity; "
        f"a signal in {tally.fired:,} of those: {tally.share:.2%}  target {TARGET:.1%}"
    )
    ranked = sorted(tally.rules.items(), key=lambda pair: -len(pair[1]))
    for (signal, rule), titles in islice(ranked, worst):
        print(f"{len(titles):>6}  {signal}/{rule}")
        step = max(1, len(titles) // samples) if samples else 1
        for title in islice(titles, 0, None, step) if samples else ():
            print(f"          {title[:140]}")
    print(f"\n{SINCE:%Y-%m} to {UNTIL - timedelta(days=1):%Y-%m}, {tally.recent:,} items")
    for signal, matches in tally.signals.most_common():
        print(f"{matches:>6}  {matches / WEEKS:6.1f} a week  {signal}")


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worst", type=int, default=20, help="so many rules (20)")
    parser.add_argument("--samples", type=int, default=0, help="so many titles of each (0)")
    parser.add_argument("--items", default=str(ARCHIVE), help="another archive")
    asked = parser.parse_args(arguments)
    definitions = load_config(shipped.config(), env={}, seeds=shipped.seeds()).definitions
    finds = matcher(compile_rules(definitions), ())
    names = matcher(compile_rules(naming(definitions)), ())
    tally = count(read_items(asked.items), finds, names)
    tell(tally, asked.worst, asked.samples)
    return 0 if tally.share <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
