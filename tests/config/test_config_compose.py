"""A file becomes nodes: every scalar stays text with its place; what is no plain YAML text is refused."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.config.compose import compose, read_source, source_of
from tracker.config.nodes import Items, Keys, Node, Text
from tracker.errors import ConfigError

QUOTES = " (put the text in quotes)"
BLOCK = " (put the text in quotes or in a | block)"


def composed(text: str | bytes) -> Keys:
    return compose(source_of(text if isinstance(text, bytes) else text.encode(), None, "c.yaml"))


def at(root: Node, *path: str | int) -> Text:
    for step in path:
        assert isinstance(root, Keys | Items)
        root = root[step]  # type: ignore[index, call-overload]
    assert isinstance(root, Text)
    return root


def refusal(text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        composed(text)
    assert len(caught.value.problems) == 1
    return str(caught.value).split("\n")[0]


@pytest.mark.parametrize(
    "written",
    [
        "no",
        "on",
        "off",
        "y",
        "null",
        "~",
        "1.10",
        "0x1F",
        "12:30",
        "007",
        "1_000",
        "2025-01-01",
        ".inf",
        "1e3",
        "=",
        "<<",
    ],
)
def test_a_scalar_stays_what_it_looks_like(written: str) -> None:
    root = composed(f"a: [{written}]\nb: {written}\n")

    assert (at(root, "a", 0).text, at(root, "b").text) == (written, written)


@pytest.mark.parametrize(
    ("text", "needle", "place"),
    [
        pytest.param("a: one two\n", "two", (1, 8), id="plain"),
        pytest.param("a: 'one two'\n", "two", (1, 9), id="single quotes"),
        pytest.param('a: "one two"\n', "two", (1, 9), id="double quotes"),
        pytest.param("a: |\n  one\n    two\n  three\n", "two", (3, 5), id="an indented line of a block"),
        pytest.param("a: |\n\n  one\n\n  two\n", "two", (5, 3), id="a block with empty lines"),
        pytest.param("a: |2-\n    one\n  two\n", "two", (3, 3), id="a block with its own indentation"),
        pytest.param("a: >\n  one\n  two\n\n  three\n", "two", (3, 3), id="a folded block"),
        pytest.param("a: one\n  two\n  three\nb: c\n", "three", (3, 3), id="plain over several lines"),
        pytest.param("a: 'one\n\n  two'\n", "two", (3, 3), id="quotes over several lines"),
        pytest.param("a: 降价 two\r\n", "two", (1, 7), id="Han characters count as one column"),
        pytest.param("\ufeffa: two\n", "two", (1, 4), id="a byte order mark takes no column"),
    ],
)
def test_every_character_of_a_text_has_its_place(text: str, needle: str, place: tuple[int, int]) -> None:
    written = at(composed(text), "a").written()

    found = written.at(written.text.index(needle))

    assert (found.line, found.column) == place


def test_line_ends_of_any_kind_are_line_ends() -> None:
    root = composed(b"a: |\r\n  one\r\n  two\r\nb: c\r\n")

    assert (at(root, "a").text, at(root, "b").text) == ("one\ntwo\n", "c")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "a: Größe\n".encode("latin-1"),
            "c.yaml:1:6: byte 0xf6 is not UTF-8 (save it as UTF-8)",
            id="latin-1",
        ),
        pytest.param(
            "a: b\n".encode("utf-16"), "c.yaml:1:1: this file is UTF-16 (save it as UTF-8)", id="utf-16"
        ),
        pytest.param(b"a: b\nc: \x00d\n", "c.yaml:2:4: control character U+0000 (remove it)", id="NUL"),
        pytest.param(b"\x7fELF\x02\x01", "c.yaml:1:1: control character U+007F (remove it)", id="a binary"),
        pytest.param(
            "a: b\u2028c\n", "c.yaml:1:5: control character U+2028 (remove it)", id="an unseen line end"
        ),
        pytest.param(
            "a: " + "[" * 50_000, "c.yaml:1:19: nested deeper than 16 levels", id="a pit of brackets"
        ),
        pytest.param(
            "".join(f"{' ' * n}a:\n" for n in range(5_000)),
            "c.yaml:17:17: nested deeper than 16 levels",
            id="a pit of keys",
        ),
        pytest.param(
            "a: [" + "1," * 250_000,
            "c.yaml:1:199999: more than 100,000 entries (move parts into files of `include:`)",
            id="a sea of entries",
        ),
        pytest.param(
            "a: &a [*a]\n", "c.yaml:1:4: YAML anchors (&…) are not allowed" + BLOCK, id="a node inside itself"
        ),
        pytest.param(
            "a: &b c\n", "c.yaml:1:4: YAML anchors (&…) are not allowed" + BLOCK, id="an anchor nobody uses"
        ),
        pytest.param(
            "a: !x\n", "c.yaml:1:4: YAML tags (!…) are not allowed" + QUOTES, id="a tag without a value"
        ),
        pytest.param(
            "a: !\n", "c.yaml:1:4: YAML tags (!…) are not allowed" + QUOTES, id="the tag of no type"
        ),
        pytest.param(
            "%TAG ! tag:x,2000:\n---\na: !b c\n",
            "c.yaml:3:4: YAML tags (!…) are not allowed" + QUOTES,
            id="a declared tag",
        ),
        pytest.param(
            'a: "\\UFFFFFFFF"\n', "c.yaml:1:1: this is not YAML", id="a character that does not exist"
        ),
        pytest.param("a: b: c\n", "c.yaml:1:5: a second ': ' in one line" + BLOCK, id="two colons"),
        pytest.param(
            "a: @b\n", "c.yaml:1:4: this character cannot start a text" + QUOTES, id="a reserved character"
        ),
        pytest.param(
            "a: [b\n",
            "c.yaml:2:1: the file ends inside a bracket (is it only half written?)",
            id="an open bracket",
        ),
    ],
)
def test_what_is_not_plain_text_is_refused_in_one_line(text: str | bytes, told: str) -> None:
    assert refusal(text) == told


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match=r"c\.yaml:1:1: there is no such file"):
        read_source(Path("/no/such/file.yaml"), "c.yaml")


def test_a_folder_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ConfigError, match="this is a folder, not a file"):
        read_source(tmp_path, "c.yaml")
    with pytest.raises(ConfigError, match="this is not a regular file"):
        read_source(tmp_path / "pipe", "c.yaml")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(5_000_000)

    with pytest.raises(ConfigError, match="larger than 4,000,000 bytes"):
        read_source(tmp_path / "huge", "c.yaml")


@given(st.text(alphabet=" \n\t-:?#&*!|>'\"%@`,[]{}<=~\\aé降0\x85\r", max_size=60))
def test_any_text_is_composed_or_refused(text: str) -> None:
    with suppress(ConfigError):
        for node in composed(text).values():
            if isinstance(node, Text):
                written = node.written()
                assert written.at(len(written.text)).line >= 1
