"""Only plain http and https links can be clicked, and the reader sees where they lead."""

from __future__ import annotations

import pytest

from tracker.digest.links import Link, safe_link


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@b.example",
        "//b.example/x",
        "\\\\b.example\\x",
        "https:\\\\b.example",
        "http:///path",
        "http://",
        "https://a b.example/",
        "https://a.example/\"onmouseover=x",
        "https://a.example/<script>",
        "https://a.example:99999/",
        "https://[::1",
        "https://xn--\u00fc.example\u2028/",
        "/relative",
        "https://a.example/" + "x" * 3000,
        "https://exam\u200cple.com/",
        "https://exam\u202eple.com/",
    ],
)  # fmt: skip
def test_no_link_is_made_of(url: str | None):
    assert safe_link(url) is None


@pytest.mark.parametrize(
    ("url", "href", "host"),
    [
        pytest.param("https://a.example/x?y=1#f", "https://a.example/x?y=1#f", "a.example", id="plain"),
        pytest.param(" http://a.example ", "http://a.example", "a.example", id="spaces around it"),
        pytest.param("HTTPS://WWW.A.Example/P", "https://www.a.example/P", "a.example", id="upper case"),
        pytest.param("https://bank.example@b.example/", "https://b.example/", "b.example", id="userinfo"),
        pytest.param("http://u:p@a.example:8080/", "http://a.example:8080/", "a.example", id="password"),
        pytest.param("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/", "2001:db8::1", id="IPv6"),
        pytest.param("https://bücher.example/", "https://xn--bcher-kva.example/", "bücher.example", id="IDN"),
        pytest.param(
            "https://例子.cn/", "https://xn--fsqu00a.cn/", "例子.cn", id="Han beside Latin is honest"
        ),
        pytest.param(
            "https://аррle.example/",
            "https://xn--le-6kc8da.example/",
            "аррle.example (xn--le-6kc8da.example)",
            id="Cyrillic among Latin letters shows its punycode",
        ),
        pytest.param(
            "https://xn--80ak6aa92e.com/",
            "https://xn--80ak6aa92e.com/",
            "аррӏе.com (xn--80ak6aa92e.com)",
            id="a whole Cyrillic label under a Latin ending shows its punycode",
        ),
        pytest.param(
            "https://straße.example/", "https://xn--strae-oqa.example/", "straße.example", id="ß is not ss"
        ),
        pytest.param(
            "https://bank.example\u2044login.b.example/",
            "https://bank.xn--examplelogin-xk0g.b.example/",
            "bank.xn--examplelogin-xk0g.b.example",
            id="a sign that looks like a slash shows its punycode",
        ),
        pytest.param("https://💩.la/", "https://xn--ls8h.la/", "xn--ls8h.la", id="a picture as name"),
    ],
)
def test_a_link_keeps_what_is_safe_and_shows_its_host(url: str, href: str, host: str):
    assert safe_link(url) == Link(href, host)
