"""Editing config.yaml as text: what was written stays as it was, byte for byte."""

from __future__ import annotations

import pytest

from tracker.config.edit import EditError, Entry, switched_off, with_feeds, without_feed
from tracker.errors import Place

NEW = Entry((("id", "new"), ("name", "New"), ("url", "https://new.example/feed")))
LINES = "  - id: new\n    name: New\n    url: https://new.example/feed\n"


def added(text: str, *entries: Entry) -> str:
    return with_feeds(text.encode(), entries or [NEW]).decode()


def removed(text: str, line: int, column: int) -> str:
    return without_feed(text.encode(), Place("config.yaml", line, column)).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("use: none\n", f"use: none\n\nfeeds:\n{LINES}", id="no feeds: a section at the end"),
        pytest.param("use: none", f"use: none\n\nfeeds:\n{LINES}", id="no newline at the end of the file"),
        pytest.param(
            "use: none\n\n", f"use: none\n\nfeeds:\n{LINES}", id="a blank line at the end is enough"
        ),
        pytest.param(
            "# Your own.\n# feeds:\n#   - name: x\nuse: none\n",
            f"# Your own.\nfeeds:\n{LINES}#   - name: x\nuse: none\n",
            id="where the commented template stands",
        ),
        pytest.param(
            "feeds:\n# nothing yet\nuse: none\n",
            f"feeds:\n{LINES}# nothing yet\nuse: none\n",
            id="an empty section",
        ),
        pytest.param(
            "feeds: []  # none\nuse: none\n",
            f"feeds:  # none\n{LINES}use: none\n",
            id="an empty list in brackets",
        ),
        pytest.param(
            "feeds:\n  - {id: a}  # keep\n\n# digest\ndigest: {}\n",
            f"feeds:\n  - {{id: a}}  # keep\n{LINES}\n# digest\ndigest: {{}}\n",
            id="before what follows the section",
        ),
        pytest.param(
            "feeds:\n- id: a\n  name: A\n  # of A\n# not of A\n",
            "feeds:\n- id: a\n  name: A\n  # of A\n- id: new\n  name: New\n"
            "  url: https://new.example/feed\n# not of A\n",
            id="at the indentation of the others, behind the comments of the last",
        ),
        pytest.param(
            "feeds:\n    -   id: a\n        name: |\n          A\n\nuse: none\n",
            "feeds:\n    -   id: a\n        name: |\n          A\n    -   id: new\n        name: New\n"
            "        url: https://new.example/feed\n\nuse: none\n",
            id="behind a block text, with the same gap after the dash",
        ),
        pytest.param(
            "feeds: [{id: a}, {id: b},  # b\n]\n",
            'feeds: [{id: a}, {id: b}, {id: new, name: New, url: "https://new.example/feed"},  # b\n]\n',
            id="into brackets that hold something",
        ),
        pytest.param(
            "feeds: [ # none\n]\n",
            'feeds: [{id: new, name: New, url: "https://new.example/feed"} # none\n]\n',
            id="into empty brackets over two lines",
        ),
    ],
)
def test_a_feed_is_added(before: str, after: str) -> None:
    assert added(before) == after


def test_line_ends_and_a_byte_order_mark_stay_as_they_are() -> None:
    before = b"\xef\xbb\xbfuse: none\r\nfeeds:\r\n  - {id: a}\r\n# lone\n"

    after = with_feeds(before, [NEW])

    assert after == before.replace(b"# lone", LINES.replace("\n", "\r\n").encode() + b"# lone")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("机器之心", "机器之心"),
        ("Ars Technica - AI", "Ars Technica - AI"),
        ("AI: the weekly", '"AI: the weekly"'),
        ("a #1", '"a #1"'),
        ('say "x"', '"say \\"x\\""'),
        ("- dash", '"- dash"'),
        ("no", '"no"'),
        ("2026", '"2026"'),
        ("*star", '"*star"'),
        ("back\\slash", '"back\\\\slash"'),
        ("https://x.example/a?b=c&d=1", "https://x.example/a?b=c&d=1"),
        ("https://x.example/#a", '"https://x.example/#a"'),
    ],
)
def test_what_yaml_would_read_otherwise_is_quoted(value: str, written: str) -> None:
    assert Entry((("name", value),)).lines() == [f"  - name: {written}"]


