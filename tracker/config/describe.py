"""Says which rules of a signal are in force and where each line comes from (`tracker rules show`). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from tracker.config.report import did_you_mean
from tracker.config.values import Config, Silenced
from tracker.errors import Place, TrackerError
from tracker.rules.source import RuleSource, SignalSource, TermSet, Written

_TERMS = re.compile(r"\$(\w[\w.-]*)")
_WIDTH = 100


def describe_rules(config: Config, key: str) -> str:
    """A signal as YAML, each part with its origin; what is silenced or replaced stands there as off.

    Raises TrackerError when there is no such signal.
    """
    off = {one.key: one for one in config.silenced if one.kind == "signal"}
    if key in off:
        return (
            f"{key}:{_from_pack(off[key].place)}\n  title: {off[key].text}\n  off: true{_yours(off[key].by)}"
        )
    signals = {signal.key: signal for signal in config.definitions.signals}
    if key not in signals:
        hint = did_you_mean(key, signals)
        raise TrackerError(f"there is no signal '{key[:60]}'" + (f" ({hint})" if hint else ""))
    return "\n".join(_signal(config, signals[key]))


def _signal(config: Config, signal: SignalSource) -> Iterator[str]:
    yield f"{signal.key}:{_origin(signal.layer, signal.place)}"
    yield f"  title: {signal.title}"
    if signal.question:
        yield f"  question: {signal.question}"
    yield "  rules:"
    for rule in signal.rules:
        yield from _rule(rule)
    for silent in config.silenced:
        if silent.kind == "rule" and silent.key.partition("/")[0] == signal.key:
            yield from _silenced(silent)
    used = _used(signal.rules, config)
    if used:
        yield "terms:"
    for terms in used:
        yield from _terms(terms)


def _rule(rule: RuleSource) -> Iterator[str]:
    yield f"    - id: {rule.id}{_origin(rule.layer, rule.place)}"
    yield from _block("when", rule.when)
    if rule.unless is not None:
        yield from _block("unless", rule.unless)
    yield f"      score: {rule.score:g}"


def _block(name: str, written: Written) -> Iterator[str]:
    yield f"      {name}: |"
    for line in written.text.split("\n"):
        yield f"        {line}"


def _silenced(silent: Silenced) -> Iterator[str]:
    yield f"    - id: {silent.key.partition('/')[2]}{_from_pack(silent.place)}"
    verb = "replaced" if silent.replaced else "silenced"
    yield f"      off: true{_yours(silent.by, f', {verb} here')}"


def _used(rules: Iterable[RuleSource], config: Config) -> list[TermSet]:
    """The sets that the rules name, in order of appearance."""
    texts = (text.text for rule in rules for text in (rule.when, rule.unless) if text is not None)
    names = dict.fromkeys(name for text in texts for name in _TERMS.findall(text))
    return [config.definitions.terms[name] for name in names if name in config.definitions.terms]


def _terms(terms: TermSet) -> Iterator[str]:
    """A set with its words grouped by the file that they come from."""
    yield f"  {terms.name}:"
    for file, group in groupby(terms.terms, key=lambda word: word.file):
        words = list(group)
        place = words[0].at(0)
        comment = _from_pack(place) if file.startswith("seeds/") else _yours(place)
        line = ""
        for word in words:
            if line and len(line) + len(word.text) > _WIDTH:
                yield f"    - [{line}]{comment}"
                line, comment = "", ""
            line += f", {word.text}" if line else word.text
        yield f"    - [{line}]{comment}"


def _origin(layer: str, place: Place) -> str:
    return _from_pack(place) if layer == "pack" else _yours(place)


def _from_pack(place: Place) -> str:
    return f"  # pack {place.file}:{place.line}"


def _yours(place: Place, what: str = "") -> str:
    return f"  # yours {place.file}:{place.line}{what}"
