"""Applies the rules in force to stored items: what a new rule finds, what a changed one no longer does.

Each item is matched as a poll would match it. What is found so is late: no edition announces it. The
work is done in steps, each kept; a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tracker.config.report import did_you_mean
from tracker.config.values import Config
from tracker.errors import TrackerError
from tracker.inforce import InForce, matcher
from tracker.model import Match
from tracker.rules.backtest import same_evidence
from tracker.store.store import Store
from tracker.store.values import Applied, KeptItem

STEP = 200
"""Items per step: some 20 ms of matching, so that a daemon goes on with its polls in between."""

EVER = datetime(1970, 1, 1, tzinfo=UTC)

UNDER_WAY = "apply"
"""The mark that says how far a run has come; empty when none is under way."""

_SAME_REQUEST = timedelta(days=1)
"""A run asked for again within this time ("the last 30 days", today and tomorrow) is the same run."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What to look at again: items first seen at `since` or later, for these signals, all in force."""

    since: datetime
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. items: that it looked at; after: the number of the last one.

    signals: what changed for each. resumed: an earlier run, that was stopped, is continued.
    """

    items: int = 0
    after: int = 0
    signals: Mapping[str, Applied] = field(default_factory=dict)
    resumed: bool = False
    done: bool = False

    def as_json(self) -> dict[str, Any]:
        """For programs, and for the daemon's answer."""
        signals = {key: asdict(applied) for key, applied in self.signals.items()}
        return {"items": self.items, "resumed": self.resumed, "signals": signals}


def reach_of(config: Config, signals: Sequence[str] | None, span: timedelta | None, now: datetime) -> Reach:
    """What somebody asks for. signals: None for all in force; span: how far back, None for everything.

    Raises TrackerError when there is no such signal.
    """
    known = [signal.key for signal in config.definitions.signals]
    for key in signals or ():
        if key not in known:
            hint = did_you_mean(key, known)
            raise TrackerError(f"there is no signal '{key[:60]}'" + (f" ({hint})" if hint else ""))
    wanted = tuple(key for key in known if signals is None or key in signals)
    return Reach(now - span if span is not None else EVER, wanted)


def apply_rules(store: Store, work: InForce, reach: Reach, now: datetime) -> Iterator[Progress]:
    """Apply the rules to stored items, step by step; the last progress is `done`.

    Between two steps anything may happen: items that come in meanwhile were matched as they came. But
    when another config comes into force, the caller must not take further steps.
    """
    begun = _Mark.read(store, work, reach)
    progress = Progress(after=begun.after, signals=_none(reach), resumed=begun.after > 0)
    matches = _matcher(work, reach)
    while not progress.done:
        kept = store.items_after(progress.after, begun.since, STEP)
        found = [(each, matches(each)) for each in kept if each.item.first_seen <= now]
        told = [(each.id, now_found) for each, now_found in found if _differs(each, now_found, reach)]
        if told:
            store.apply_matches(told, reach.signals, work.config.hash, now)
        progress = _advanced(progress, kept, found, reach)
        begun.write(store, progress, now)
        yield progress


def preview(store: Store, work: InForce, reach: Reach, now: datetime) -> Iterator[Progress]:
    """What `apply_rules` would do from the start, without doing it; a store that only reads will do."""
    progress, matches = Progress(signals=_none(reach)), _matcher(work, reach)
    while not progress.done:
        kept = store.items_after(progress.after, reach.since, STEP)
        found = [(each, matches(each)) for each in kept if each.item.first_seen <= now]
        progress = _advanced(progress, kept, found, reach)
        yield progress


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a run under way was asked for, and the last item that it has done."""

    config: str
    signals: tuple[str, ...]
    since: datetime
    after: int = 0

    @staticmethod
    def read(store: Store, work: InForce, reach: Reach) -> _Mark:
        """The run that was stopped, if it was asked the same; else a new one."""
        fresh = _Mark(work.config.hash, reach.signals, reach.since)
        try:
            found = json.loads(store.mark(UNDER_WAY) or "null")
            since = datetime.fromisoformat(found["since"])
            stopped = _Mark(found["config"], tuple(found["signals"]), since, int(found["after"]))
        except (ValueError, TypeError, KeyError):  # none, or one of another program version
            return fresh
        same = (stopped.config, stopped.signals) == (fresh.config, fresh.signals)
        return stopped if same and abs(stopped.since - fresh.since) < _SAME_REQUEST else fresh

    def write(self, store: Store, progress: Progress, now: datetime) -> None:
        text = json.dumps({**asdict(self), "since": self.since.isoformat(), "after": progress.after})
        store.put_mark(UNDER_WAY, "" if progress.done else text, now)


def _matcher(work: InForce, reach: Reach) -> Callable[[KeptItem], list[Match]]:
    """Finds what a poll by this config would find in an item."""
    find, wanted = matcher(work.ruleset, work.config.feeds), frozenset(reach.signals)
    return lambda kept: [match for match in find(kept.item) if match.signal in wanted]


def _differs(kept: KeptItem, matches: Sequence[Match], reach: Reach) -> bool:
    """Whether the store would change, be it only the hash of the rules that made a match."""
    free = {each.match.signal: each.match for each in kept.matches if each.edition is None}
    told = {each.match.signal for each in kept.matches if each.edition is not None}
    now = {match.signal: match for match in matches if match.signal not in told}
    return now != {key: match for key, match in free.items() if key in reach.signals}


def _advanced(
    progress: Progress,
    kept: Sequence[KeptItem],
    found: Sequence[tuple[KeptItem, Sequence[Match]]],
    reach: Reach,
) -> Progress:
    """After a step. What came in after the run began was matched as it came: there the run ends."""
    signals = dict(progress.signals)
    for each, matches in found:
        for key, applied in changes(each, matches, reach).items():
            signals[key] += applied
    return Progress(
        items=progress.items + len(found),
        after=kept[-1].id if kept else progress.after,
        signals=signals,
        resumed=progress.resumed,
        done=len(kept) < STEP or not found,
    )


def changes(kept: KeptItem, matches: Sequence[Match], reach: Reach) -> dict[str, Applied]:
    """Per signal, what these matches change about an item. What an edition has told of stays. Pure."""
    before = {each.match.signal: each for each in kept.matches if each.match.signal in reach.signals}
    after = {match.signal: match for match in matches}
    changed = dict.fromkeys((key for key in after if key not in before), Applied(gained=1))
    for key, old in before.items():
        if old.edition is not None:
            continue
        if key not in after:
            changed[key] = Applied(lost=1)
        elif not same_evidence(old.match, after[key]):
            changed[key] = Applied(changed=1)
    return changed


def _none(reach: Reach) -> dict[str, Applied]:
    return dict.fromkeys(reach.signals, Applied())
