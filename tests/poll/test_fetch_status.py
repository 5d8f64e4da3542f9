"""What HTTP statuses, headers and failures mean, in plain words."""

from __future__ import annotations

import errno
import socket
from datetime import UTC, datetime, timedelta

import pycurl
import pytest

from tracker.poll.failure import Broken, fetch_error, one_line
from tracker.poll.status import error_of, retry_at

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "headers", "start", "text", "blocked"),
    [
        pytest.param(404, {}, b"", "HTTP 404", False, id="not found"),
        pytest.param(401, {}, b"", "HTTP 401 (authentication required)", False, id="no credentials"),
        pytest.param(999, {}, b"", "HTTP 999", False, id="a number nobody knows"),
        pytest.param(
            403, {"cf-mitigated": "challenge"}, b"", "HTTP 403 (bot challenge)", True, id="by header"
        ),
        pytest.param(503, {}, b"<title>Just a moment...", "HTTP 503 (bot challenge)", True, id="by page"),
        pytest.param(
            404, {}, b"<title>Just a moment...", "HTTP 404", False, id="a page that only looks alike"
        ),
        pytest.param(403, {}, b"<title>Forbidden", "HTTP 403", False, id="an ordinary refusal"),
        pytest.param(206, {}, b"", "HTTP 206 (only a part of the feed)", False, id="partial"),
    ],
)
def test_a_status_is_told_in_plain_words(
    status: int, headers: dict[str, str], start: bytes, text: str, blocked: bool
) -> None:
    error = error_of(status, headers, start, NOW)

    assert (str(error), error.blocked, error.gone) == (text, blocked, False)


def test_410_means_gone() -> None:
    assert error_of(410, {}, b"", NOW).gone


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        pytest.param({"Retry-After": "120"}, timedelta(seconds=120), id="seconds"),
        pytest.param({"Retry-After": " 0 "}, timedelta(0), id="none"),
        pytest.param({"Retry-After": "9" * 30}, timedelta(days=7), id="more seconds than time has"),
        pytest.param({"Retry-After": "9" * 5000}, timedelta(days=7), id="more digits than an int may have"),
        pytest.param({"Retry-After": "0" * 600 + "60"}, timedelta(seconds=60), id="leading zeros"),
        pytest.param({"Retry-After": "Mon, 23 Nov 2026 08:00:00 GMT"}, timedelta(hours=1), id="a date"),
        pytest.param(
            {"Retry-After": "Mon, 23 Nov 2020 08:10:00 GMT", "Date": "Mon, 23 Nov 2020 08:00:00 GMT"},
            timedelta(minutes=10),
            id="a date by the publisher's own clock",
        ),
        pytest.param({"Retry-After": "Mon, 23 Nov 2026 06:00:00 GMT"}, timedelta(0), id="a date in the past"),
        pytest.param({"Retry-After": "Fri, 31 Dec 2199 00:00:00 GMT"}, timedelta(days=7), id="a far date"),
        pytest.param({"Retry-After": "-5"}, None, id="negative"),
        pytest.param({"Retry-After": "soon"}, None, id="words"),
        pytest.param({"Retry-After": "²"}, None, id="a digit that is no number"),
        pytest.param({"Retry-After": "Mon, 99 Nov 2026 99:99:99 GMT"}, None, id="no such date"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_the_time_to_come_back_is_read_as_far_as_it_makes_sense(
    headers: dict[str, str], wait: timedelta | None
) -> None:
    assert retry_at(headers, NOW) == (None if wait is None else NOW + wait)


def _certificate_error(code: int) -> Broken:
    return Broken(pycurl.E_PEER_FAILED_VERIFICATION, "SSL certificate problem: because", verify=code)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(_certificate_error(10), "the TLS certificate is expired", id="expired"),
        pytest.param(
            _certificate_error(1), "the TLS certificate is not valid: because", id="other certificate"
        ),
        pytest.param(
            socket.gaierror(socket.EAI_NONAME, "x"), "DNS: the host name has no address", id="no name"
        ),
        pytest.param(
            socket.gaierror(socket.EAI_AGAIN, "x"),
            "DNS: the name server does not answer",
            id="no name server",
        ),
        pytest.param(ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connection refused", id="refused"),
        pytest.param(OSError(errno.EMFILE, "x"), "too many open files in this process", id="no handles"),
        pytest.param(
            Broken(pycurl.E_GOT_NOTHING, "\x1b[31m\nsecret"), "the server closed the connection", id="closed"
        ),
        pytest.param(
            Broken(pycurl.E_PARTIAL_FILE, "x"),
            "incomplete: the connection ended before the body did",
            id="cut",
        ),
        pytest.param(
            Broken(pycurl.E_COULDNT_CONNECT, "x", errno.ECONNREFUSED),
            "connection refused",
            id="refused, by curl",
        ),
        pytest.param(
            Broken(pycurl.E_RECV_ERROR, "Recv failure: Connection reset by peer", errno.ECONNRESET),
            "the server reset the connection",
            id="reset",
        ),
        pytest.param(
            Broken(pycurl.E_RECV_ERROR, "Recv failure: x", errno.ECONNRESET, answered=True),
            "incomplete: the connection ended before the body did",
            id="reset within the body",
        ),
        pytest.param(
            Broken(
                pycurl.E_SSL_CONNECT_ERROR, "TLS connect error: e:SSL routines::wrong version number", 101
            ),
            "TLS failed: wrong version number",
            id="no TLS, at the second address; the first one had no network",
        ),
        pytest.param(
            Broken(pycurl.E_RECV_ERROR, "invalid chunk size: '\x1b secret'"),
            "not a valid HTTP answer: invalid chunk size",
            id="what curl quotes is left out",
        ),
        pytest.param(
            Broken(pycurl.E_SSL_CACERT_BADFILE, "/a/file"),
            "TLS failed: this machine's list of certificate authorities cannot be read",
            id="no authorities",
        ),
        pytest.param(
            Broken(
                pycurl.E_PEER_FAILED_VERIFICATION,
                "SSL: no alternative certificate subject name matches target IPv4 address '127.0.0.1'",
                verify=1,
            ),
            "the TLS certificate is for another address",
            id="another address",
        ),
        pytest.param(
            ValueError("bad\x1b[2J\r\nX: secret"),
            "the exchange failed: ValueError: bad\\x1b[2J",
            id="escaped",
        ),
    ],
)
def test_a_failure_is_told_in_one_clear_line(error: BaseException, text: str) -> None:
    assert str(fetch_error(error)) == text


