"""What a text says in numbers and dates, and whose word a claim is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.model.field import Field


class FigureKind(StrEnum):
    """What a figure measures; `<money>` in a rule asks for one of the kind."""

    MONEY = "money"
    PERCENT = "percent"
    COUNT = "count"
    DATE = "date"


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """A figure as a text states it. start and end are offsets into the field's original text.

    value: in whole units: $1.25bn is 1,250,000,000; 2.5折 and a fall by 75 % are -75; a date is the number
    (`date.toordinal`) of the first day that is meant.
    unit: of money the ISO 4217 code; of a percentage "%" (a share) or "% change"; of a count what is
    counted, singular ("GPU", "employee", "token", "GW"), "" when that is not said; of a date how exact it
    is: "day", "month", "quarter", "half" or "year".
    per: what money is paid for: "1M input tokens", "1M output tokens", "1M cached tokens", "1M tokens",
    "month", "year", "hour", "seat", or "".
    bound: "" or how the text hedges: "about", "at least", "at most".
    was: the value before, when the text says from what it changed; same unit.
    confidence: 0 to 1; below 0.5 a guess that no sum should rest on.
    """

    field: Field
    start: int
    end: int
    text: str
    kind: FigureKind
    value: float
    unit: str
    per: str = ""
    bound: str = ""
    was: float | None = None
    confidence: float = 1.0

    @property
    def day(self) -> date | None:
        """The first day that a date means; None for other kinds."""
        return date.fromordinal(int(self.value)) if self.kind is FigureKind.DATE else None


class Claim(StrEnum):
    """Whose word a match is, as its own sentence has it."""

    OFFICIAL = "official"
    REPORTED = "reported"
    RUMOUR = "rumour"
    DENIED = "denied"
