"""The fault server of the reference data: every fault ends in time, in bounded memory, in one clear line."""

from __future__ import annotations

import importlib.util
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from tracker.errors import FetchError
from tracker.model import Fetched, NotModified, Validators

DEADLINE = 2.0
MEMORY = 64_000_000

# What the line about each fault must say. Hanging faults of one run cost the deadline once.
SAYS = {
    # H1, H2: one deadline over everything
    "slow-headers?delay=0.2": "not finished within 2 seconds",
    "slow-body?delay=0.2": "not finished within 2 seconds",
    "hang-before-headers": "not finished within 2 seconds",
    "hang-after-headers": "not finished within 2 seconds",
    "hang-mid-body": "not finished within 2 seconds",
    "redirect-slow-chain?delay=0.7": "not finished within 2 seconds",
    # H4, H5, H6: limits
    "big-body?mb=100": "100000000 bytes long, the limit is 10000000",
    "endless-body": "longer than the limit of 10000000 bytes",
    "endless-chunked": "longer than the limit of 10000000 bytes",
    "gzip-bomb?mb=100": "longer than the limit of 10000000 bytes",
    "gzip-bomb-twice?mb=100": "longer than the limit of 10000000 bytes",
    "encoding-chain": "the body is encoded 100 times over",
    # H7, H8: encodings
    "gzip-truncated": "incomplete: the gzip body ends too early",
    "gzip-corrupt": "the gzip body is corrupt",
    "gzip-lie": "the body is not gzip, although its Content-Encoding says so",
    "encoding-unknown": "unknown content encoding 'x-foo': only gzip, deflate were asked for",
    "encoding-br-lie": "unknown content encoding 'br': only gzip, deflate were asked for",
    # H9: incomplete bodies
    "cl-too-long": "incomplete: the connection ended before the body did",
    "chunk-no-end": "incomplete: the connection ended before the body did",
    "reset-mid-body": "incomplete: the connection ended before the body did",
    # H10, H11: framing
    "cl-negative": "not a valid HTTP answer: .+",
    "cl-garbage": "not a valid HTTP answer: .+",
    "cl-conflict": "not a valid HTTP answer: .+",
    "chunk-bad-size": "not a valid HTTP answer: .+",
    "chunk-huge-size": "not a valid HTTP answer: .+",
    "chunk-negative": "not a valid HTTP answer: .+",
    "status-garbage": "not a valid HTTP answer: .+",
    "status-http09": "not a valid HTTP answer: .+",
    "status-ssh-banner": "not a valid HTTP answer: .+",
    "header-no-colon": "not a valid HTTP answer: .+",
    "header-nul": "not a valid HTTP answer: .+",
    "header-huge": "not a valid HTTP answer: .+",
    "header-many": "not a valid HTTP answer: .+",
    "status-1xx-flood": "not a valid HTTP answer: very many interim answers",
    "header-endless": "not a valid HTTP answer: .+",
    "trailers-flood": "(not a valid HTTP answer|incomplete): .+",
    # H13: connections
    "close-before-headers": "the server closed the connection",
    "reset-before-headers": "the server reset the connection",
    "reset-mid-headers": "the server reset the connection",
    # H14: redirects
    "redirect-loop": r"too many redirects \(more than 5\)",
    "redirect-loop2": r"too many redirects \(more than 5\)",
    "redirect-chain": r"too many redirects \(more than 5\)",
    "redirect-no-location": "HTTP 301 without a Location",
    "redirect-empty-location": "redirect refused: redirect without a target",
    "redirect-bad-location": "redirect refused: .+",
    "redirect-huge-location": "not a valid HTTP answer: .+",
    # H21, H25, H28: statuses
    "403": "HTTP 403",
    "404": "HTTP 404",
    "500": "HTTP 500",
    "999": "HTTP 999",
    "401": r"HTTP 401 \(authentication required\)",
    "410": r"HTTP 410 \(gone\)",
    "204": r"HTTP 204 \(no content\)",
    "206": r"HTTP 206 \(only a part of the feed\)",
    "200-empty": "empty body",
    "304-unconditional": r"HTTP 304 \(not modified\), although nothing was asked to compare with",
    "403-cloudflare": r"HTTP 403 \(bot challenge\)",
}

