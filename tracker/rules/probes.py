"""What rules ask beyond literals, numbered while rules are compiled: patterns, figures, other signals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from tracker.errors import Problem
from tracker.model import Field, FigureKind
from tracker.rules.inquiry import FIRST_PROBE, FIRST_SIGNAL, Probe
from tracker.rules.lexicon import FIELD_NUMBERS, atom
from tracker.rules.literals import Literal, Zone
from tracker.rules.needles import needle
from tracker.rules.patterns import Pattern, compile_pattern
from tracker.rules.vocabulary import Vocabulary

_Notice = tuple[str, str] | None
_ANY_TEXT = "this pattern finds every text", "say what the text must hold"


class Probes:
    """Numbers what the rules of one config ask. warnings: what is odd but can be in force.

    signals: the number of each signal. asked: those that rules asked for.
    """

    def __init__(self, signals: Iterable[str]) -> None:
        self.warnings: list[Problem] = []
        self.signals: Mapping[str, int] = {key: number for number, key in enumerate(signals)}
        self.asked: set[int] = set()
        self._numbers: dict[Probe, int] = {}
        self._patterns: dict[tuple[str, bool], Pattern] = {}
        self._hashes: dict[str, list[str]] = {}

    @property
    def all(self) -> tuple[Probe, ...]:
        """Everything that is looked for, by number."""
        return tuple(self._numbers)

    def pattern(
        self, text: str, *, any_case: bool, fields: tuple[Field, ...], vocabulary: Vocabulary
    ) -> tuple[frozenset[int], frozenset[int], _Notice]:
        """Return the atoms of a pattern, those of a text that stands wherever it matches, and what is odd.

        Raises PatternError.
        """
        key = (text, any_case)
        if key not in self._patterns:
            self._patterns[key] = compile_pattern(text, any_case=any_case)
        pattern = self._patterns[key]
        needed = needle(pattern.text)
        needs: frozenset[int] = frozenset()
        if needed:
            number = vocabulary.number(Literal(needed, Zone.FOLDED))
            needs = frozenset(vocabulary.atoms((number,), fields))
        return self._atoms(pattern, fields), needs, _ANY_TEXT if pattern.all_texts else None

    def kind(self, kind: FigureKind, fields: tuple[Field, ...]) -> frozenset[int]:
        """Return the atoms of the figures of a kind."""
        return self._atoms(kind, fields)

    def told(self, key: str) -> frozenset[int]:
        """Return the atom of a signal; none for one that is off: it is never shown."""
        if key not in self.signals:
            return frozenset()
        self.asked.add(self.signals[key])
        return frozenset((atom(FIRST_SIGNAL + self.signals[key], 0),))

    def compiled(self, key: str, rule_hash: str) -> None:
        """Take in a rule of a signal; signals come before those that ask for them."""
        self._hashes.setdefault(key, []).append(rule_hash)

    def has_rules(self, key: str) -> bool:
        """Return whether a signal has a rule that can show it."""
        return key in self._hashes

    def meaning(self, key: str) -> str:
        """Return a signal's key with all that its rules expand to."""
        return f"{key} {hashlib.sha256(' '.join(sorted(self._hashes.get(key, ()))).encode()).hexdigest()}"

    def _atoms(self, probe: Probe, fields: tuple[Field, ...]) -> frozenset[int]:
        number = FIRST_PROBE + self._numbers.setdefault(probe, len(self._numbers))
        return frozenset(atom(number, FIELD_NUMBERS[field]) for field in fields)
