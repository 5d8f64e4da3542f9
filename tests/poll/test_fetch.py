"""One conditional GET: what is sent, what comes back, what is refused."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from tracker import __version__
from tracker.errors import FetchError
from tracker.model import Fetched, NotModified, Validators
from tracker.poll.fetch import user_agent

BOTH = Validators('"v1"', "Thu, 09 Oct 2025 08:53:20 GMT")


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        pytest.param(
            "mailto:me@example.com", f"Tracker/{__version__} (+mailto:me@example.com)", id="contact"
        ),
        pytest.param(None, f"Tracker/{__version__}", id="no contact"),
        pytest.param(
            "a)\r\nX: (y", f"Tracker/{__version__} (+aX: y)", id="nothing that ends a header or comment"
        ),
    ],
)
def test_we_say_who_we_are(contact: str | None, agent: str) -> None:
    assert user_agent(contact) == agent


def test_a_whole_answer_is_handed_on_with_its_validators(polling: Any) -> None:
    answer = polling.answer(
        b"<rss/>", ETag='W/"a b"', Last_Modified="yesterday-ish", Content_Type="Text/XML; charset=gbk"
    )

    canned = polling.fetch_from(answer)

    outcome = canned.told[0].outcome
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.content_type, outcome.charset) == (b"<rss/>", "text/xml", "gbk")
    assert outcome.validators == Validators('W/"a b"', "yesterday-ish")
    assert outcome.terms.moved_to is None


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        pytest.param('text/xml; charset="utf-8"', "utf-8", id="in quotes"),
        pytest.param("text/xml; charset=\xfc", None, id="not ASCII"),
        pytest.param("text/xml; charset=" + "x" * 99, None, id="too long"),
        pytest.param(";;;=;charset", None, id="nonsense"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_charset_is_a_name_or_nothing(polling: Any, content_type: str, charset: str | None) -> None:
    canned = polling.fetch_from(polling.answer(Content_Type=content_type))

    assert canned.told[0].outcome.charset == charset


def test_a_request_names_us_and_asks_only_for_codings_that_we_can_bound(polling: Any) -> None:
    canned = polling.fetch_from(polling.answer())

    (request,) = canned.requests
    assert request[""] == "GET /feed.xml HTTP/1.1"
    assert request["user-agent"].startswith("Tracker/")
    assert request["accept-encoding"] == "gzip, deflate"
    assert not {"if-none-match", "if-modified-since", "cookie", "authorization"} & set(request)


def test_validators_are_echoed_byte_for_byte(polling: Any) -> None:
    canned = polling.fetch_from(
        polling.answer(b"", "304 Not Modified"),
        asks=lambda port: [polling.Ask(f"http://127.0.0.1:{port}/", validators=BOTH)],
    )

    assert canned.told[0].outcome == NotModified(BOTH)
    assert canned.requests[0]["if-none-match"] == BOTH.etag
    assert canned.requests[0]["if-modified-since"] == BOTH.last_modified


@pytest.mark.parametrize(
    "etag",
    [
        pytest.param('"\xe4\xf6"', id="not ASCII"),
        pytest.param('"a\tb"', id="control character"),
        pytest.param('"' + "e" * 2000 + '"', id="too long"),
        pytest.param("", id="empty"),
        pytest.param("*", id="a star: asked with, it would be 304 for ever"),
    ],
)
def test_validators_that_cannot_be_echoed_safely_are_dropped(polling: Any, etag: str) -> None:
    canned = polling.fetch_from(polling.answer(ETag=etag))

    assert canned.told[0].outcome.validators == Validators()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param("304 Not Modified", "HTTP 304 (not modified), although", id="304 that nobody asked for"),
        pytest.param("204 No Content", "HTTP 204 (no content)", id="no content"),
        pytest.param("200 OK", "empty body", id="empty"),
        pytest.param("300 Multiple Choices", "HTTP 300", id="choices"),
        pytest.param("301 Moved", "HTTP 301 without a Location", id="redirect without a target"),
    ],
)
def test_an_answer_without_a_body_is_an_error(polling: Any, status: str, reason: str) -> None:
    canned = polling.fetch_from(polling.answer(b"", status, ETag='"x"'))

    assert canned.told[0].error.startswith(reason)


def test_a_redirect_is_followed_and_reported(polling: Any) -> None:
    canned = polling.fetch_from(
        polling.answer(b"", "301 Moved", Location="/b"),
        polling.answer(b"", "308 Moved", Location="/c"),
        polling.answer(b"here"),
        asks=lambda port: [polling.Ask(f"http://127.0.0.1:{port}/a")],
    )

    outcome = canned.told[0].outcome
    assert (outcome.body, outcome.terms.moved_to) == (b"here", outcome.url)


def test_a_temporary_hop_makes_the_whole_redirect_temporary(polling: Any) -> None:
    canned = polling.fetch_from(
        polling.answer(b"", "301 Moved", Location="/b"),
        polling.answer(b"", "302 Found", Location="/c"),
        polling.answer(),
        asks=lambda port: [polling.Ask(f"http://127.0.0.1:{port}/a")],
    )

    assert canned.told[0].outcome.terms.moved_to is None


def test_five_redirects_are_followed_and_a_sixth_is_not(polling: Any) -> None:
    hop = polling.answer(b"", "302 Found", Location="/next")

    def asks(port: int) -> list[Any]:
        return [polling.Ask(f"http://127.0.0.1:{port}/{name}") for name in ("five", "six")]

    canned = polling.fetch_from(*[hop] * 5, polling.answer(b"five"), *[hop] * 6, asks=asks)

    assert canned.told[0].body == b"five"
    assert canned.told[1].error == "too many redirects (more than 5)"


def test_cookies_are_neither_kept_nor_sent(polling: Any) -> None:
    canned = polling.fetch_from(polling.answer(Set_Cookie="sid=secret; Path=/"), polling.answer())

    assert "cookie" not in canned.requests[1]


def test_a_feeds_own_headers_are_sent_but_cannot_change_how_the_answer_is_read(polling: Any) -> None:
    headers = {
        "Authorization": "Bearer t",
        "user-agent": "Mine",
        "Accept-Encoding": "br",
        "Host": "evil.example",
    }

    canned = polling.fetch_from(
        polling.answer(), asks=lambda port: [polling.Ask(f"http://127.0.0.1:{port}/", headers=headers)]
    )

    (request,) = canned.requests
    assert (request["authorization"], request["user-agent"]) == ("Bearer t", "Mine")
    assert request["accept-encoding"] == "gzip, deflate"
    assert request["host"].startswith("127.0.0.1:")


def test_a_header_that_cannot_be_sent_is_a_clear_error_without_its_value(polling: Any) -> None:
    headers = {"X-Token": "secret\r\nX-Injected: 1"}

    canned = polling.fetch_from(asks=lambda port: [polling.Ask(f"http://127.0.0.1:{port}/", headers=headers)])

    assert "secret" not in canned.told[0].error
    assert not canned.requests


def test_a_length_beyond_the_limit_is_refused_before_reading(polling: Any) -> None:
    canned = polling.fetch_from(polling.answer(b"only this", Content_Length="10000001"))

    assert canned.told[0].error == "10000001 bytes long, the limit is 10000000"


def test_the_limit_is_the_feeds_own(polling: Any) -> None:
    answer = polling.answer(gzip.compress(b"x" * 5000), Content_Encoding="gzip")

    def asks(port: int) -> list[Any]:
        return [polling.Ask(f"http://127.0.0.1:{port}/", max_bytes=limit) for limit in (4999, 5000)]

    small, enough = polling.fetch_from(answer, answer, asks=asks).told

    assert small.error == "longer than the limit of 4999 bytes"
    assert enough.body == b"x" * 5000


def test_a_challenge_is_recognised_by_its_page_even_when_packed(polling: Any) -> None:
    page = gzip.compress(b"<html><head><title>Just a moment...</title>")

    canned = polling.fetch_from(polling.answer(page, "503 X", Content_Encoding="gzip"))

    assert canned.told[0].error == "HTTP 503 (bot challenge)"
    assert canned.told[0].outcome.blocked


def test_private_addresses_are_not_contacted(polling: Any) -> None:
    canned = polling.fetch_from(
        settings={"allow": ()}, asks=lambda port: [polling.Ask(f"http://127.0.0.1:{port}/")]
    )

    assert "not a public address (loopback)" in canned.told[0].error
    assert canned.told[0].outcome.blocked
    assert not canned.requests


def test_nobody_listening_is_a_clear_error(polling: Any) -> None:
    canned = polling.fetch_from(
        settings={"allow": ["127.0.0.1:9999"]}, asks=lambda _: [polling.Ask("http://127.0.0.1:9999/")]
    )

    assert isinstance(canned.told[0].outcome, FetchError)
    assert canned.told[0].error == "connection refused"


def test_proxies_and_passwords_of_the_environment_are_ignored(
    polling: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    canned = polling.fetch_from(polling.answer())

    assert canned.told[0].body == b"<rss/>"
    assert "authorization" not in canned.requests[0]


def test_what_the_answer_says_about_coming_back_is_handed_on_also_with_a_304(polling: Any) -> None:
    ask = polling.Ask
    canned = polling.fetch_from(
        polling.answer(ETag='"a"', Cache_Control="max-age=600", Age="60"),
        polling.answer(b"", "304 Not Modified", Cache_Control="max-age=300"),
        polling.answer(b"", "301 Moved", Location="/new"),
        polling.answer(b"", "304 Not Modified"),
        asks=lambda port: [
            ask(f"http://127.0.0.1:{port}/feed"),
            ask(f"http://127.0.0.1:{port}/feed", Validators('"a"')),
            ask(f"http://127.0.0.1:{port}/feed", Validators('"a"')),
        ],
    )

    first, again, moved = (told.outcome.terms for told in canned.told)
    assert (first.holds, again.holds, moved.holds) == (timedelta(minutes=9), timedelta(minutes=5), None)
    assert moved.moved_to is not None
    assert moved.moved_to.endswith("/new")