READABLE = [
    *("ok", "ok-gzip", "ok-deflate", "ok-deflate-raw", "ok-chunked", "301-permanent", "302-temporary"),
    *("307-temporary", "308-permanent", "gzip-unsaid", "etag-flap", "etag-weak", "etag-gzip-suffix"),
    *("etag-ignored", "etag-unquoted", "etag-huge", "etag-nonascii", "etag-newline", "lastmod-garbage"),
    *("lastmod-future", "maxage-huge", "header-nonascii", "header-ansi", "cookie-flood", "keepalive-poison"),
    *("ctype-html", "ctype-missing"),
]


@pytest.fixture(scope="module")
def faults(fault_server: Any) -> dict[str, Any]:
    """All faults of SAYS and READABLE beside each other, and a slow but honest one."""
    with resident_growth() as growth:
        told = fault_server.fetch_faults(*SAYS, *READABLE, at_once=200, per_host=200)
    return {**told, "growth": growth}


@contextmanager
def resident_growth() -> Iterator[list[int]]:
    """Yields a list that holds, after the block, by how many bytes this process grew at most."""
    process, over, growth = psutil.Process(), threading.Event(), [0]
    before = process.memory_info().rss

    def watch() -> None:
        while not over.wait(0.01):
            growth[0] = max(growth[0], process.memory_info().rss - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield growth
    finally:
        over.set()
        watcher.join()


@pytest.mark.parametrize(("fault", "line"), SAYS.items())
def test_a_fault_is_told_in_one_clear_line(faults: dict[str, Any], fault: str, line: str) -> None:
    told = faults[fault]

    assert re.fullmatch(line, told.error), told.error
    assert told.error.isprintable()
    assert told.seconds < DEADLINE + 1


@pytest.mark.parametrize("fault", READABLE)
def test_what_is_odd_but_whole_is_read(faults: dict[str, Any], fault: str) -> None:
    assert faults[fault].body.count(b"<item>") == 3
    assert b"POISON" not in faults[fault].body


def test_all_faults_together_take_little_memory(faults: dict[str, Any]) -> None:
    assert faults["growth"][0] < 4 * MEMORY  # some thirty bodies of up to 10 MB at once


@pytest.mark.parametrize(
    "fault",
    ["big-body?mb=100", "endless-body", "endless-chunked", "gzip-bomb?mb=1000", "gzip-bomb-twice?mb=1000"],
)
def test_a_bomb_takes_little_memory_and_time(fault_server: Any, polling: Any, fault: str) -> None:
    name, _, query = fault.partition("?")
    fault_server.fetch(polling.Ask(fault_server.url(name, query), deadline=10))  # the server packs it once

    with resident_growth() as growth:
        (told,) = fault_server.fetch(polling.Ask(fault_server.url(name, query), deadline=10))

    assert "limit" in told.error
    assert growth[0] < MEMORY
    assert told.seconds < 5


def test_what_follows_a_body_that_ends_too_early_is_no_part_of_it(fault_server: Any, polling: Any) -> None:
    """Whether the rest is noticed at once depends on how the packets fall; it is never read as the body."""
    (told,) = fault_server.fetch(polling.Ask(fault_server.url("cl-too-short")))

    if isinstance(told.outcome, FetchError):
        assert told.error.startswith("not a valid HTTP answer: ")
    else:
        assert len(told.body) == 100


def test_an_honest_but_slow_feed_is_read(fault_server: Any, polling: Any) -> None:
    (told,) = fault_server.fetch(polling.Ask(fault_server.url("slow-ok"), deadline=6))

    assert told.body.count(b"<item>") == 3


def test_a_hanging_feed_does_not_keep_the_others_waiting(fault_server: Any, polling: Any) -> None:
    hang = polling.Ask(fault_server.url("hang-mid-body"))
    others = [polling.Ask(fault_server.url("ok", f"key=beside{n}")) for n in range(20)]

    first, *rest = fault_server.fetch(hang, *others)

    assert first.error == "not finished within 2 seconds"
    assert all(told.seconds < DEADLINE and told.body for told in rest)


def test_waiting_for_our_turn_at_a_host_does_not_use_up_the_deadline(fault_server: Any, polling: Any) -> None:
    hang = polling.Ask(fault_server.url("hang-before-headers"), deadline=0.4)
    behind = polling.Ask(fault_server.url("ok", "key=behind"), deadline=0.4)

    *_, told = fault_server.fetch(hang, hang, behind, per_host=1)

    assert told.body
    assert told.seconds > 0.7


def test_no_redirect_leads_to_a_private_address(fault_server: Any) -> None:
    """H15: also in odd spellings, with user names, backslashes and other schemes."""
    names = fault_server.names("redirect-ssrf")

    told = fault_server.fetch_faults(*names, "redirect-auth")

    assert len(names) >= 25
    assert all(each.error.startswith("redirect refused: ") for each in told.values())
    assert fault_server.canary_requests() == []


def test_no_refused_url_is_contacted_as_the_target_of_a_redirect(polling: Any, shared: Path) -> None:
    """H15, second half: the URL cases as Location; `fetch_from` fails when a second request arrives."""
    rows = (shared / "faults" / "cases" / "urls" / "urls.tsv").read_text("utf-8").splitlines()[1:]
    refused = [line.split("\t")[1] for line in rows if line.split("\t")[2] == "refuse"]
    locations = [text for text in map(_header_value, refused) if text is not None]

    answers = [polling.answer(b"", "302 Found", Location=location) for location in locations]
    canned = polling.fetch_from(*answers)

    assert len(canned.requests) == len(locations) > 50
    assert all(isinstance(told.outcome, FetchError) for told in canned.told)


def _header_value(url_json: str) -> str | None:
    url = json.loads(url_json)
    if not url or "\n" in url or not any(url.lower().startswith(scheme) for scheme in _SCHEMES):
        return None
    encoded = url.encode("utf-8", "surrogatepass").decode("latin-1")
    return encoded if len(encoded) < 50_000 else None


_SCHEMES = ("http", "file", "ftp", "dict", "ldap", "jar", "javascript", "feed", "view-source", "unix")


def test_a_feeds_own_url_may_be_private_only_on_the_port_that_the_user_allows(
    fault_server: Any, polling: Any
) -> None:
    canary = f"http://127.0.0.1:{fault_server.canary_port}/canary/own"

    (told,) = fault_server.fetch(polling.Ask(canary))

    assert told.outcome.blocked
    assert fault_server.canary_requests() == []


def test_credentials_never_reach_another_origin(own_fault_server: Any, polling: Any) -> None:
    """H18: the other port is another origin; here the user allows it, so that it can be seen what arrives."""
    server = own_fault_server
    allow = (*server.allow, f"127.0.0.1:{server.canary_port}")
    headers = {"Authorization": "Bearer secret", "Cookie": "sid=secret", "X-Token": "secret"}

    (told,) = server.fetch(polling.Ask(server.url("redirect-auth"), headers=headers), allow=allow)

    (request,) = server.canary_requests()
    assert told.body == b"CANARY-SECRET\n"
    assert "secret" not in str(request["headers"])
    assert server.requests("redirect-auth")[0]["authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        ("429-seconds", timedelta(seconds=120)),
        ("429-date", timedelta(seconds=120)),
        ("429-past-date", timedelta(0)),
        ("429-huge", timedelta(days=7)),
        ("429-negative", None),
        ("429-garbage", None),
        ("429-none", None),
        ("503-seconds", timedelta(seconds=60)),
        ("503-none", None),
    ],
)
def test_a_publisher_that_asks_us_to_wait_is_heard(
    fault_server: Any, now: Any, fault: str, wait: timedelta | None
) -> None:
    error = fault_server.fetch_faults(fault)[fault].outcome

    if wait is None:
        assert error.retry_at is None
    else:
        assert abs(error.retry_at - now - wait) <= timedelta(seconds=1)


