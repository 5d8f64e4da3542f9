"""How well the rules find what people labelled: counts, precision, recall, the errors. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.model import Item, Match

ItemMatcher = Callable[[Item], Sequence[Match]]
"""Finds the signals that an item shows."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item and the signals that its readers saw in it.

    id: the name it goes by in its file. labels: signals that it shows. unsure: signals on which the readers
    differ: neither right nor wrong when found. clear: the readers were sure of the whole item.
    stratum: how the item was sampled; "" when not said.
    """

    id: str
    item: Item
    labels: frozenset[str]
    unsure: frozenset[str] = frozenset()
    clear: bool = False
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How often the rules were right (tp), raised a false alarm (fp), missed what was labelled (fn)."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def labelled(self) -> int:
        return self.tp + self.fn

    @property
    def precision(self) -> float | None:
        """The share of what was found that is right; None when nothing was found."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """The share of what was labelled that was found; None when nothing was labelled."""
        return _share(self.tp, self.labelled)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; 0 when nothing is right; None when there is nothing."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)


@dataclass(frozen=True, slots=True)
class Mean:
    """Precision, recall and F1, each the mean of several signals'."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """The score of some of the items: how many they are, and each signal's counts."""

    items: int = 0
    signals: Mapping[str, Score] = field(default_factory=dict)

    @property
    def micro(self) -> Score:
        """Every finding counts alike, of whatever signal it is."""
        return sum(self.signals.values(), Score())

    @property
    def macro(self) -> Mean:
        """Every signal that has labels among these items counts alike.

        Each number is the mean of the signals' own; one that a signal does not have (the precision where
        nothing was found) counts as 0. A signal without a label is left out: its false alarms are in micro.
        All None when no signal has a label.
        """
        scores = [score for score in self.signals.values() if score.labelled]
        return Mean(
            _mean([score.precision for score in scores]),
            _mean([score.recall for score in scores]),
            _mean([score.f1 for score in scores]),
        )


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """A signal found where neither label nor doubt says so, with the evidence."""

    item_id: str
    item: Item
    match: Match


@dataclass(frozen=True, slots=True)
class Miss:
    """A signal that is labelled and was not found."""

    item_id: str
    item: Item
    signal: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` counted. signals: those counted, the config's in its order, then others of the labels.

    predicted: (id, signals found) per item, in the order read. languages: by the item's, "" for none.
    strange: labels that no signal of the config has, with how many items carry them; found nowhere, they
    count as missed.
    """

    signals: tuple[str, ...]
    whole: Part
    languages: Mapping[str, Part]
    strata: Mapping[str, Part]
    clear: Part
    predicted: tuple[tuple[str, tuple[str, ...]], ...]
    errors: tuple[FalseAlarm | Miss, ...]
    strange: Mapping[str, int]


def evaluate(
    labelled: Iterable[Labelled],
    matches: ItemMatcher,
    signals: Sequence[str],
    only: Collection[str] | None = None,
) -> Evaluation:
    """Hold what the rules find against what people labelled.

    matches: finds what the rules find in an item. signals: the config's, in its order.
    only: count these signals and no others; None for all.
    """
    counting = _Counting(signals, only)
    for each in labelled:
        counting.add(each, matches(each.item))
    return counting.evaluation()


class _Counting:
    """Gathers counts item by item."""

    def __init__(self, signals: Sequence[str], only: Collection[str] | None) -> None:
        self._known = tuple(key for key in signals if only is None or key in only)
        self._only = only
        self._whole = _Counts()
        self._clear = _Counts()
        self._languages: dict[str, _Counts] = {}
        self._strata: dict[str, _Counts] = {}
        self._predicted: list[tuple[str, tuple[str, ...]]] = []
        self._errors: list[FalseAlarm | Miss] = []
        self._strange: Counter[str] = Counter()

    def add(self, each: Labelled, matches: Sequence[Match]) -> None:
        found = {match.signal: match for match in matches if self._wanted(match.signal)}
        labels = sorted(filter(self._wanted, each.labels))
        right = [key for key in labels if key in found]
        missed = [key for key in labels if key not in found]
        wrong = [key for key in found if key not in each.labels and key not in each.unsure]
        for counts in self._parts_of(each):
            counts.add(right, wrong, missed)
        self._predicted.append((each.id, tuple(found)))
        self._errors += [FalseAlarm(each.id, each.item, found[key]) for key in wrong]
        self._errors += [Miss(each.id, each.item, key) for key in missed]
        self._strange.update(key for key in labels if key not in self._known)

    def evaluation(self) -> Evaluation:
        signals = (*self._known, *sorted(self._strange))
        return Evaluation(
            signals=signals,
            whole=self._whole.part(signals),
            languages=_parts(self._languages, signals),
            strata=_parts(self._strata, signals),
            clear=self._clear.part(signals),
            predicted=tuple(self._predicted),
            errors=tuple(self._errors),
            strange=dict(sorted(self._strange.items())),
        )

    def _wanted(self, key: str) -> bool:
        return self._only is None or key in self._only

    def _parts_of(self, each: Labelled) -> list[_Counts]:
        language = self._languages.setdefault(each.item.lang or "", _Counts())
        stratum = self._strata.setdefault(each.stratum, _Counts())
        return [self._whole, language, stratum, *([self._clear] if each.clear else [])]


class _Counts:
    """The counts of a part while it grows."""

    def __init__(self) -> None:
        self._items = 0
        self._right: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()

    def add(self, right: Iterable[str], wrong: Iterable[str], missed: Iterable[str]) -> None:
        self._items += 1
        self._right.update(right)
        self._wrong.update(wrong)
        self._missed.update(missed)

    def part(self, signals: Sequence[str]) -> Part:
        scores = {key: Score(self._right[key], self._wrong[key], self._missed[key]) for key in signals}
        return Part(self._items, scores)


def _parts(counted: Mapping[str, _Counts], signals: Sequence[str]) -> dict[str, Part]:
    return {name: counted[name].part(signals) for name in sorted(counted)}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(values: Sequence[float | None]) -> float | None:
    return sum(value or 0.0 for value in values) / len(values) if values else None