@pytest.mark.parametrize(
    ("error", "offline"),
    [
        pytest.param(socket.gaierror(socket.EAI_AGAIN, "x"), True, id="no name server"),
        pytest.param(OSError(errno.ENETUNREACH, "x"), True, id="no network"),
        pytest.param(
            Broken(pycurl.E_COULDNT_CONNECT, "x", errno.ENETUNREACH), True, id="no network, by curl"
        ),
        pytest.param(
            Broken(pycurl.E_GOT_NOTHING, "x", errno.ENETUNREACH), False, id="closed, at the second address"
        ),
        pytest.param(OSError(errno.ENETDOWN, "x"), True, id="the network is switched off"),
        pytest.param(socket.gaierror(socket.EAI_NONAME, "x"), False, id="no such name"),
        pytest.param(ConnectionRefusedError(errno.ECONNREFUSED, "x"), False, id="refused"),
        pytest.param(OSError(errno.EHOSTUNREACH, "x"), False, id="one host that is away"),
        pytest.param(OSError("no number"), False, id="anything else"),
        pytest.param(ValueError("x"), False, id="no error of the system"),
    ],
)
def test_our_own_network_is_told_from_the_publishers(error: BaseException, offline: bool) -> None:
    assert fetch_error(error).offline is offline


@pytest.mark.parametrize(
    ("status", "busy", "host_wide"),
    [(429, True, True), (503, True, False), (500, False, False), (404, False, False)],
)
def test_who_asks_for_time_is_busy_and_429_speaks_for_the_host(
    status: int, busy: bool, host_wide: bool
) -> None:
    error = error_of(status, {}, b"", NOW, "example.com")

    assert (error.busy, error.host_wide, error.host) == (busy, host_wide, "example.com")


def test_a_line_is_cut_and_printable() -> None:
    assert one_line("a\u202eb\x00") == "a\\u202eb\\x00"
    assert len(one_line("x" * 1000)) == 200
