"""The head of an answer, read strictly and within bounds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import FetchError
from tracker.poll.head import LONGEST_HEADER, MOST_HEADERS, MOST_INTERIM, Head, Heading

OK = b"HTTP/1.1 200 OK\r\n"
END = b"\r\n"


def read(*lines: bytes) -> Head | None:
    heading = Heading()
    for line in lines:
        heading.take(line)
    return heading.head


def test_fields_are_found_in_any_case_and_in_order() -> None:
    head = read(OK, b"ETag: a\r\n", b"X-A: 1\r\n", b"x-a:2 \r\n", END)

    assert head is not None
    assert (head.status, head.headers["etag"], head.headers.get("X-a")) == (200, "a", "1")
    assert (list(head.headers.every("X-A")), list(head.headers.every("none"))) == (["1", "2"], [])
    assert (dict(head.headers), len(head.headers)) == ({"etag": "a", "x-a": "1"}, 2)


def test_interim_answers_are_passed_over() -> None:
    head = read(b"HTTP/1.1 103 Early Hints\r\n", b"ETag: early\r\n", END, OK, b"ETag: late\r\n", END)

    assert head is not None
    assert (head.status, head.headers["ETag"]) == (200, "late")


def test_nothing_is_there_before_the_end() -> None:
    assert read(OK, b"A: b\r\n") is None


@pytest.mark.parametrize(
    ("fields", "length", "until_close"),
    [
        pytest.param([], None, True, id="none"),
        pytest.param([b"Content-Length: 5\r\n"], 5, False, id="one"),
        pytest.param([b"Content-Length: 5\r\n"] * 2, 5, False, id="the same twice"),
        pytest.param([b"Content-Length: 5, 5\r\n"], 5, False, id="the same twice in one line"),
        pytest.param([b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"], None, False, id="chunks"),
    ],
)
def test_the_length_is_what_all_lines_say(fields: list[bytes], length: int | None, until_close: bool) -> None:
    head = read(OK, *fields, END)

    assert head is not None
    assert (head.length, head.until_close) == (length, until_close)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([b"HTTP/1.1 abc\r\n", END], id="no status"),
        pytest.param([b"HTTP/2 200\r\n", END], id="another protocol"),
        pytest.param([END], id="no status line"),
        pytest.param([OK, b"no colon\r\n", END], id="no colon"),
        pytest.param([OK, b" folded: x\r\n", END], id="folded"),
        pytest.param([OK, b"A: \0\r\n", END], id="NUL"),
        pytest.param([OK, b"Content-Length: 1\r\n", b"Content-Length: 2\r\n", END], id="two lengths"),
        pytest.param([OK, b"Content-Length: -1\r\n", END], id="negative length"),
        pytest.param([OK, b"Content-Length: \xc2\xb2\r\n", END], id="a digit that is no number"),
        pytest.param([OK, b"A: " + b"a" * LONGEST_HEADER], id="long header"),
        pytest.param([OK, *[b"A: b\r\n"] * (MOST_HEADERS + 1)], id="many headers"),
        pytest.param([b"HTTP/1.1 100 C\r\n", END] * (MOST_INTERIM + 1), id="many interim answers"),
        pytest.param([OK, END, *[b"T: " + b"t" * 1000] * 90], id="long trailers"),
    ],
)
def test_what_is_not_http_or_has_no_end_is_an_error(lines: list[bytes]) -> None:
    with pytest.raises(FetchError, match="not a valid HTTP answer: "):
        read(*lines)


@given(st.lists(st.binary(max_size=30).map(lambda line: line + END), max_size=6))
def test_no_bytes_are_more_than_an_error(lines: list[bytes]) -> None:
    with suppress(FetchError):
        head = read(OK, *lines, END)
        assert head is None or head.status == 200
