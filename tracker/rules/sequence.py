"""In which order signals are compiled and evaluated: one that others ask for comes before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from tracker.errors import Problem
from tracker.rules.source import SignalSource, Written
from tracker.rules.tree import Expression, Told, leaves

_MOST_CYCLES = 10


@dataclass(frozen=True, slots=True)
class Parsed:
    """A rule's expression with its text."""

    tree: Expression
    written: Written


def in_sequence(
    signals: Sequence[SignalSource], parsed: Mapping[str, Sequence[Parsed]]
) -> tuple[list[SignalSource], list[Problem]]:
    """Return the signals with those first that others ask for, else as they were, and a problem per cycle.

    parsed: the expressions of each signal's rules.
    """
    asked = {signal.key: dict(_asked(parsed.get(signal.key, ()))) for signal in signals}
    if not any(asked.values()):
        return list(signals), []
    by_key = {signal.key: signal for signal in signals}
    wanted = {key: {other for other in others if other in by_key} for key, others in asked.items()}
    problems: list[Problem] = []
    while len(problems) < _MOST_CYCLES:
        try:
            order = list(TopologicalSorter(wanted).static_order())
        except CycleError as error:
            cycle = _from_first(list(reversed(error.args[1][1:])), list(by_key))
            problems.append(_told(cycle, asked))
            wanted[cycle[-1]].discard(cycle[0])
        else:
            return [by_key[key] for key in order], problems
    return list(signals), problems


def _asked(expressions: Sequence[Parsed]) -> Iterator[tuple[str, tuple[Parsed, Told]]]:
    for parsed in reversed(expressions):  # of equal keys a dict keeps the last: the first written
        for leaf in reversed([leaf for leaf in leaves(parsed.tree) if isinstance(leaf, Told)]):
            yield leaf.key, (parsed, leaf)


def _from_first(cycle: list[str], order: list[str]) -> list[str]:
    """Turn a cycle so that the signal written first begins it."""
    at = cycle.index(min(cycle, key=order.index))
    return cycle[at:] + cycle[:at]


def _told(cycle: list[str], asked: Mapping[str, Mapping[str, tuple[Parsed, Told]]]) -> Problem:
    parsed, leaf = asked[cycle[0]][cycle[1] if len(cycle) > 1 else cycle[0]]
    path = " -> ".join((*cycle, cycle[0]))
    what = "signals ask for each other" if len(cycle) > 1 else "a signal asks for itself"
    return parsed.written.problem(leaf.start, f"{what}: {path}", "take `signal:` out of one of the rules")