def test_410_is_gone_and_a_challenge_is_blocked(faults: dict[str, Any]) -> None:
    assert faults["410"].outcome.gone
    assert faults["403-cloudflare"].outcome.blocked


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        ("ok", Validators('"v1"', "Thu, 09 Oct 2025 08:53:20 GMT")),
        ("etag-weak", Validators('W/"w1"')),
        ("etag-unquoted", Validators("abc def")),
        ("lastmod-garbage", Validators(None, "yesterday-ish")),
        ("etag-huge", Validators()),
        ("etag-nonascii", Validators()),
        ("etag-newline", Validators()),
    ],
)
def test_validators_are_kept_byte_for_byte_or_not_at_all(
    faults: dict[str, Any], fault: str, kept: Validators
) -> None:
    assert faults[fault].outcome.validators == kept


@pytest.mark.parametrize("fault", ["ok", "etag-weak", "etag-stuck", "304-unconditional"])
def test_a_304_to_our_validators_is_nothing_new(fault_server: Any, polling: Any, fault: str) -> None:
    (first,) = fault_server.fetch(polling.Ask(fault_server.url(fault, "key=twice")))
    validators = first.outcome.validators if isinstance(first.outcome, Fetched) else Validators('"x"')

    (second,) = fault_server.fetch(polling.Ask(fault_server.url(fault, "key=twice"), validators=validators))

    assert second.outcome == NotModified(validators)


