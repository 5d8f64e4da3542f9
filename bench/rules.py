"""How fast are items matched, beside a loop of patterns and a bare scan? Prints ratios of CPU time.

    python bench/rules.py [--archive] [--pack] [--differences] [--data ../shared/data]

Rules made by chance (seeded_rules.py: 5 to 20 terms each, rare ones; "matches/item" says how rare) look at
real headlines alone, at items as feeds have them (a real headline and the beginning of its summary, 49 words
or 110 characters together), and at bodies of 800 words joined from real summaries, English and Chinese. They
look where users' rules do, in title and lead; at bodies in the content. (a) is a plain pattern for each group
of each rule, in a loop; (b) is NFKC, casefold and one scan for the same terms, with nothing made of what it
finds; both get title and summary in one piece. All take turns in each of three rounds, and the median counts.
(a) gets as many items as half a second allows. Ours is `match_item` as the poller calls it: hits, claims and
figures included.

--pack: only the shipped rules beside as many made ones. --archive: only the whole archive and the fault cases
through the shipped rules, with the slowest item. --differences: shows where (a) and ours disagree, and stops.
"""

from __future__ import annotations

import argparse
import gc
import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from time import process_time

from ahocorasick_rs import AhoCorasick

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import baseline_rules
from bench.rules_corpus import SEED, Corpus, Text, definitions_of, items_of, read_corpus
from bench.seeded_rules import made_rules, written
from tracker.model import Feed, Item, Panel
from tracker.rules import Ruleset, compile_rules, match_item

ROUNDS, COUNTS = 3, (10, 100, 1_000, 10_000)
PATTERNS_FOR, MOST_PATTERNS = 0.5, 1_000
FEED = Feed(id="bench", name="Bench", url="https://feeds.example/", panel=Panel.GENERAL)


@dataclass(frozen=True, slots=True)
class Speeds:
    """Items per second. patterns: None where compiling them would take minutes. matches: of all items."""

    ours: float
    bare: float
    patterns: float | None
    matches: int


def main() -> int:
    """Measure, print, and say by the exit code whether the targets are met."""
    options = _options()
    if options.child:
        return _memory_of_child(options.child)
    if options.archive:
        from bench import rules_archive

        return rules_archive.measure(options.data)
    corpus = read_corpus(options.data)
    if options.differences:
        return _differences(corpus)
    met = _pack(corpus)
    if not options.pack:
        met = _table(corpus) and met
        met = _cost(corpus) and met
    return 0 if met else 1


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Return the CPU seconds that work takes, and what it counted."""
    gc.collect()
    started = process_time()
    count = work()
    return process_time() - started, count


def matched(ruleset: Ruleset, items: Sequence[Item], feed: Feed = FEED) -> int:
    """Match items as the poller does; return how many matches there are."""
    return sum([len(match_item(ruleset, each, feed)) for each in items])


def _table(corpus: Corpus) -> bool:
    print(
        "items/s                    rules   Tracker  (b) bare scan  (a) patterns   /(b)   /(a)  matches/item"
    )
    speeds: dict[tuple[str, int], Speeds] = {}
    for count in COUNTS:
        rules = made_rules(count, corpus.words, SEED)
        patterns = [baseline_rules.patterns(rule) for rule in rules] if count <= MOST_PATTERNS else None
        automaton = baseline_rules.bare(rules)
        rulesets = {field: compile_rules(definitions_of(rules, field)) for field in ("", "content:")}
        for kind, texts in corpus.texts.items():
            ruleset = rulesets["content:" if kind.startswith("bodies") else ""]
            speeds[kind, count] = found = _speeds(ruleset, texts, automaton, patterns)
            _print(kind, count, found, len(texts))
    return _targets(speeds)


def _speeds(
    ruleset: Ruleset,
    texts: Sequence[Text],
    automaton: AhoCorasick,
    patterns: Sequence[baseline_rules.Patterns] | None,
) -> Speeds:
    seconds: list[tuple[float, float, float]] = []
    items, wholes = items_of(texts), [text.whole for text in texts]
    matches = matched(ruleset, items)  # what is made on first use is made
    for _ in range(ROUNDS):
        bare, _ = timed(lambda: sum([baseline_rules.scan(automaton, text) for text in wholes]))
        ours, _ = timed(lambda: matched(ruleset, items))
        loop = _per_item(patterns, wholes) if patterns else 0.0
        seconds.append((ours / len(texts), bare / len(texts), loop))
    ours, bare, loop = (median(column) for column in zip(*seconds, strict=True))
    return Speeds(1 / ours, 1 / bare, 1 / loop if patterns else None, matches)


def _per_item(patterns: Sequence[baseline_rules.Patterns], texts: Sequence[str]) -> float:
    """Return the seconds that the patterns need for an item, as far as there is time."""
    started = process_time()
    for done, text in enumerate(cycle(texts), 1):
        baseline_rules.loop(patterns, text)
        if (spent := process_time() - started) > PATTERNS_FOR:
            return spent / done
    raise ValueError("no texts")


def _print(kind: str, count: int, found: Speeds, items: int) -> None:
    patterns = f"{found.patterns:14,.1f}" if found.patterns else f"{'-':>14}"
    times = f"{found.ours / found.patterns:6,.0f}" if found.patterns else f"{'-':>6}"
    print(
        f"{kind:20} {count:11,} {found.ours:9,.0f} {found.bare:14,.0f} {patterns} "
        f"{found.ours / found.bare:6.2f} {times} {found.matches / items:13.3f}"
    )


def _targets(speeds: dict[tuple[str, int], Speeds]) -> bool:
    met = []
    for kind in ("items en", "items zh", "headlines en", "headlines zh"):
        few, many, most = (speeds[kind, count] for count in (10, 1_000, 10_000))
        met += [
            _told(f"{kind}: 1,000 rules beside (a)", many.ours / (many.patterns or 1), 400),
            _told(f"{kind}: 1,000 rules beside (b)", many.ours / many.bare, 0.5),
            _told(f"{kind}: 10,000 rules beside 10", most.ours / few.ours, 1 / 6),
        ]
    return all(met)


def _told(what: str, value: float, least: float) -> bool:
    met = value >= least
    print(f"{what}: {value:,.2f}, target at least {least:,.2f}: {'yes' if met else 'NO'}")
    return met


def _cost(corpus: Corpus) -> bool:
    """Tell what compiling the most rules takes, in a process of its own."""
    source = definitions_of(made_rules(COUNTS[-1], corpus.words, SEED))
    items = items_of(corpus.texts["headlines en"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "definitions"
        path.write_bytes(pickle.dumps((source, items)))
        command = [sys.executable, __file__, "--child", str(path)]
        said = [json.loads(subprocess.check_output(command)) for _ in range(ROUNDS)]
    seconds, size = (median(each[what] for each in said) for what in ("seconds", "size"))
    good = seconds < 3, size < 100
    words = ["yes" if each else "NO" for each in good]
    print(f"compiling {COUNTS[-1]:,} rules: {seconds:.2f} s, target below 3: {words[0]}")
    print(
        f"memory that {COUNTS[-1]:,} rules add, as written and compiled: {size:.0f} MB, below 100: {words[1]}"
    )
    return all(good)


def _memory_of_child(path: Path) -> int:
    before = _resident()
    source, items = pickle.loads(path.read_bytes())
    size = _resident()
    started = process_time()
    ruleset = compile_rules(source)
    seconds = process_time() - started
    matched(ruleset, items)
    del items
    gc.collect()
    print(json.dumps({"seconds": seconds, "size": _resident() - before, "written": size - before}))
    return 0


def _resident() -> float:
    """Return this process's own share of memory, in MB."""
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell memory by /proc")


