"""The JSON Schema for editors: it is the published one, lets good configs through and refuses bad ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tracker import shipped
from tracker.config.completion import MODELINE, json_schema
from tracker.config.explained import EXPLAINED
from tracker.config.schema import ConfigPart, Part

from . import test_config_canonical  # isort: skip

ROOT = Path(__file__).parents[2]
BAD = Path(__file__).parent / "bad"
# What only `tracker check` can know: bounds, names that refer to each other, what is not there, secrets.
BEYOND = {
    "database-password",
    "database-query-password",
    "database-unknown",
    "escaped-control-character",
    "feed-incomplete",
    "feeds-twice",
    "headers",
    "includes",
    "interval-out-of-bounds",
    "names-of-signals",
    "pack-terms",
    "quoted-start",
    "secrets-missing",
    "silence-what-is-not-there",
    "unquoted-comment",
    "url-private",
}


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    made = json.loads(json_schema())
    Draft7Validator.check_schema(made)
    return Draft7Validator(made)


def read(text: str) -> Any:
    """As an editor reads it: YAML 1.2, with types."""
    return YAML(typ="safe", pure=True).load(text)


def faults(validator: Draft7Validator, text: str) -> list[str]:
    return [f"{'/'.join(map(str, each.path))}: {each.message}" for each in validator.iter_errors(read(text))]


def test_the_published_file_is_the_one_that_the_program_prints() -> None:
    published = (ROOT / "docs" / "config.schema.json").read_text("utf-8")

    assert published == json_schema(), "run `tracker schema > docs/config.schema.json`"


def test_the_shipped_config_names_it_and_is_valid(validator: Draft7Validator) -> None:
    text = shipped.config().read_text("utf-8")

    named = ROOT / text.split("\n")[0].removeprefix(MODELINE)
    assert named == ROOT / "docs" / "config.schema.json"
    assert faults(validator, text) == []


def test_what_the_shipped_config_has_commented_out_is_valid(validator: Draft7Validator) -> None:
    text = shipped.config().read_text("utf-8")
    digest = re.findall(r"^  # ((?:at|days|order): .*)", text, re.M)
    keep = re.findall(r"^# (keep: .*)", text, re.M)

    assert (len(digest), len(keep)) == (3, 1)
    assert faults(validator, "\n".join(["digest:", *(f"  {line}" for line in digest), *keep])) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(test_config_canonical.RICH, id="a config with everything in it"),
        "feeds:\nterms:\npoll:\n",
        "digest: {at: [7:00, '19:30'], days: [Mon, friday], zone: Asia/Shanghai}\n",
        "digest: {at: off, days: weekdays}\nkeep: forever\n",
        "keep: 90d\npoll: {interval: 1h30m, max_bytes: 1.5 MB, per_host: 16, allow: ['[::1]:8300']}\n",
        "feeds: [{id: ab, off: yes}, {name: 007, url: 'http://example.com:8080', tier: trade, panel: ai}]\n",
        "terms: {cut: {+: [trims], -: [cuts]}, version: [1.10, 12:30, no]}\n",
    ],
)
def test_a_good_config_is_valid(validator: Draft7Validator, text: str) -> None:
    assert faults(validator, text) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.yaml") if path.stem not in BEYOND))
def test_a_bad_config_is_refused_where_a_schema_can_know(validator: Draft7Validator, name: str) -> None:
    try:
        refused = faults(validator, (BAD / f"{name}.yaml").read_text("utf-8"))
    except (YAMLError, ValueError):
        return  # an editor underlines what is no YAML without any schema

    assert refused


@pytest.mark.parametrize(
    "text",
    [
        "poll: {interval: 30}",
        "poll: {interval: soon}",
        "poll: {per_host: 17}",
        "poll: {max_bytes: 10 apples}",
        "digest: {at: 24:00}",
        "digest: {at: []}",
        "digest: {days: [mo]}",
        "digest: {zone: ../../etc/hosts}",
        "keep: long",
        "feeds: [{name: A, url: example.com/feed}]",
        "feeds: [{name: A, urls: https://example.com/feed}]",
        "feeds: [{name: A, tier: offical}]",
        "feeds: [{name: A, off: maybe}]",
        "terms: {a: [one，two]}",
        "signals: {s: {rules: [{when: a}]}}",
        "signals: {s: {rules: [{id: r, when: a, score: 0}]}}",
        "use: ai-industri",
        "contacts: me",
        "contact: [me]",
        "- feeds",
    ],
)
def test_a_slip_is_underlined(validator: Draft7Validator, text: str) -> None:
    assert len(faults(validator, text)) >= 1


def models(kind: type[Part], seen: dict[str, type[Part]]) -> dict[str, type[Part]]:
    """A model and those that it is made of."""

    def inside(annotation: Any) -> None:
        is_part = isinstance(annotation, type) and issubclass(annotation, Part)
        if is_part and annotation.__name__ not in seen:
            models(annotation, seen)
        for inner in get_args(annotation):
            inside(inner)

    seen[kind.__name__] = kind
    for field in kind.model_fields.values():
        inside(field.annotation)
    return seen


def test_every_key_is_explained_and_nothing_else() -> None:
    keys = {
        name: {field.alias or key for key, field in kind.model_fields.items()} - {"from_pack"}
        for name, kind in models(ConfigPart, {}).items()
    }

    assert {name: set(said) for name, said in EXPLAINED.items()} == keys
