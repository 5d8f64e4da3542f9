"""The feeds in force: ids, defaults, the user's over the pack's, headers, private addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tracker.config.feeds import slug
from tracker.config.values import Config
from tracker.model import Feed, Panel, Scope, Tier

Load = Callable[..., Config]
Fault = Callable[..., str]

USE = "use: ai-industry\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("OpenAI News", "openai-news", id="words are joined"),
        pytest.param("机器之心", "机器之心", id="Han characters stay"),
        pytest.param("  Ars — AI & more! ", "ars-ai-more", id="signs are gaps"),
        pytest.param("ＡＩ　Ｎｅｗｓ", "ai-news", id="full width is normalised"),
        pytest.param("Größe_1", "größe-1", id="letters of any script stay"),
        pytest.param("!!!", "", id="signs alone make no id"),
    ],
)
def test_the_default_id_is_a_slug_of_the_name(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_a_feed_is_complete_after_loading(load: Load) -> None:
    config = load(
        "poll: {interval: 1h, deadline: 10s, max_bytes: 2 MB}\n"
        "feeds:\n"
        "  - {name: A B, url: 'https://example.com/a', lang: en, tier: wire, tags: [x y, z], deadline: 20s}\n"
    )

    assert config.feeds == (
        Feed(
            id="a-b",
            name="A B",
            url="https://example.com/a",
            lang="en",
            tier=Tier.WIRE,
            panel=Panel.GENERAL,
            tags=("x y", "z"),
            interval=timedelta(hours=1),
            deadline=timedelta(seconds=20),
            max_bytes=2_000_000,
        ),
    )


def test_a_feed_about_ai_carries_every_signal_and_another_none(load: Load) -> None:
    config = load(USE + "feeds: [{name: A, url: 'https://example.com/a'}]\n")

    assert {feed.id: feed.carries for feed in config.feeds} == {
        "a": (),
        "newsroom": ("pricing", "talent"),
        "daily": ("talent",),
    }


def test_a_silenced_signal_is_carried_by_nobody(load: Load) -> None:
    config = load(USE + "signals: {talent: {off: true}}\n")

    assert {feed.id: feed.carries for feed in config.feeds} == {"newsroom": ("pricing",), "daily": ()}


def test_a_feed_with_the_id_or_the_name_of_a_pack_feed_changes_that_feed(load: Load) -> None:
    config = load(
        USE + "feeds:\n  - {id: daily, interval: 6h}\n  - {name: Newsroom, url: 'https://new.example.com/'}\n"
    )

    daily, newsroom = config.feeds
    assert (daily.url, daily.interval, daily.carries) == (
        "https://daily.example.com/feed",
        timedelta(hours=6),
        ("talent",),
    )
    assert (newsroom.id, newsroom.url, newsroom.tier) == (
        "newsroom",
        "https://new.example.com/",
        Tier.OFFICIAL,
    )


def test_a_name_of_the_pack_under_another_id_takes_its_place(load: Load) -> None:
    config = load(USE + "feeds: [{id: mine, name: Daily, url: 'https://example.com/'}]\n")

    assert [feed.id for feed in config.feeds] == ["mine", "newsroom"]


def test_a_url_that_the_pack_has_too_is_used_once_and_said(load: Load) -> None:
    config = load(USE + "feeds: [{name: Mine, url: 'https://daily.example.com/feed'}]\n")

    assert [feed.id for feed in config.feeds] == ["mine", "newsroom"]
    assert [warning.what for warning in config.warnings] == [
        "the pack has this url as 'daily'; yours is used"
    ]


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("http://127.0.0.1:8300/feed", "127.0.0.1:8300"),
        ("http://10.1.2.3/feed", "10.0.0.0/8:80"),
        ("https://[fd00::1]/feed", "[fd00::/8]:443"),
        ("http://localhost:8300/feed", "127.0.0.0/8:8300"),
        ("http://[::ffff:10.0.0.1]/feed", "10.0.0.1:80"),
    ],
)
def test_a_private_address_needs_its_allow_entry(load: Load, fault: Fault, url: str, allow: str) -> None:
    feeds = f"feeds: [{{name: A, url: '{url}'}}]\n"

    assert "(permit it with `poll: {allow: [" in fault(feeds)
    assert load(f"{feeds}poll: {{allow: ['{allow}']}}\n").poll.allow == (allow,)


def test_an_allow_entry_is_for_one_port(fault: Fault) -> None:
    told = fault("feeds: [{name: A, url: 'http://127.0.0.1:8301/'}]\npoll: {allow: ['127.0.0.1:8302']}\n")

    assert "127.0.0.1:8301 is not a public address" in told


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://metadata.google.internal/", id="a name of a private network"),
        pytest.param("http://10-0-0-1.sslip.io/", id="a name that spells a private address"),
        pytest.param("http://[64:ff9b::7f00:1]/", id="loopback behind NAT64"),
        pytest.param("http://[2002:7f00:1::]/", id="loopback in 6to4"),
        pytest.param("http://[::127.0.0.1]/", id="loopback, IPv4-compatible"),
        pytest.param("http://168.63.129.16/", id="a cloud's own service at a public address"),
        pytest.param("http://example.com:6667/", id="port of another protocol"),
        pytest.param("http://xn--0.com/", id="bad punycode"),
        pytest.param("http://127.0.0.1\u200b/", id="zero-width space behind an address"),
        pytest.param("http://[::1]x/", id="rest behind an address"),
    ],
)
def test_what_a_poll_would_refuse_is_refused_in_the_config(fault: Fault, url: str) -> None:
    assert fault(f"feeds: [{{name: A, url: '{url}'}}]\n").startswith("config.yaml:1:24: ")


def test_a_url_is_taken_twice_however_it_is_spelled(fault: Fault) -> None:
    told = fault(
        "feeds:\n"
        "  - {name: A, url: 'https://example.com/a'}\n"
        "  - {name: B, url: 'HTTPS://EXAMPLE.com:443/a#news'}\n"
    )

    assert told == "config.yaml:3:5: two feeds have the same url (first at config.yaml:2)"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("[::ffff:10.0.0.1]:80", "10.0.0.1:80", id="the IPv4 address that is contacted"),
        pytest.param("[::ffff:10.0.0.0/104]:80", "10.0.0.0/8:80", id="a network of such"),
        pytest.param("[fd00::1/128]:80", "[fd00::1]:80", id="a network of one"),
    ],
)
def test_an_allow_entry_has_one_spelling(load: Load, written: str, meant: str) -> None:
    assert load(f"poll: {{allow: ['{written}']}}\n").poll.allow == (meant,)


@pytest.mark.parametrize("entry", ["[fe80::1%eth0]:80", "127.0.0.1:８０", "10.0.0.0/255.0.0.0:80"])
def test_an_allow_entry_that_a_poll_cannot_read_is_an_error(fault: Fault, entry: str) -> None:
    assert "is not an address and a port" in fault(f"poll: {{allow: ['{entry}']}}\n")


def test_headers_take_secrets_from_the_environment_and_from_files(load: Load) -> None:
    config = load(
        "feeds:\n"
        "  - name: A\n"
        "    url: https://example.com/a\n"
        "    headers: {Authorization: 'Bearer env:TOKEN', X-Api-Key: 'file:key', Accept-Language: de}\n",
        env={"TOKEN": "S3CRET"},
        beside={"key": "K3Y\n"},
    )

    assert config.feeds[0].headers == {
        "Authorization": "Bearer S3CRET",
        "X-Api-Key": "K3Y",
        "Accept-Language": "de",
    }


def test_five_thousand_feeds_are_no_special_case(load: Load) -> None:
    lines = "".join(f"  - {{name: f{n}, url: 'https://example.com/{n}'}}\n" for n in range(5_000))

    assert len(load(f"feeds:\n{lines}").feeds) == 5_000


def test_a_language_that_cannot_be_read_is_a_warning_and_says_nothing(load: Load) -> None:
    config = load("feeds: [{name: A, url: 'https://example.com/a', lang: 英文}]\n")

    assert config.feeds[0].lang is None
    assert [problem.what for problem in config.warnings] == ["lang: '英文' is not a language"]


def test_an_interval_of_its_own_is_kept_to_and_the_common_one_is_a_reference(load: Load) -> None:
    config = load(
        "poll: {interval: 1h}\n"
        "feeds:\n"
        "  - {name: A, url: 'https://example.com/a'}\n"
        "  - {name: B, url: 'https://example.com/b', interval: 1h}\n"
    )

    assert [(feed.interval, feed.adaptive) for feed in config.feeds] == [
        (timedelta(hours=1), True),
        (timedelta(hours=1), False),
    ]


def test_who_waits_for_a_busy_publisher_can_be_said_for_all_feeds_and_for_one(load: Load) -> None:
    config = load(
        "poll: {retry_after: host}\n"
        "feeds:\n"
        "  - {name: A, url: 'https://example.com/a'}\n"
        "  - {name: B, url: 'https://example.com/b', retry_after: feed}\n"
    )

    assert [feed.retry_after for feed in config.feeds] == [Scope.HOST, Scope.FEED]
    assert load(USE).feeds[0].retry_after is None


def test_a_feed_whose_certificate_is_not_checked_is_told_at_every_load(load: Load) -> None:
    config = load(
        "feeds:\n"
        "  - {name: A, url: 'https://example.com/a', tls: verified}\n"
        "  - name: B\n"
        "    url: https://example.com/b\n"
        "    tls: unverified\n"
    )

    (warning,) = config.warnings
    assert [feed.unverified for feed in config.feeds] == [False, True]
    assert (warning.place.line, warning.what) == (
        5,
        "tls: the certificate of 'B' is not checked: anyone on the way can answer for it",
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("tls: off", "tls: 'off' says nothing about certificates (one of: verified, unverified)"),
        ("retry_after: all", "retry_after: 'all' is not a scope (one of: feed, host)"),
    ],
)
def test_manners_that_cannot_be_meant_are_told(fault: Fault, line: str, what: str) -> None:
    assert what in fault(f"feeds:\n  - name: A\n    url: https://example.com/a\n    {line}\n")
