"""Which hosts may be contacted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import FetchError
from tracker.poll.address import AddressPolicy, read_allowed

PUBLIC_ONLY = AddressPolicy()


@pytest.mark.parametrize(
    ("url", "contacted"),
    [
        pytest.param("https://example.com/feed", "https://example.com/feed", id="a plain URL stays as it is"),
        pytest.param("HTTP://Example.COM:80/A?b=C", "http://example.com/A?b=C", id="case and default port"),
        pytest.param("https://example.com", "https://example.com/", id="no path"),
        pytest.param("https://example.com?a=1", "https://example.com/?a=1", id="query without a path"),
        pytest.param("https://example.com./x", "https://example.com/x", id="final dot"),
        pytest.param("https://example.com:8443/x#y", "https://example.com:8443/x", id="fragment is not sent"),
        pytest.param("https://例え.jp/", "https://xn--r8jz45g.jp/", id="international name"),
        pytest.param("https://ＥＸＡＭＰＬＥ.com/", "https://example.com/", id="full-width letters"),
        pytest.param("https://example.com/日?q=本", "https://example.com/%E6%97%A5?q=%E6%9C%AC", id="path"),
        pytest.param("https://example.com/a%20b", "https://example.com/a%20b", id="escapes are kept"),
        pytest.param("http://0x5db8d822/", "http://93.184.216.34/", id="odd spelling of a public address"),
        pytest.param("http://[2606:2800:220:1::0:1]/", "http://[2606:2800:220:1::1]/", id="IPv6"),
    ],
)
def test_a_url_has_one_spelling(url: str, contacted: str) -> None:
    assert PUBLIC_ONLY.check_url(url) == contacted
    assert PUBLIC_ONLY.check_url(contacted) == contacted


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param("file:///etc/hosts", "not an http(s) URL but file:", id="another scheme"),
        pytest.param("http:/example.com/", "not an http(s) URL", id="one slash"),
        pytest.param("https://", "no host", id="no host"),
        pytest.param("https://me:secret@example.com/", "user name or password", id="credentials"),
        pytest.param("https://example.com\\@10.0.0.1/", "backslash", id="backslash"),
        pytest.param("https://exa\tmple.com/", "white space", id="tab in the host"),
        pytest.param("https://example.com/a\r\nX: y", "white space", id="header injection"),
        pytest.param("https://example.com/\u2028", "white space", id="line separator"),
        pytest.param("https://example.com:0/", "port 0", id="port zero"),
        pytest.param("https://example.com:65536/", "port 65536", id="port too large"),
        pytest.param("https://example.com:８０/", "malformed", id="full-width port"),
        pytest.param("https://example.com:25/", "another protocol", id="mail port"),
        pytest.param(f"https://{'a' * 64}.com/", "longer than 63", id="long label"),
        pytest.param(f"https://{'a.' * 130}com/", "longer than 253", id="long host"),
        pytest.param("https://a..example.com/", "not a valid name", id="empty label"),
        pytest.param("https://-a.example.com/", "not a valid name", id="label with a leading hyphen"),
        pytest.param("https://xn--99999999.com/", "bad punycode", id="bad punycode"),
        pytest.param("https://xn--abc-.com/", "not a valid name", id="punycode that ends in a hyphen"),
        pytest.param("https://\udcff.com/", "not valid text", id="lone surrogate"),
        pytest.param("https://a\u200db.com/", "not a valid international name", id="joiner out of place"),
        pytest.param("https://127.0.0.%31/", "percent-encoded", id="percent-encoded host"),
        pytest.param("https://[::1%25lo]/", "malformed", id="zone"),
        pytest.param("https://[1.2.3.4]/", "malformed", id="IPv4 in brackets"),
        pytest.param("https://1.2.3.4.5/", "not an IPv4 address", id="five parts"),
        pytest.param("https://1.2.3.256/", "not an IPv4 address", id="part too large"),
        pytest.param("https://09.1.1.1/", "not an IPv4 address", id="not octal"),
        pytest.param(f"https://example.com/{'a' * 8000}", "longer than 8000", id="long URL"),
    ],
)
def test_a_url_that_cannot_be_contacted_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason.replace("(", r"\(").replace(")", r"\)")):
        PUBLIC_ONLY.check_url(url)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.1",
            "017700000001",
            "2130706433",
        ),
        *("127。0。0。1", "１２７.0.0.1", "①②⑦.⓪.⓪.①", "0", "0.0.0.0", "10.1.2.3", "172.31.255.255"),
        *("192.168.1.1", "169.254.169.254", "2852039166", "100.100.100.200", "192.0.0.192", "192.0.2.1"),
        *("192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]"),
        *("[::ffff:a9fe:a9fe]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]"),
        *("[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[fc00::1]"),
        *("[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[5f00::1]", "[4000::1]"),
        *("localhost", "LOCALHOST.", "x.localhost", "a.local", "metadata.google.internal", "nas.lan"),
        *("127.0.0.1.nip.io", "app.10-0-0-1.sslip.io", "router.home.arpa"),
    ],
)
def test_private_hosts_are_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(FetchError) as refused:
        PUBLIC_ONLY.check_url(f"http://{host}/feed")

    assert refused.value.blocked


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.216.34",
        "172.32.0.1",
        "100.128.0.1",
        "2606:2800:220:1::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_public_addresses_may_be_contacted(address: str) -> None:
    PUBLIC_ONLY.check_address(address, 443)


@pytest.mark.parametrize(
    ("entry", "address", "port", "allowed"),
    [
        pytest.param("127.0.0.1:8199", "127.0.0.1", 8199, True, id="this address and port"),
        pytest.param("127.0.0.1:8199", "127.0.0.1", 8200, False, id="another port"),
        pytest.param("127.0.0.1:8199", "127.0.0.2", 8199, False, id="another address"),
        pytest.param("127.0.0.0/8:8300", "127.9.9.9", 8300, True, id="in the network"),
        pytest.param("127.0.0.0/8:8300", "10.0.0.1", 8300, False, id="outside the network"),
        pytest.param("[::1]:80", "::1", 80, True, id="IPv6"),
        pytest.param("[fd00::/8]:80", "fd12::1", 80, True, id="IPv6 network"),
        pytest.param("127.0.0.1:80", "::ffff:127.0.0.1", 80, True, id="mapped: it is what is contacted"),
        pytest.param("127.0.0.1:80", "::1", 80, False, id="loopback of the other family"),
    ],
)
def test_an_allow_entry_covers_its_addresses_on_its_port(
    entry: str, address: str, port: int, allowed: bool
) -> None:
    policy = AddressPolicy.from_entries([entry])

    if allowed:
        policy.check_address(address, port)
    else:
        with pytest.raises(FetchError):
            policy.check_address(address, port)


@pytest.mark.parametrize(
    "entry",
    ["localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "::1:80", "10.0.0.1/8:80", "*:80", ""],
)
def test_an_allow_entry_that_is_no_address_with_a_port_is_an_error(entry: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_allowed(entry)


def test_a_private_name_passes_when_its_port_is_allowed_and_its_address_decides() -> None:
    policy = AddressPolicy.from_entries(["10.1.2.3:8080"])

    assert policy.check_url("http://wiki.internal:8080/") == "http://wiki.internal:8080/"
    assert policy.usable("wiki.internal", ["10.1.2.3"], 8080) == ["10.1.2.3"]
    with pytest.raises(FetchError, match="private"):
        policy.usable("wiki.internal", ["10.9.9.9"], 8080)


def test_one_private_address_refuses_the_whole_name() -> None:
    with pytest.raises(FetchError, match=r"mixed\.example is at 127\.0\.0\.1, which is loopback"):
        PUBLIC_ONLY.usable("mixed.example", ["93.184.216.34", "127.0.0.1"], 80)


def test_of_a_mixed_answer_only_addresses_that_the_user_allows_are_used() -> None:
    policy = AddressPolicy.from_entries(["127.0.0.1:8300"])

    assert policy.usable("localhost", ["::1", "127.0.0.1"], 8300) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        pytest.param("/b?c", "https://example.com/b?c", id="path"),
        pytest.param("b", "https://example.com/feeds/b", id="relative"),
        pytest.param("../b", "https://example.com/b", id="up"),
        pytest.param("?x=1", "https://example.com/feeds/a?x=1", id="query only"),
        pytest.param("//other.example/b", "https://other.example/b", id="another host"),
        pytest.param("http://other.example/b", "http://other.example/b", id="another scheme"),
    ],
)
def test_a_redirect_is_resolved_against_where_it_was_given(location: str, leads_to: str) -> None:
    base = PUBLIC_ONLY.target("https://example.com/feeds/a")

    assert str(PUBLIC_ONLY.redirected(base, location)) == leads_to


@given(st.text(max_size=60))
def test_no_text_is_more_than_a_refusal(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://example.com/{text}"):
        try:
            spelled = PUBLIC_ONLY.check_url(url)
        except FetchError:
            continue
        assert spelled.isascii()
        assert PUBLIC_ONLY.check_url(spelled) == spelled


def test_every_url_of_the_reference_cases_is_judged_as_it_should_be(shared: Path) -> None:
    rows = (shared / "faults" / "cases" / "urls" / "urls.tsv").read_text("utf-8").splitlines()[1:]

    wrong = [row[:120] for row in rows if _verdict(json.loads(row.split("\t")[1])) != row.split("\t")[2]]

    assert not wrong
    assert len(rows) > 50


def _verdict(url: str) -> str:
    try:
        PUBLIC_ONLY.check_url(url)
    except FetchError:
        return "refuse"
    return "allow"