def test_a_flaky_feed_recovers_by_itself(fault_server: Any, polling: Any) -> None:
    ask = polling.Ask(fault_server.url("flaky", "n=2&key=recovers"))

    told = [fault_server.fetch(ask)[0] for _ in range(3)]

    assert [isinstance(each.outcome, FetchError) for each in told] == [True, True, False]


def test_cookies_do_not_outlive_a_poll(fault_server: Any, polling: Any) -> None:
    ask = polling.Ask(fault_server.url("cookie-flood", "key=cookies"))

    fault_server.fetch(ask, ask)
    fault_server.fetch(ask)

    assert not any("cookie" in headers for headers in fault_server.requests("key=cookies"))


def test_no_fault_of_the_server_is_more_than_an_error(fault_server: Any) -> None:
    """Whatever it serves: a whole body or a FetchError, in time, and the canary is never reached."""
    groups = (
        "control",
        "status",
        "redirect",
        "redirect-ssrf",
        "cache",
        "slow",
        "encoding",
        "framing",
        "charset",
    )
    names = [name for group in groups for name in fault_server.names(group)]

    told = fault_server.fetch_faults(*names, at_once=400, per_host=400)

    assert all(each.seconds < DEADLINE + 3 for each in told.values())  # 170 at once on two cores
    assert fault_server.canary_requests() == []


@pytest.fixture
def flip_resolver(shared: Path) -> Any:
    """The rebinding resolver of the reference data."""
    path = shared / "faults" / "server" / "rebind.py"
    spec = importlib.util.spec_from_file_location("rebind", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FlipResolver


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        pytest.param([["127.0.0.1"]], "is loopback", id="rebind-1: at once"),
        pytest.param([["93.184.216.34", "127.0.0.1"]], "is loopback", id="rebind-2: mixed"),
        pytest.param([[]], "no address", id="rebind-3: nothing"),
        pytest.param([OSError("SERVFAIL")], "connection|exchange", id="rebind-3: failure"),
        pytest.param([3.0], "not finished", id="rebind-3: late"),
    ],
)
def test_a_resolver_that_lies_leads_nowhere(
    fault_server: Any, polling: Any, flip_resolver: Any, answers: Any, error: str
) -> None:
    with flip_resolver({"evil.test": answers}):
        (told,) = fault_server.fetch(
            polling.Ask(f"http://evil.test:{fault_server.canary_port}/canary/rebind", deadline=0.5)
        )

    assert re.search(error, told.error), told.error
    assert fault_server.canary_requests() == []


def test_a_name_that_rebinds_between_polls_is_judged_each_time(
    fault_server: Any, polling: Any, flip_resolver: Any
) -> None:
    """rebind-1 and -5: the first answer is allowed and used, the second one is neither."""
    with flip_resolver({"evil.test": [["127.0.0.1"], ["10.0.0.1"]]}):
        ask = polling.Ask(f"http://evil.test:{fault_server.port}/fault/ok")
        first = fault_server.fetch(ask)[0]
        second = fault_server.fetch(ask)[0]

    assert first.body
    assert second.error == "evil.test is at 10.0.0.1, which is private, not public"
