"""Tells a failed exchange in one line: what went wrong, without secrets or control characters. Pure."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import aiohttp

from tracker.errors import FetchError

LONGEST_LINE = 200

_VERIFY = {  # X509_V_ERR_* of OpenSSL's x509_vfy.h
    9: "not yet valid",
    10: "expired",
    18: "self-signed",
    19: "self-signed",
    20: "of an unknown authority",
    21: "of an unknown authority",
    23: "revoked",
    62: "for another host",
    64: "for another address",
}
_ERRNO = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "the server reset the connection",
    errno.EPIPE: "the server closed the connection",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "no network",
    errno.ENETDOWN: "no network",
    errno.ETIMEDOUT: "no answer to the connection attempt",
    errno.EMFILE: "too many open files in this process",
    errno.ENFILE: "too many open files on this machine",
    errno.ENOMEM: "out of memory",
    errno.ENOBUFS: "out of memory for connections",
}

_NO_NETWORK = frozenset((errno.ENETUNREACH, errno.ENETDOWN))


def fetch_error(error: BaseException) -> FetchError:
    """The FetchError that a failure of the network, of TLS or of HTTP stands for."""
    for cause in _causes(error):
        if isinstance(cause, FetchError):
            return cause
    return FetchError(one_line(_told(error)), offline=_is_ours(error))


def one_line(text: str) -> str:
    """The text on one line of printable characters, cut to a length that a status table can show."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return shown if len(shown) <= LONGEST_LINE else shown[: LONGEST_LINE - 1] + "…"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it; aiohttp keeps the system's error in `os_error`."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [
            getattr(cause, "os_error", None),
            getattr(cause, "certificate_error", None),
            cause.__cause__,
        ]


def _told(error: BaseException) -> str:
    for cause in _causes(error):
        match cause:
            case aiohttp.ClientError():
                continue  # some look like the error of the system that they wrap, and lack its details
            case ssl.SSLCertVerificationError():
                kind = _VERIFY.get(cause.verify_code, f"not valid: {cause.verify_message}")
                return f"the TLS certificate is {kind}"
            case ssl.SSLError():
                return f"TLS failed: {(cause.reason or 'unknown reason').replace('_', ' ').lower()}"
            case socket.gaierror():
                return _dns(cause)
            case OSError() if cause.errno in _ERRNO:
                return _ERRNO[cause.errno]
    return _http(error)


def _dns(error: socket.gaierror) -> str:
    if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        return "DNS: the host name has no address"
    if error.errno == socket.EAI_AGAIN:
        return "DNS: the name server does not answer"
    return f"DNS: {error.strerror}"


def _is_ours(error: BaseException) -> bool:
    """Is it our network or name server that fails? Then nothing is known about the publisher."""
    return any(
        cause.errno == socket.EAI_AGAIN if isinstance(cause, socket.gaierror) else cause.errno in _NO_NETWORK
        for cause in _causes(error)
        if isinstance(cause, OSError)
    )


def _http(error: BaseException) -> str:
    match error:
        case aiohttp.ServerDisconnectedError():
            return "the server closed the connection"
        case aiohttp.ClientPayloadError():
            return "incomplete: the connection ended before the body did"
        case aiohttp.ClientResponseError():
            return f"not a valid HTTP answer: {_first_line(error.message)}"
        case OSError() if error.strerror:
            return f"connection failed: {error.strerror}"
        case _:
            return f"the exchange failed: {type(error).__name__}: {_first_line(str(error))}"


def _first_line(text: str) -> str:
    """The parser's messages quote the offending bytes: those stay out of the log."""
    first = next(iter(text.strip().splitlines()), "")
    return first.partition(": b'")[0].rstrip(":")