def _pack(corpus: Corpus) -> bool:
    """Tell the shipped rules' speed beside as many made ones."""
    from bench.rules_archive import shipped_rules

    pack = shipped_rules()
    made = compile_rules(definitions_of(made_rules(len(pack.rules), corpus.words, SEED)))
    met = True
    for kind in ("headlines en", "headlines zh", "items en", "items zh"):
        items = items_of(corpus.texts[kind])
        rounds = []
        for _ in range(ROUNDS):
            rounds.append([len(items) / timed(partial(matched, one, items))[0] for one in (made, pack)])
        ours, theirs = (median(column) for column in zip(*rounds, strict=True))
        print(
            f"{kind}, {len(pack.rules)} rules: made {ours:,.0f} items/s, shipped {theirs:,.0f}, matches "
            f"{matched(made, items)} and {matched(pack, items)}"
        )
        met = _told(f"{kind}: shipped rules beside made ones", theirs / ours, 0.5) and met
    return met


def _differences(corpus: Corpus) -> int:
    """Show what only one side finds."""
    rules = made_rules(1_000, corpus.words, SEED)
    patterns = [baseline_rules.patterns(rule) for rule in rules]
    for kind, texts in corpus.texts.items():
        sample = texts[: 30 if kind.startswith("bodies") else 300]
        ruleset = compile_rules(definitions_of(rules, "content:" if kind.startswith("bodies") else ""))
        ours, theirs = set(), set()
        for text, each in zip([each.whole for each in sample], items_of(sample), strict=True):
            matches = match_item(ruleset, each, FEED)
            ours |= {(text, int(number)) for match in matches for number in match.rules}
            theirs |= {(text, number) for number in baseline_rules.loop(patterns, text)}
        both, only_ours, only_theirs = len(ours & theirs), len(ours - theirs), len(theirs - ours)
        print(f"{kind}: both {both}, only Tracker {only_ours}, only (a) {only_theirs}")
        for who, only in (("Tracker", ours - theirs), ("(a)", theirs - ours)):
            for text, number in sorted(only)[:8]:
                print(f"  {who}: {written(rules[number])[:600]}\n    {text[:200]}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    beside = Path(__file__).parent.parent.parent / "shared/data"
    parser.add_argument("--data", type=Path, default=beside, help="has archive.jsonl.gz")
    for only in ("archive", "pack", "differences"):
        parser.add_argument(f"--{only}", action="store_true")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
