"""The shipped config.yaml loads, its commented lines, too; the shared cases are refused in clear lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tracker import shipped
from tracker.config.load import load_config
from tracker.config.values import Config
from tracker.errors import ConfigError
from tracker.rules import check_examples, compile_rules

Load = Callable[..., Config]

COMMENTED = re.compile(r"^(\s*)# (\s*(?:- |[a-z_]+:(?: |$)).*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def config() -> Config:
    """The shipped config.yaml, loaded."""
    return load_config(shipped.config(), env={}, seeds=shipped.seeds())


def test_it_loads_without_a_warning(config: Config) -> None:
    assert config.warnings == ()


@pytest.mark.parametrize("key", ["pricing", "talent", "regulation"])
def test_the_users_own_layer_is_in_force(config: Config, key: str) -> None:
    (signal,) = (signal for signal in config.definitions.signals if signal.key == key)

    assert [rule for rule in signal.rules if rule.layer == "user" and rule.examples]
    assert [rule for rule in signal.rules if rule.layer == "pack"]


def test_a_set_of_the_pack_is_extended(config: Config) -> None:
    layers = {name: terms.layer for name, terms in config.definitions.terms.items()}

    assert "user" in layers.values()


def test_what_is_commented_out_works_when_it_is_switched_on(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    text, switched = COMMENTED.subn(r"\1\2", shipped.config().read_text("utf-8"))
    path.write_text(text, "utf-8")

    config = load_config(path, env={}, seeds=shipped.seeds())

    assert switched > 15
    assert config.contact == "you@example.org"
    assert [silent.kind for silent in config.silenced] == ["rule", "feed"]


def shared_cases(shared: Path) -> list[Path]:
    return sorted((shared / "faults" / "cases" / "config").glob("*.yaml"))


def test_every_shared_case_loads_or_ends_in_clear_lines(shared: Path, pack: Path) -> None:
    assert len(shared_cases(shared)) > 40
    for path in shared_cases(shared):
        with pytest.raises(ConfigError) as caught:
            load_config(path, env={}, seeds=pack)

        for problem in caught.value.problems:
            assert problem.place.file == str(path), path.name
            assert problem.what, path.name
        assert "S3CRET" not in str(caught.value), path.name
    assert not Path("/tmp/PWNED_feedtest").exists()
    assert not Path("/tmp/PWNED").exists()


def test_a_shared_case_starts_once_its_rules_are_in_our_language(shared: Path, load: Load) -> None:
    data = (shared / "faults" / "cases" / "config" / "yaml-bom-crlf.yaml").read_bytes()
    ours = data[: data.index(b"rules:")] + b'poll: {allow: ["127.0.0.1:8199"]}\r\n'

    assert [feed.id for feed in load(ours).feeds] == ["a"]


def test_no_feed_url_that_must_be_refused_by_its_spelling_is_taken(shared: Path, load: Load) -> None:
    rows = (shared / "faults" / "cases" / "urls" / "urls.tsv").read_text("utf-8").split("\n")[1:]
    for row in filter(None, rows):
        name, written, verdict, *_ = row.split("\t")
        if verdict == "refuse":
            with pytest.raises(ConfigError) as caught:
                load(f"feeds: [{{name: A, url: {json.dumps(json.loads(written))}}}]\n")
            assert len(caught.value.problems) == 1, name


def test_the_examples_of_the_shipped_config_hold(config: Config) -> None:
    problems = check_examples(compile_rules(config.definitions), config.definitions)

    assert [str(problem) for problem in problems] == []
