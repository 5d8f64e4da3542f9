"""Tells a failed exchange in one line: what went wrong, without secrets or control characters. Pure."""

from __future__ import annotations

import errno
import re
import socket
from dataclasses import dataclass

import pycurl

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
_INCOMPLETE = "incomplete: the connection ended before the body did"
_WEIRD, _TOO_LARGE = 8, 100  # CURLE_…, which pycurl does not name
_NOT_HTTP = frozenset((pycurl.E_UNSUPPORTED_PROTOCOL, _WEIRD, _TOO_LARGE))
_CHUNKS = "chunk"
_SYSTEM = " failure: "  # "Recv failure: Connection reset by peer"
_FOR_ADDRESS = re.compile(r" ip(?:v[46])? address ", re.IGNORECASE)


@dataclass(eq=False)
class Broken(Exception):  # noqa: N818 - its users raise and catch it by this name
    """An exchange that curl gave up. code, text: CURLE_… and curl's words. number: errno, 0 if unknown.

    verify: what OpenSSL said about the certificate (X509_V_…). answered: the whole head had come.
    """

    code: int
    text: str
    number: int = 0
    verify: int = 0
    answered: bool = False


def fetch_error(error: Exception) -> FetchError:
    """The FetchError that a failure of the network, of TLS or of HTTP stands for."""
    if isinstance(error, FetchError):
        return error
    return FetchError(one_line(_told(error)), offline=_is_ours(error))


def one_line(text: str) -> str:
    """The text on one line of printable characters, cut to a length that a status table can show."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return shown if len(shown) <= LONGEST_LINE else shown[: LONGEST_LINE - 1] + "…"


def _told(error: Exception) -> str:
    match error:
        case Broken():
            return _broken(error)
        case socket.gaierror():
            return _dns(error)
        case OSError() if error.errno in _ERRNO:
            return _ERRNO[error.errno]
        case OSError() if error.strerror:
            return f"connection failed: {error.strerror}"
        case _:
            return f"the exchange failed: {type(error).__name__}: {_first_line(str(error))}"


def _broken(broken: Broken) -> str:
    match broken.code:
        case pycurl.E_PEER_FAILED_VERIFICATION:
            return f"the TLS certificate is {_certificate(broken)}"
        case pycurl.E_SSL_CACERT_BADFILE:
            return "TLS failed: this machine's list of certificate authorities cannot be read"
        case pycurl.E_GOT_NOTHING:
            return "the server closed the connection"
        case pycurl.E_PARTIAL_FILE:
            return _INCOMPLETE
        case pycurl.E_OPERATION_TIMEDOUT:
            return _ERRNO[errno.ETIMEDOUT]
        case pycurl.E_OUT_OF_MEMORY:
            return _ERRNO[errno.ENOMEM]
        case code if code in _NOT_HTTP or _CHUNKS in broken.text:
            return f"not a valid HTTP answer: {_first_line(broken.text) or 'a part of it is too long'}"
        case pycurl.E_RECV_ERROR if broken.answered:
            return _INCOMPLETE
        case _ if _number(broken) in _ERRNO:
            return _ERRNO[_number(broken)]
        case pycurl.E_SSL_CONNECT_ERROR:
            return f"TLS failed: {_first_line(broken.text).rpartition('::')[2].lower() or 'unknown reason'}"
        case pycurl.E_COULDNT_CONNECT:
            return f"connection failed: {_first_line(broken.text)}"
        case _:
            return f"the exchange failed: {_first_line(broken.text) or f'curl error {broken.code}'}"


def _number(broken: Broken) -> int:
    """The errno of this failure; curl also keeps that of another address, which it tried before."""
    return broken.number if broken.code == pycurl.E_COULDNT_CONNECT or _SYSTEM in broken.text else 0


def _certificate(broken: Broken) -> str:
    if broken.verify in _VERIFY:
        return _VERIFY[broken.verify]
    if "subject name" in broken.text:  # the name is curl's own check, after OpenSSL's
        return "for another address" if _FOR_ADDRESS.search(broken.text) else "for another host"
    return f"not valid: {_first_line(broken.text).rpartition(': ')[2]}"


def _dns(error: socket.gaierror) -> str:
    if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        return "DNS: the host name has no address"
    if error.errno == socket.EAI_AGAIN:
        return "DNS: the name server does not answer"
    return f"DNS: {error.strerror}"


def _is_ours(error: Exception) -> bool:
    """Is it our network or name server that fails? Then nothing is known about the publisher."""
    match error:
        case Broken():
            return _number(error) in _NO_NETWORK
        case socket.gaierror():
            return error.errno == socket.EAI_AGAIN
        case OSError():
            return error.errno in _NO_NETWORK
        case _:
            return False


def _first_line(text: str) -> str:
    """curl's words without the bytes that they quote: those stay out of the log."""
    return next(iter(text.strip().splitlines()), "").partition(": '")[0].rstrip(": ")
