"""What lint finds: something that a config says and that does nothing, or not what it seems to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.errors import Place, Problem, Severity
from tracker.rules.source import Written


class Kind(StrEnum):
    """What is wrong; the value is the name that programs see."""

    NEVER_TRUE = "never-true"
    SHADOWED = "shadowed"
    DEAD_ALTERNATIVE = "dead-alternative"
    NEVER_EXCLUDES = "never-excludes"
    REPEATED = "repeated"
    DUPLICATE = "duplicate"
    CONTAINED = "contained"
    UNUSED_TERMS = "unused-terms"
    UNUSED_ENTITY = "unused-entity"
    DOUBLED_TERM = "doubled-term"
    COVERED_TERM = "covered-term"
    COMMON_WORD = "common-word"
    SHORT_STEM = "short-stem"
    AMBIGUOUS_NAME = "ambiguous-name"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. layer: "pack" or "user", whoever wrote it.

    The problem is an error when a rule can never match, a warning otherwise; neither keeps a config from
    coming into force.
    """

    kind: Kind
    problem: Problem
    layer: str

    @property
    def grave(self) -> bool:
        return self.problem.severity is Severity.ERROR


def told(kind: Kind, written: Written, offset: int, what: str, hint: str, layer: str) -> Finding:
    """Return a finding about a character of a text, with the line as written."""
    return Finding(kind, written.problem(offset, what, hint, _severity(kind)), layer)


def told_at(kind: Kind, place: Place, what: str, hint: str, layer: str) -> Finding:
    """Return a finding about something that starts at a place."""
    return Finding(kind, Problem(place, what, hint, "", _severity(kind)), layer)


def _severity(kind: Kind) -> Severity:
    return Severity.ERROR if kind in (Kind.NEVER_TRUE, Kind.SHADOWED) else Severity.WARNING
