"""The pack is composed by libyaml: the same nodes at the same places, mistakes in the same words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tracker import shipped
from tracker.config.compose import compose, compose_shipped, source_of
from tracker.config.files import read_pack
from tracker.config.nodes import Items, Keys, Node, Source
from tracker.config.report import Report
from tracker.errors import ConfigError, Place

HERE = Path(__file__).parent
SHIPPED = [shipped.config(), *sorted(shipped.seeds().rglob("*.yaml"))]
WRITTEN = [*sorted((HERE / "pack").rglob("*.yaml")), *sorted((HERE / "bad").glob("*.yaml"))]

EVERY_KIND = b"""\
plain: one two # a comment
'single': 'it''s'
"double": "caf\\u00e9 \\
  and on"
lines: one
  two

  three
quoted nothing: ''
block: |2-
    indented
  not
folded: >+
  one
  two

flow: {a: [b, "c", 'd'], e: {}, f: []}   # \xe9\x99\x8d\xe4\xbb\xb7
\xe6\x9d\xa1\xe6\xac\xbe: [\xe9\x99\x8d\xe4\xbb\xb7, no, 1.10, 12:30, ~]
list:
- - a
  - b: c
    d: e
"""


def drawn(node: Node) -> object:
    """A node and all below it as plain values: texts, how they are written, where they start and end."""
    match node:
        case Keys():
            return node.place, node.places, [(key, drawn(inner)) for key, inner in node.items()]
        case Items():
            return node.place, [drawn(inner) for inner in node]
        case _:
            return node.text, node.style, node.start, node.end, node.written()


def told(way: Callable[[Source], Keys], source: Source) -> object:
    """What comes of a file: its nodes, or what is said about it."""
    try:
        return drawn(way(source))
    except ConfigError as error:
        return error.problems


def assert_both_ways_agree(path: Path) -> None:
    try:
        source = source_of(path.read_bytes(), path, path.name)
    except ConfigError:  # no text at all: nothing to compose
        return
    assert told(compose_shipped, source) == told(compose, source), path.name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_is_the_same_tree_both_ways(path: Path) -> None:
    source = source_of(path.read_bytes(), path, path.name)

    assert drawn(compose_shipped(source)) == drawn(compose(source))


def test_every_way_to_write_yaml_is_the_same_tree_both_ways() -> None:
    source = source_of(EVERY_KIND, None, "kinds.yaml")

    assert drawn(compose_shipped(source)) == drawn(compose(source))


def test_only_a_value_left_out_has_another_place() -> None:
    source = source_of(b"a:\nb: c\n", None, "c.yaml")

    assert [node["a"].blank for node in (compose_shipped(source), compose(source))] == [True, True]
    assert compose_shipped(source)["a"].place == Place("c.yaml", 1, 3)
    assert compose(source)["a"].place == Place("c.yaml", 2, 1)


def test_where_there_is_no_libyaml_the_pack_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)  # importing it fails, as where it was built without
    source = source_of(EVERY_KIND, None, "kinds.yaml")

    assert drawn(compose_shipped(source)) == drawn(compose(source))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_a_mistake_is_told_in_the_same_words_both_ways(path: Path) -> None:
    assert_both_ways_agree(path)


def test_the_shared_cases_are_the_same_both_ways(shared: Path) -> None:
    cases = sorted((shared / "faults" / "cases" / "config").glob("*.yaml"))
    small = [path for path in cases if path.stat().st_size < 100_000]  # seconds for 5,000 feeds of one shape

    assert len(small) >= 40
    for path in small:
        assert_both_ways_agree(path)


def test_a_broken_file_of_the_pack_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "signals").mkdir()
    (tmp_path / "pack.yaml").write_text("name: small\nsignals: []\n", "utf-8")
    (tmp_path / "terms.yaml").write_text("terms:\n  act: [subpoena*, *]\n", "utf-8")
    (tmp_path / "entities.yaml").write_text("entities:\n  acme: {name: Acme, name: Acme}\n", "utf-8")
    report = Report()

    read_pack(tmp_path, report)

    with pytest.raises(ConfigError) as caught:
        report.check()
    assert [f"{each.place}: {each.what}" for each in caught.value.problems] == [
        "seeds/entities.yaml:2:22: 'name' is written twice",
        "seeds/terms.yaml:2:21: '*' starts a YAML alias",
    ]
