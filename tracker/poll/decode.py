"""Undoes content codings in bounded steps: no body, however packed, takes more memory than its limit.

A truncated body is an error: zlib alone returns what it has and says nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tracker.errors import FetchError

ACCEPTED = "gzip, deflate"
"""What we ask for. br and zstd would each need a library that can stop at a limit."""

MOST_CODINGS = 2
MOST_MEMBERS = 1_000
_STEP = 65_536
_GZIP_MAGIC = b"\x1f\x8b"
_OLD_NAMES = {"x-gzip": "gzip", "x-deflate": "deflate"}
_AS_GZIP, _AS_ZLIB, _RAW = 31, 15, -15


class Inflater:
    """One gzip or deflate layer. Give it the bytes in order, then `finish`."""

    def __init__(self, coding: str, limit: int) -> None:
        self._coding = coding
        self._limit = limit
        self._made = 0
        self._members = 0
        self._held = b""
        self._stream: zlib._Decompress | None = None
        self._ended = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` adds, in pieces of at most 64 kB. Raises FetchError when it is not so packed."""
        pending = self._held + data
        self._held = b""
        while pending and not self._ended:
            if self._stream is None:
                if len(pending) < 2:
                    self._held = pending
                    return
                self._open(pending)
                continue
            piece = self._inflate(self._stream, pending)
            if piece:
                yield piece
            pending = self._after(self._stream)

    def finish(self) -> None:
        """Raises FetchError when the packed body stopped before its end."""
        if self._stream is not None or self._members == 0:
            raise FetchError(f"incomplete: the {self._coding} body ends too early")

    def _open(self, start: bytes) -> None:
        """Begin a stream, or the next gzip member (RFC 1952, 2.2); what else follows the end is ignored."""
        is_gzip = start.startswith(_GZIP_MAGIC)
        if self._members and not (self._coding == "gzip" and is_gzip):
            self._ended = True
            return
        if self._members >= MOST_MEMBERS:
            raise FetchError(f"the gzip body has more than {MOST_MEMBERS} members")
        if self._coding == "gzip":
            if not is_gzip:
                raise FetchError("the body is not gzip, although its Content-Encoding says so")
            self._stream = zlib.decompressobj(_AS_GZIP)
            return
        # "deflate" means zlib (RFC 9110, 8.4.1.2), but some servers send the raw stream.
        is_zlib = start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        self._stream = zlib.decompressobj(_AS_ZLIB if is_zlib else _RAW)

    def _inflate(self, stream: zlib._Decompress, pending: bytes) -> bytes:
        try:
            piece = stream.decompress(pending, _STEP)
        except zlib.error as error:
            raise FetchError(f"the {self._coding} body is corrupt") from error
        self._made += len(piece)
        if self._made > self._limit:
            raise too_long(self._limit)
        return piece

    def _after(self, stream: zlib._Decompress) -> bytes:
        if not stream.eof:
            return stream.unconsumed_tail
        self._stream = None
        self._members += 1
        return stream.unused_data


class Decoder:
    """All layers of a body, and the limit on its decoded length.

    content_encoding: the header's value, None when absent. A body that is gzip without saying so
    (feed.xml.gz behind a plain file server) is unpacked, too, under the same limit.
    """

    def __init__(self, content_encoding: str | None, limit: int) -> None:
        self._limit = limit
        self._layers = [Inflater(coding, limit) for coding in reversed(_codings(content_encoding))]
        self._received = 0
        self._start = b""
        self._sniffed = bool(self._layers)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes that `data` adds, in bounded pieces. Raises FetchError."""
        self._received += len(data)
        if self._received > self._limit:
            raise too_long(self._limit)
        if self._sniffed:
            yield from self._through(data, 0)
            return
        self._start += data
        if len(self._start) >= len(_GZIP_MAGIC):
            yield from self._sniff()

    def finish(self) -> Iterator[bytes]:
        """Yield what was held back, and check that every layer came to its end. Raises FetchError."""
        if not self._sniffed:
            yield from self._sniff()
        for layer in self._layers:
            if self._received:
                layer.finish()

    def _sniff(self) -> Iterator[bytes]:
        self._sniffed = True
        if self._start.startswith(_GZIP_MAGIC):
            self._layers = [Inflater("gzip", self._limit)]
        yield from self._through(self._start, 0)

    def _through(self, data: bytes, depth: int) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield data
            return
        for piece in self._layers[depth].feed(data):
            yield from self._through(piece, depth + 1)


def too_long(limit: int) -> FetchError:
    """The error of a body that passed its limit."""
    return FetchError(f"longer than the limit of {limit} bytes")


def _codings(content_encoding: str | None) -> list[str]:
    """The codings that were applied, in order. Raises FetchError for those that we did not ask for."""
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    codings = [_OLD_NAMES.get(name, name) for name in names if name not in ("", "identity")]
    if len(codings) > MOST_CODINGS:
        raise FetchError(f"the body is encoded {len(codings)} times over")
    for coding in codings:
        if coding not in ("gzip", "deflate"):
            raise FetchError(f"unknown content encoding {coding[:20]!a}: only {ACCEPTED} were asked for")
    return codings
