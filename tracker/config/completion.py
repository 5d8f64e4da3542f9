"""The JSON Schema of config.yaml, made from the models: what editors complete, explain and underline.

It knows less than `tracker check`: no bounds of durations, no names that refer to each other, no rules.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from tracker.config import schema
from tracker.config.explained import EXPLAINED
from tracker.config.schema import ConfigPart, Part, SetPart

FILE = "config.schema.json"
"""The name under which `tracker init` puts it beside a config."""

MODELINE = "# yaml-language-server: $schema="
"""A first line of a YAML file by which editors find its schema."""

_Json = dict[str, Any]

# Plain texts of YAML may look like numbers to an editor; to us every one is the text as written.
_TEXT: _Json = {"type": ["string", "number", "boolean"]}
_DURATION: _Json = {
    "type": "string",
    "minLength": 2,
    "pattern": r"^\s*(\d{1,9}\s*d)?\s*(\d{1,9}\s*h)?\s*(\d{1,9}\s*m(in)?)?\s*(\d{1,9}\s*s)?\s*$",
}
_TIME: _Json = {"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d$"}
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS += ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAYS += ["weekdays", "weekends", "daily"]
_DAY: _Json = {"enum": [*_DAYS, *(day.capitalize() for day in _DAYS)]}


def _whole(low: int, high: int) -> _Json:
    return {"type": ["integer", "string"], "minimum": low, "maximum": high, "pattern": r"^\d{1,9}$"}


# By the types of `schema`; the others say what they are themselves.
_KINDS: dict[Any, _Json] = {
    schema.Words: _TEXT,
    schema.Scalar: _TEXT,
    schema.Expression: _TEXT,
    schema.Term: {**_TEXT, "pattern": "^[^，、]*$"},
    schema.Name: {**_TEXT, "pattern": r"^\S{1,80}$"},
    schema.Flag: {"enum": [True, False, "yes", "no", "on", "off"]},
    schema.Interval: {**_DURATION, "examples": ["15m", "30m", "2h", "1d"]},
    schema.Deadline: {**_DURATION, "examples": ["10s", "30s", "2m"]},
    schema.Spacing: {**_DURATION, "examples": ["0s", "1s", "10s"]},
    schema.Size: {
        "type": "string",
        "pattern": r"^\s*\d{1,9}(\.\d{1,3})?\s*(B|kB|KB|MB|GB|KiB|MiB|GiB)\s*$",
        "examples": ["500 kB", "10 MB"],
    },
    schema.Score: {
        "type": ["number", "string"],
        "minimum": 0.1,
        "maximum": 100,
        "pattern": r"^\+?\d{1,9}(\.\d{1,6})?$",
    },
    schema.Few: _whole(1, 16),
    schema.Many: _whole(1, 1_000),
    schema.Times: {
        "anyOf": [_TIME, {"type": "array", "minItems": 1, "items": _TIME}, {"enum": ["off", "never", False]}],
        "examples": ["07:00", ["07:00", "19:00"], "off"],
    },
    schema.Days: {"anyOf": [_DAY, {"type": "array", "minItems": 1, "items": _DAY}]},
    schema.Keep: {"anyOf": [_DURATION, {"enum": ["forever"]}], "examples": ["90d", "365d", "forever"]},
    schema.Zone: {
        "type": "string",
        "pattern": r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$",
        "examples": ["UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai"],
    },
    schema.Url: {"type": "string", "pattern": r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\s]+([/?#].*)?$"},
    schema.Allow: {
        "type": "string",
        "pattern": r":\d{1,5}\s*$",
        "examples": ["127.0.0.1:8300", "10.0.0.0/8:80"],
    },
}

# Where a key takes less than its type says.
_KEYS: dict[str, _Json] = {
    "ConfigPart.use": {"enum": ["ai-industry", "ai-industry/signals", "none"]},
    "FeedPart.tls": {"enum": ["verified", schema.UNVERIFIED]},
    "FeedPart.lang": {**_TEXT, "examples": ["en", "zh", "de"]},
}
_PRIVATE = {"from_pack"}


def json_schema() -> str:
    """The schema as the text of a JSON file."""
    parts: dict[str, _Json] = {}
    root = _part(ConfigPart, parts)
    whole = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Tracker's config.yaml",
        **root,
        "type": "object",  # an empty file is refused
        "definitions": dict(sorted(parts.items())),
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _part(kind: type[Part], parts: dict[str, _Json]) -> _Json:
    """A model as an object schema; models that it refers to are put into `parts`."""
    hints = get_type_hints(kind, include_extras=True)
    keys: dict[str, _Json] = {}
    for name, field in kind.model_fields.items():
        key = field.alias or name
        if key not in _PRIVATE:
            said = _KEYS.get(f"{kind.__name__}.{name}") or _kind(hints[name], parts)
            keys[key] = {"description": EXPLAINED[kind.__name__][key], **said}
    required = [field.alias or name for name, field in kind.model_fields.items() if field.is_required()]
    return {
        "type": ["object", "null"] if not required else "object",
        "additionalProperties": False,
        **({"required": required} if required else {}),
        "properties": keys,
    }


def _kind(kind: Any, parts: dict[str, _Json]) -> _Json:
    """What a type of `schema` lets through."""
    if kind in _KINDS:
        return _KINDS[kind]
    arguments = get_args(kind)
    if get_origin(kind) is not Annotated and type(None) in arguments:
        return _kind(_present(arguments), parts)
    inner = arguments[0] if get_origin(kind) is Annotated else kind
    if inner is SetPart and inner is not kind:  # `name: [a, b]` is short for the whole set
        return {"anyOf": [_list(schema.Term, parts), _reference(SetPart, parts)]}
    if get_origin(inner) is tuple:
        return _list(get_args(inner)[0], parts)
    if get_origin(inner) is dict:
        return {"type": ["object", "null"], "additionalProperties": _kind(get_args(inner)[1], parts)}
    if issubclass(inner, Enum):
        return {"enum": [each.value for each in inner]}
    return _reference(inner, parts)


def _present(arguments: tuple[Any, ...]) -> Any:
    return Union[tuple(each for each in arguments if each is not type(None))]  # noqa: UP007  of a computed tuple


def _list(entry: Any, parts: dict[str, _Json]) -> _Json:
    return {"type": ["array", "null"], "items": _kind(entry, parts)}


def _reference(kind: type[Part], parts: dict[str, _Json]) -> _Json:
    """By name. In draft 7 what stands beside a $ref is not read, so it is wrapped."""
    if kind.__name__ not in parts:
        parts[kind.__name__] = {}
        parts[kind.__name__] = _part(kind, parts)
    return {"allOf": [{"$ref": f"#/definitions/{kind.__name__}"}]}