def test_lists_and_headers_are_written_in_brackets() -> None:
    entry = Entry((("tags", ("a", "b, c")), ("headers", {"Authorization": "Bearer env:TOKEN"})))

    assert entry.lines(0) == ['- tags: [a, "b, c"]', '  headers: {Authorization: "Bearer env:TOKEN"}']


def test_a_feed_is_taken_out_with_the_comments_attached_to_it() -> None:
    text = (
        "feeds:\n  # first\n  - id: a\n    name: A\n\n  # about B\n  # more\n  - id: b  # B\n    name: B\n"
        "    # end of B\n  # - {id: off, off: true}\n  - id: c\n"
    )

    assert removed(text, 8, 5) == text.replace(
        "  # about B\n  # more\n  - id: b  # B\n    name: B\n    # end of B\n", ""
    )
    assert removed(text, 12, 5) == text.replace("  - id: c\n", "")


@pytest.mark.parametrize(
    ("column", "after"),
    [
        pytest.param(9, "feeds: [{id: b}, {id: c}]\n", id="the first"),
        pytest.param(18, "feeds: [{id: a}, {id: c}]\n", id="one in the middle"),
        pytest.param(27, "feeds: [{id: a}, {id: b}]\n", id="the last"),
    ],
)
def test_a_feed_in_brackets_is_taken_out_with_its_comma(column: int, after: str) -> None:
    assert removed("feeds: [{id: a}, {id: b}, {id: c}]\n", 1, column) == after


@pytest.mark.parametrize(
    ("before", "line", "column", "after"),
    [
        pytest.param(
            "feeds: [\n  {id: a}, # of a\n  # of b\n  {id: b}\n]\n",
            *(2, 3),
            "feeds: [\n  # of b\n  {id: b}\n]\n",
            id="the first, on a line of its own with its comment",
        ),
        pytest.param(
            "feeds: [\n  {id: a}, # of a\n  {id: b} # of b\n]\n",
            *(3, 3),
            "feeds: [\n  {id: a}, # of a\n]\n",
            id="the last, on a line of its own",
        ),
        pytest.param(
            "feeds: [\n  {id: a,\n   tags: [x]}\n  # end\n]\n",
            *(2, 3),
            "feeds: [\n  # end\n]\n",
            id="the only one, over two lines",
        ),
        pytest.param(
            "feeds: [{id: a}, # of a\n  {id: b}]\n",
            *(2, 3),
            "feeds: [{id: a}, # of a\n  ]\n",
            id="the last, with the bracket behind it",
        ),
        pytest.param(
            "feeds: [{id: a}\n  # nothing\n]\n",
            *(1, 9),
            "feeds: [\n  # nothing\n]\n",
            id="the only one, with the bracket before it",
        ),
    ],
)
def test_a_feed_in_brackets_is_taken_out_and_comments_on_other_lines_stay(
    before: str, line: int, column: int, after: str
) -> None:
    assert removed(before, line, column) == after


def test_the_only_feed_leaves_an_empty_section() -> None:
    assert removed("feeds:\n  - id: a\nuse: none\n", 2, 5) == "feeds:\nuse: none\n"
    assert removed("feeds: [{id: a},]\n", 1, 9) == "feeds: []\n"


def test_a_feed_is_switched_off_where_it_stands() -> None:
    block, brackets = b"feeds:\n  - id: a\n    tags: [x]  # t\n  - id: b\n", b"feeds: [{id: a, tags: [x]}]\n"

    assert switched_off(block, Place("", 2, 5)) == block.replace(b"# t\n", b"# t\n    off: true\n")
    assert switched_off(brackets, Place("", 1, 9)) == b"feeds: [{id: a, tags: [x], off: true}]\n"


def test_a_feed_that_is_not_where_it_was_is_left_alone() -> None:
    with pytest.raises(EditError, match="no longer there"):
        removed("feeds:\n  - id: a\n", 3, 5)


def test_a_config_all_in_brackets_gets_no_section() -> None:
    with pytest.raises(EditError, match="brackets"):
        added("{use: none}\n")
