"""What the rules find in an item: signals with their evidence."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.model.field import Field
from tracker.model.figure import Claim, Figure


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """The words that satisfied a clause. start and end are offsets into the field's original text."""

    field: Field
    start: int
    end: int
    text: str
    clause: str


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One line of a score that can be read back: "price-cut 3", "title 2", "official 1"."""

    label: str
    points: float


@dataclass(frozen=True, slots=True)
class Match:
    """A signal found in an item, with its evidence.

    rules: ids of the rules that held, strongest first.
    score: the sum of the parts.
    hits: in reading order, without doubles.
    rule_hash: of everything the rules expand to; says which words made this match.
    claim: whose word it is, as the sentence of the hits has it.
    figures: those that stand in one sentence with a hit, in reading order.
    """

    signal: str
    rules: tuple[str, ...]
    parts: tuple[ScorePart, ...]
    hits: tuple[Hit, ...]
    rule_hash: str
    claim: Claim = Claim.REPORTED
    figures: tuple[Figure, ...] = ()

    @property
    def score(self) -> float:
        return sum(part.points for part in self.parts)
