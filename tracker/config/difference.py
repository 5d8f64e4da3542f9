"""What changes when one config follows another, in a few plain lines. Pure; tells no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from tracker.config.scalars import as_duration
from tracker.config.values import Config
from tracker.model import Feed
from tracker.rules.source import EntitySource, RuleSource, SignalSource, TermSet

MOST_LINES = 10
_MOST_NAMES = 6
_KEYS = {"adaptive": "interval"}  # fields of a feed whose key in the config has another name


@dataclass(frozen=True, slots=True)
class _Off:
    """What of the pack was off, and what is."""

    before: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()


_NOTHING_OFF = _Off()


def difference(old: Config, new: Config) -> tuple[str, ...]:
    """One line per thing that changed: "feeds: +2 (a, b), -1 (c)", "poll.interval: 30m → 1h".

    At most MOST_LINES, the last one then says how many more there are. Empty when nothing changed.
    """
    lines = [*_settings(old, new), *_feeds(old, new), *_definitions(old, new)]
    if not lines and old.hash == new.hash and old != new:
        lines = ["a secret has a new value"]
    if len(lines) <= MOST_LINES:
        return tuple(lines)
    kept = lines[: MOST_LINES - 1]
    return (*kept, f"and {len(lines) - len(kept)} more changes")


# --- settings


def _settings(old: Config, new: Config) -> Iterator[str]:
    if old.contact != new.contact:
        yield f"contact: {old.contact or 'none'} → {new.contact or 'none'}"
    if old.database != new.database:
        yield "database: changed, from the next start on"
    if old.keep != new.keep:
        yield f"keep: {_span(old.keep)} → {_span(new.keep)}"
    yield from _values("poll", old.poll, new.poll)
    if old.digest.at != new.digest.at:
        yield f"digest.at: {_times(old)} → {_times(new)}"
    if old.digest.days != new.digest.days:
        yield f"digest.days: {_days(old)} → {_days(new)}"
    if old.digest.zone != new.digest.zone:
        yield f"digest.zone: {old.digest.zone} → {new.digest.zone}"
    # Signals that come or go are told below; here, whether those that stay changed places.
    both = set(old.digest.order) & set(new.digest.order)
    before, after = ([key for key in config.digest.order if key in both] for config in (old, new))
    if before != after:
        yield f"digest.order: now {_named(after)}"


def _values(where: str, old: Any, new: Any) -> Iterator[str]:
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after:
            yield f"{where}.{field.name}: {_value(before)} → {_value(after)}"


def _value(value: object) -> str:
    match value:
        case timedelta():
            return as_duration(value)
        case tuple():
            return _named(str(each) for each in value) or "none"
        case None:
            return "none"
        case _:
            return str(value)


def _span(keep: timedelta | None) -> str:
    return as_duration(keep) if keep is not None else "forever"


def _times(config: Config) -> str:
    return ", ".join(f"{at:%H:%M}" for at in config.digest.at) or "off"


def _days(config: Config) -> str:
    days = config.digest.days
    return "every day" if len(days) == 7 else ", ".join(day.name.lower() for day in days)


# --- feeds


def _feeds(old: Config, new: Config) -> Iterator[str]:
    before, after = ({feed.id: feed for feed in config.feeds} for config in (old, new))
    # What feeds take from elsewhere is told there, once: the defaults of `poll:`, the signals there are.
    defaults = {
        field.name: (getattr(old.poll, field.name), getattr(new.poll, field.name))
        for field in fields(old.poll)
    }
    signals = {*old.digest.order} & {*new.digest.order}

    def told(name: str, one: Any, two: Any) -> bool:
        if name == "carries":
            return bool(signals & {*one} ^ signals & {*two})
        return bool(one != two) and defaults.get(name) != (one, two)

    keys = {
        key: dict.fromkeys(
            _KEYS.get(f.name, f.name)
            for f in fields(Feed)
            if told(f.name, getattr(before[key], f.name), getattr(feed, f.name))
        )
        for key, feed in after.items()
        if key in before
    }
    changed = [f"{key} ({', '.join(names)})" for key, names in keys.items() if names]
    parts = [*_parts(before, after), *([f"changed {_named(changed)}"] if changed else [])]
    if parts:
        yield f"feeds: {', '.join(parts)}"


# --- definitions


def _definitions(old: Config, new: Config) -> Iterator[str]:
    was, now = old.definitions, new.definitions
    before, after = ({signal.key: signal for signal in each.signals} for each in (was, now))
    off = _Off(_silenced(old, "signal"), _silenced(new, "signal"))
    if parts := _parts(before, after, off):
        yield f"signals: {', '.join(parts)}"
    off = _Off(_silenced(old, "rule"), _silenced(new, "rule"))
    for key in (key for key in after if key in before):
        yield from _signal(before[key], after[key], off)
    yield from _changes("terms", was.terms, now.terms, _words)
    yield from _changes("groups", was.groups, now.groups, lambda types: types)
    yield from _changes("entities", was.entities, now.entities, _entity)


def _silenced(config: Config, kind: str) -> frozenset[str]:
    return frozenset(each.key for each in config.silenced if each.kind == kind and not each.replaced)


def _signal(old: SignalSource, new: SignalSource, off: _Off) -> Iterator[str]:
    prefix = f"{new.key}/"
    before, after = ({rule.id: rule for rule in signal.rules} for signal in (old, new))
    mine = _Off(
        *(
            frozenset(key.removeprefix(prefix) for key in keys if key.startswith(prefix))
            for keys in (off.before, off.now)
        )
    )
    yield from _changes(f"rules of {new.key}", before, after, _rule, mine)
    said = [name for name in ("title", "question") if getattr(old, name) != getattr(new, name)]
    if said:
        yield f"signal {new.key}: {' and '.join(said)} changed"


def _rule(rule: RuleSource) -> object:
    return (rule.when.text, rule.unless.text if rule.unless else None, rule.score)


def _words(terms: TermSet) -> object:
    return tuple(term.text for term in terms.terms)


def _entity(entity: EntitySource) -> object:
    return (entity.name, entity.type, entity.parent, frozenset(entity.aliases))


def _changes(
    what: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    said: Callable[[Any], object],
    off: _Off = _NOTHING_OFF,
) -> Iterator[str]:
    """What came, went and says something else, in one line."""
    changed = [key for key in new if key in old and said(old[key]) != said(new[key])]
    parts = [*_parts(old, new, off), *([f"changed {_named(changed)}"] if changed else [])]
    if parts:
        yield f"{what}: {', '.join(parts)}"


def _parts(old: Mapping[str, Any], new: Mapping[str, Any], off: _Off = _NOTHING_OFF) -> list[str]:
    """What came and went; what was or is only switched off is told as that."""
    come, gone = [key for key in new if key not in old], [key for key in old if key not in new]
    told = {
        "+": [key for key in come if key not in off.before],
        "-": [key for key in gone if key not in off.now],
        "restored ": [key for key in come if key in off.before],
        "silenced ": [key for key in gone if key in off.now],
    }
    return [
        f"{word}{_named(keys)}" if len(word) > 1 else f"{word}{len(keys)} ({_named(keys)})"
        for word, keys in told.items()
        if keys
    ]


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    return ", ".join(listed[:_MOST_NAMES]) + more
