"""Content codings, undone in bounded steps."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import FetchError
from tracker.poll.decode import MOST_MEMBERS, Decoder

FEED = b"<rss>" + b"item " * 500 + b"</rss>"


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


def decode(coding: str | None, chunks: Sequence[bytes], limit: int = 1_000_000) -> bytes:
    decoder = Decoder(coding, limit)
    pieces = [piece for chunk in chunks for piece in decoder.feed(chunk)]
    return b"".join([*pieces, *decoder.finish()])


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        pytest.param(None, FEED, id="not packed"),
        pytest.param("identity", FEED, id="identity"),
        pytest.param("gzip", gzip.compress(FEED), id="gzip"),
        pytest.param("X-GZip", gzip.compress(FEED), id="gzip by its old name"),
        pytest.param("deflate", zlib.compress(FEED), id="deflate as it should be"),
        pytest.param("deflate", raw_deflate(FEED), id="deflate without its header"),
        pytest.param("gzip, deflate", zlib.compress(gzip.compress(FEED)), id="two layers"),
        pytest.param("gzip", gzip.compress(FEED[:99]) + gzip.compress(FEED[99:]), id="gzip in two members"),
        pytest.param("gzip", gzip.compress(FEED) + b"\0" * 40, id="padding after gzip"),
        pytest.param("gzip", gzip.compress(FEED) + b"garbage", id="garbage after gzip"),
        pytest.param(None, gzip.compress(FEED), id="gzip that does not say so"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_the_same_however_it_is_packed_and_cut(
    coding: str | None, packed: bytes, size: int
) -> None:
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]

    assert decode(coding, chunks) == FEED


@pytest.mark.parametrize(
    ("coding", "packed", "reason"),
    [
        pytest.param("gzip", gzip.compress(FEED)[:-9], "incomplete", id="gzip cut"),
        pytest.param("gzip", gzip.compress(FEED)[:-1], "incomplete", id="gzip without its last byte"),
        pytest.param(
            "gzip", gzip.compress(FEED) + gzip.compress(FEED)[:20], "incomplete", id="second member cut"
        ),
        pytest.param("gzip", b"\x1f", "incomplete", id="half a magic number"),
        pytest.param("deflate", zlib.compress(FEED)[:-1], "incomplete", id="deflate cut"),
        pytest.param(
            "gzip, gzip", gzip.compress(gzip.compress(FEED)[:-5]), "incomplete", id="inner layer cut"
        ),
        pytest.param("gzip", gzip.compress(FEED)[:-8] + b"\0" * 8, "corrupt", id="wrong checksum"),
        pytest.param("gzip", FEED, "not gzip", id="plain text that says gzip"),
        pytest.param("deflate", b"\xff\xff\xff", "corrupt", id="noise that says deflate"),
        pytest.param("br", FEED, "unknown content encoding 'br'", id="brotli"),
        pytest.param("x-\x1b[31m", FEED, r"unknown content encoding 'x-\\x1b\[31m'", id="control characters"),
        pytest.param("gzip, gzip, gzip", FEED, "encoded 3 times", id="three layers"),
        pytest.param("gzip", gzip.compress(b"") * (MOST_MEMBERS + 1), "members", id="very many members"),
    ],
)
def test_a_body_that_is_not_as_it_says_is_an_error(coding: str, packed: bytes, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        decode(coding, [packed])


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        pytest.param(None, b" " * 1_000_001, id="plain"),
        pytest.param("gzip", gzip.compress(b" " * 1_000_001), id="gzip"),
        pytest.param(None, gzip.compress(b" " * 1_000_001), id="gzip that does not say so"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(b" " * 1_000_001)), id="inner layer"),
        pytest.param("gzip, gzip", gzip.compress(b"\x1f\x8b" + b" " * 1_000_001), id="outer layer"),
        pytest.param("deflate", raw_deflate(b"") * 600_000, id="packed but empty"),
    ],
)
def test_no_layer_passes_the_limit(coding: str | None, packed: bytes) -> None:
    with pytest.raises(FetchError, match=r"longer than the limit|corrupt"):
        decode(coding, [packed])


def test_pieces_are_small_however_much_a_body_swells() -> None:
    decoder = Decoder("gzip", 50_000_000)

    sizes = [len(piece) for piece in decoder.feed(gzip.compress(b" " * 20_000_000))]

    assert sum(sizes) == 20_000_000
    assert max(sizes) <= 65_536


@given(st.binary(max_size=300), st.sampled_from([None, "gzip", "deflate", "gzip, deflate"]))
def test_no_bytes_are_more_than_an_error(noise: bytes, coding: str | None) -> None:
    with suppress(FetchError):
        assert len(decode(coding, [noise[:50], noise[50:]])) <= 1_000_000
