"""Gives composed files their meaning, and tells pydantic's faults in plain words at the user's place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from tracker.config.nodes import Keys, place_of
from tracker.config.report import Report, did_you_mean
from tracker.config.scalars import Wrong
from tracker.config.schema import DigestPart, Part, PollPart, SignalPart

_Part = TypeVar("_Part", bound=Part)
_DEFINITIONS = ("terms", "groups", "entities", "signals", "rules")
_Location = tuple[str | int, ...]


def read(kind: type[_Part], root: Keys, report: Report) -> _Part | None:
    """Read a composed file. What is wrong is reported and left out, so that the rest is checked, too.

    Returns None when what was left out is needed.
    """
    try:
        return kind.model_validate(root)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
    for fault in faults:
        place = place_of(root, fault["loc"], of_key=fault["type"] == "extra_forbidden")
        what, hint = _in_plain_words(kind, fault["type"], fault["loc"], fault.get("ctx", {}))
        report.error(place, what, hint)
    # From the last to the first, so that the indexes of a list stay true.
    for location in sorted({_unit(fault["loc"]) for fault in faults}, key=_order, reverse=True):
        root.leave_out(location)
        report.left_out |= location[0] in _DEFINITIONS
    try:
        return kind.model_validate(root)
    except ValidationError:
        return None


def _unit(location: _Location) -> _Location:
    """The smallest part that makes sense without the fault: a feed, rule, entity or set, else the key."""
    match location:
        case ("signals", str(key), "rules", int(index), *_):
            return ("signals", key, "rules", index)
        case ("rules", int(index), *_):
            return ("rules", index)
        case ("feeds" | "terms" | "groups" | "entities" | "signals" as section, entry, *_):
            return (section, entry)
        case _:
            return location


def _order(location: _Location) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in location)


def _in_plain_words(
    kind: type[Part], fault: str, location: _Location, context: dict[str, Any]
) -> tuple[str, str]:
    keys = [step for step in location if isinstance(step, str) and step not in ("=", "[key]")]
    key = keys[-1][:60] if keys else ""
    match fault:
        case "extra_forbidden":
            return f"unknown key '{key}'", _right_key(kind, location, key)
        case "missing":
            return f"'{key}' is missing", ""
        case _:
            wrong = context.get("error")
            hint = wrong.hint if isinstance(wrong, Wrong) else ""
            said = str(wrong) if wrong is not None else fault
            return said if "[key]" in location or not key else f"{key}: {said}", hint


def _right_key(kind: type[Part], location: Sequence[str | int], key: str) -> str:
    """What was meant: a key that looks like it, or the place where this one belongs."""
    elsewhere: dict[str, type[Part]] = {"poll": PollPart, "digest": DigestPart, "signals: NAME": SignalPart}
    for name, part in elsewhere.items() if len(location) == 1 else ():
        if key in part.model_fields:
            return f"it belongs under `{name}:`"
    return did_you_mean(key, _known_keys(kind, location[:-1]))


def _known_keys(kind: type[Part], location: Sequence[str | int]) -> list[str]:
    """The keys that the mapping at a location may have."""
    part = kind
    for step in location:
        field = _field(part, step) if isinstance(step, str) else None
        if field is not None:
            part = _part_of(field.annotation) or part
    fields = part.model_fields.items()
    return sorted({field.alias or name for name, field in fields} - {"=", "from_pack"})


def _field(part: type[Part], key: str) -> FieldInfo | None:
    return next((field for name, field in part.model_fields.items() if key in (name, field.alias)), None)


def _part_of(annotation: Any) -> type[Part] | None:
    """The model inside a type such as `tuple[FeedPart, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part_of(inner))), None)
