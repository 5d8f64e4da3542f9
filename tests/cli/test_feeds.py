"""`tracker feeds`: what a user sees of his subscriptions, with real publishers on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tracker import shipped

SECRET = "s3cret"
PAGE = "<!doctype html><html><head>{}</head><body>Hello</body></html>"
LINK = "<link rel=alternate type='application/rss+xml' href='{}'>"
HEAD = "# My own config.\nuse: none   # nothing of the pack\n"
PACKED = HEAD.replace("none   # nothing", "ai-industry/signals   # no feeds")


def rss(title: str, *titles: str) -> bytes:
    date = format_datetime(datetime.now(UTC))
    items = "".join(
        f"<item><title>{each}</title><link>https://e.example/{number}</link><pubDate>{date}</pubDate></item>"
        for number, each in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode()


class Site(ThreadingHTTPServer):
    """A site with feeds, pages and a moved address. asked: paths in order, with the credentials sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[tuple[str, str | None]] = []
        self.documents: dict[str, tuple[str, bytes]] = {
            "/a.xml": (
                "application/rss+xml",
                rss("AI News", "OpenAI cuts API token prices by half", "A day"),
            ),
            "/zh.xml": ("application/rss+xml", rss("日报", "阿里云大模型全线降价", "深度求索发布新模型")),
            "/one": ("text/html", PAGE.format(LINK.format("a.xml")).encode()),
            "/two": ("text/html", PAGE.format(LINK.format("a.xml") + LINK.format("zh.xml")).encode()),
            "/bare": ("text/html", PAGE.format("").encode()),
            "/secret": ("application/rss+xml", rss("Members", "Hello")),
            "/json": ("application/json", b'{"a": 1}'),
        }

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def allowed(self) -> str:
        return f'poll: {{allow: ["127.0.0.1:{self.server_port}"], spacing: 0s}}\n'


class _Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        if self.path == "/moved":
            self._send(301, b"", Location="/a.xml")
        elif self.path == "/secret" and self.headers.get("Authorization") != f"Bearer {SECRET}":
            self._send(401, b"")
        elif self.path not in self.server.documents:
            self._send(404, b"")
        elif self.path == "/a.xml" and self.headers.get("If-None-Match") == '"v1"':
            self._send(304, b"", ETag='"v1"')
        else:
            kind, body = self.server.documents[self.path]
            self._send(200, body, Content_Type=kind, **({} if self.path == "/secret" else {"ETag": '"v1"'}))

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library names it
        """Quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mine(home: Any, site: Site) -> Any:
    """A home whose config may ask the site, with comments that must stay."""
    home.config.write_text(HEAD + site.allowed + "# The end.\n", "utf-8")
    return home


@pytest.fixture
def with_pack(mine: Any, site: Site) -> Any:
    """The same with the pack's rules, which cost a second per command."""
    mine.config.write_text(PACKED + site.allowed + "# The end.\n", "utf-8")
    return mine


def text(home: Any) -> str:
    return str(home.config.read_text("utf-8"))


# --- add ------------------------------------------------------------------------------------------


def test_a_feed_is_shown_and_added_below_what_is_there(with_pack: Any, site: Site) -> None:
    mine, before = with_pack, text(with_pack)

    run = mine.tracker("feeds", "add", f"{site.home}/a.xml", "--yes")

    assert run.code == 0, run.err
    assert "AI News (ai-news)" in run.out
    assert "2 items, newest just now" in run.out
    assert "signals: pricing 1" in run.out
    assert text(mine) == f"{before}\nfeeds:\n  - id: ai-news\n    name: AI News\n    url: {site.home}/a.xml\n"
    assert mine.tracker("poll", "ai-news").code == 0


def test_without_yes_and_without_a_terminal_nothing_is_written(mine: Any, site: Site) -> None:
    before = text(mine)

    run = mine.tracker("feeds", "add", f"{site.home}/a.xml")

    assert (run.code, text(mine)) == (1, before)
    assert "--yes" in run.err


def test_the_feed_that_a_page_names_is_added(mine: Any, site: Site) -> None:
    run = mine.tracker("feeds", "add", f"{site.home}/one", "--yes", "--name", "Mine", "--tier", "trade")

    assert run.code == 0, run.err
    assert f"  - id: mine\n    name: Mine\n    url: {site.home}/a.xml\n    tier: trade\n" in text(mine)
    assert [path for path, _ in site.asked] == ["/one", "/a.xml"]


def test_of_several_feeds_the_user_chooses(mine: Any, site: Site) -> None:
    before = text(mine)

    asked = mine.tracker("feeds", "add", f"{site.home}/two", "--yes")
    unchanged = text(mine)
    chosen = mine.tracker("feeds", "add", f"{site.home}/two", "--yes", "--choose", "2")

    assert (asked.code, unchanged) == (1, before)
    assert f"   1  {site.home}/a.xml" in asked.err
    assert "--choose 2" in asked.err
    assert chosen.code == 0, chosen.err
    assert "  - id: 日报\n    name: 日报\n" in text(mine)
    assert "    lang: zh\n" in text(mine)


def test_usual_places_are_tried_politely(mine: Any, site: Site) -> None:
    site.documents["/index.xml"] = ("text/xml", rss("Hidden", "x"))

    found = mine.tracker("feeds", "add", f"{site.home}/bare", "--yes")
    asked = [path for path, _ in site.asked]
    del site.documents["/index.xml"]
    missing = mine.tracker("feeds", "add", f"{site.home}/bare", "--yes")

    assert found.code == 0, found.err
    assert asked == ["/bare", "/feed", "/rss", "/feed.xml", "/atom.xml", "/index.xml"]
    assert missing.code == 1
    assert "a page without a feed" in missing.err


def test_a_feed_that_moved_for_good_is_added_where_it_is(mine: Any, site: Site) -> None:
    mine.tracker("feeds", "add", f"{site.home}/moved", "--yes")

    assert f"url: {site.home}/a.xml\n" in text(mine)


def test_a_feed_that_is_there_is_not_added_twice(mine: Any, site: Site) -> None:
    mine.tracker("feeds", "add", f"{site.home}/a.xml", "--yes")
    before = text(mine)

    again = mine.tracker("feeds", "add", f"{site.home}/a.xml#top", "--yes")
    behind = mine.tracker("feeds", "add", f"{site.home}/moved", "--yes")
    other = mine.tracker("feeds", "add", f"{site.home}/zh.xml", "--yes", "--id", "ai-news")

    assert [again.code, behind.code, other.code] == [1, 1, 1]
    assert "as ai-news (AI News)" in again.err
    assert "as ai-news (AI News)" in behind.err
    assert "the id 'ai-news'" in other.err
    assert text(mine) == before


def test_a_private_address_is_refused_with_the_line_that_permits_it(home: Any, site: Site) -> None:
    home.config.write_text(HEAD, "utf-8")

    run = home.tracker("feeds", "add", f"http://localhost:{site.server_port}/a.xml", "--yes")

    assert run.code == 1
    assert f'allow: ["127.0.0.1:{site.server_port}"' in run.err.replace("[::1]", "127.0.0.1")
    assert site.asked == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/none", "HTTP 404"),
        ("/json", "not a feed: JSON"),
        ("/secret", "HTTP 401 (authentication required)"),
    ],
)
def test_what_brings_no_feed_is_one_line(mine: Any, site: Site, url: str, told: str) -> None:
    before = text(mine)

    run = mine.tracker("feeds", "add", site.home + url, "--yes")

    assert (run.code, run.out, text(mine)) == (1, "", before)
    assert told in run.err
    assert len(run.err.splitlines()) == 1


def test_a_secret_header_is_sent_and_never_shown(mine: Any, site: Site) -> None:
    header = ("--header", "Authorization: Bearer env:TOKEN")
    env = {"TOKEN": SECRET}

    run = mine.tracker("feeds", "add", f"{site.home}/secret", "--yes", *header, env=env)
    checked = mine.tracker("feeds", "check", "members", "--json", env=env)
    exported = mine.tracker("feeds", "export", env=env)

    assert run.code == 0, run.err
    assert '    headers: {Authorization: "Bearer env:TOKEN"}\n' in text(mine)
    assert site.asked[-1] == ("/secret", f"Bearer {SECRET}")
    assert checked.code == 0
    assert SECRET not in "".join((run.out, run.err, checked.out, exported.out, exported.err, text(mine)))
    assert "TOKEN" not in exported.out


def test_a_header_is_not_sent_to_where_a_page_leads(mine: Any, site: Site) -> None:
    with Site() as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        both = f'poll: {{allow: ["127.0.0.1:{site.server_port}", "127.0.0.1:{other.server_port}"]}}\n'
        mine.config.write_text(HEAD + both, "utf-8")
        site.documents["/away"] = ("text/html", PAGE.format(LINK.format(f"{other.home}/a.xml")).encode())

        run = mine.tracker("feeds", "add", f"{site.home}/away", "-y", "--header", "X-Plain: hello")

        other.shutdown()
        thread.join()
    assert run.code == 1
    assert "add that address" in run.err
    assert other.asked == [("/a.xml", None)]


def test_a_secret_given_instead_of_named_is_refused_and_not_repeated(mine: Any, site: Site) -> None:
    before = text(mine)

    run = mine.tracker(
        "feeds", "add", f"{site.home}/secret", "-y", "--header", f"Authorization: Bearer {SECRET}"
    )

    assert (run.code, text(mine)) == (1, before)
    assert SECRET not in run.out + run.err


def test_what_cannot_be_edited_is_left_alone_and_told(home: Any, site: Site) -> None:
    before = f'{{use: ai-industry/signals, poll: {{allow: ["127.0.0.1:{site.server_port}"]}}}}\n'
    home.config.write_text(before, "utf-8")

    run = home.tracker("feeds", "add", f"{site.home}/a.xml", "--yes")

    assert (run.code, text(home)) == (1, before)
    assert "  - id: ai-news" in run.err


def test_a_broken_config_is_not_edited(mine: Any, site: Site) -> None:
    mine.config.write_text(text(mine) + "fedes: []\n", "utf-8")
    before = text(mine)

    run = mine.tracker("feeds", "add", f"{site.home}/a.xml", "--yes")

    assert (run.code, text(mine), site.asked) == (2, before, [])


def test_a_feed_goes_into_the_included_file_that_has_the_others(mine: Any, site: Site) -> None:
    (mine.folder / "feeds.yaml").write_text(
        "feeds:\n  - {id: zh, name: Z, url: https://z.example/}\n", "utf-8"
    )
    mine.config.write_text(text(mine) + "include: [feeds.yaml]\n", "utf-8")
    before = text(mine)

    added = mine.tracker("feeds", "add", f"{site.home}/a.xml", "--yes")
    removed = mine.tracker("feeds", "remove", "zh")

    assert (added.code, removed.code) == (0, 0), added.err + removed.err
    assert text(mine) == before
    written = (mine.folder / "feeds.yaml").read_text("utf-8")
    assert written == f"feeds:\n  - id: ai-news\n    name: AI News\n    url: {site.home}/a.xml\n"


# --- remove ---------------------------------------------------------------------------------------


def test_adding_and_removing_leaves_the_file_as_it_was_but_for_the_section(mine: Any, site: Site) -> None:
    before = text(mine)
    mine.tracker("feeds", "add", f"{site.home}/a.xml", "--yes")

    run = mine.tracker("feeds", "remove", "ai-news")

    assert run.code == 0, run.err
    assert "items stay" in run.out
    assert "--id ai-news" in run.err
    assert text(mine) == f"{before}\nfeeds:\n"


def test_a_feed_of_the_pack_is_switched_off(home: Any) -> None:
    home.tracker("init", "config.yaml")

    run = home.tracker("feeds", "remove", "sspai")
    again = home.tracker("feeds", "remove", "sspai")
    back = home.tracker("feeds", "add", "https://sspai.com/feed", "--yes")

    assert run.code == 0, run.err
    assert "feeds:\n  - {id: sspai, off: true}\n" in text(home)
    assert (again.code, back.code) == (1, 1)
    assert "off already, at config.yaml:" in again.err.replace(f"{home.folder}/", "")
    assert "sspai, which is off at" in back.err


def test_a_feed_of_the_pack_that_the_user_changed_keeps_the_change(home: Any) -> None:
    home.config.write_text("use: ai-industry\nfeeds:\n  - id: sspai\n    interval: 2h\n", "utf-8")

    run = home.tracker("feeds", "remove", "sspai")

    assert run.code == 0, run.err
    assert text(home).endswith("  - id: sspai\n    interval: 2h\n    off: true\n")


def test_a_feed_that_stood_for_one_of_the_pack_does_not_bring_that_back(home: Any) -> None:
    home.config.write_text(
        "use: ai-industry\nfeeds:\n  - {id: own, name: Own, url: 'https://sspai.com/feed'}\n", "utf-8"
    )

    run = home.tracker("feeds", "remove", "own")

    assert run.code == 0, run.err
    assert text(home) == "use: ai-industry\nfeeds:\n  - {id: sspai, off: true}\n"


def test_an_unknown_feed_is_told_with_a_suggestion(home: Any) -> None:
    home.tracker("init", "config.yaml")

    run = home.tracker("feeds", "remove", "sspia")

    assert (run.code, run.out) == (1, "")
    assert "did you mean sspai" in run.err


# --- list and check -------------------------------------------------------------------------------


def test_the_list_tells_how_each_feed_stands(mine: Any, site: Site) -> None:
    for path in ("a.xml", "zh.xml"):
        mine.tracker("feeds", "add", f"{site.home}/{path}", "--yes")
    unasked = mine.tracker("feeds", "list", "--json")
    del site.documents["/zh.xml"]
    mine.tracker("poll")

    told = mine.tracker("feeds", "list", "--json")
    some = mine.tracker("feeds", "list", "failing")

    assert [row["state"] for row in unasked.json] == ["not polled yet", "not polled yet"]
    assert [(row["feed"], row["state"], row["origin"]) for row in told.json] == [
        ("ai-news", "ok", "yours"),
        ("日报", "failing", "yours"),
    ]
    assert told.json[0]["last_success"] is not None
    assert told.json[0]["next_poll"] is not None
    assert some.code == 0
    assert "HTTP 404" in some.out
    assert "ai-news" not in some.out


def test_check_tells_answers_and_signals_and_keeps_nothing(with_pack: Any, site: Site) -> None:
    mine = with_pack
    for path in ("a.xml", "zh.xml"):
        mine.tracker("feeds", "add", f"{site.home}/{path}", "--yes")

    run = mine.tracker("feeds", "check")
    told = mine.tracker("feeds", "check", "ai-news", f"{site.home}/moved", "--json")

    assert run.code == 0, run.err
    assert "ai-news: 200, rss20, utf-8, 2 items, newest just now, 304 when asked again" in run.out
    assert "日报: 200, rss20, utf-8, 2 items, newest just now, ignores its own validators" in run.out
    assert [(row["conditional"], row["signals"]) for row in told.json] == [(True, {"pricing": 1})] * 2
    assert told.json[1]["moved_to"] == f"{site.home}/a.xml"
    assert not mine.data.exists()


def test_check_exits_with_1_when_one_fails(mine: Any, site: Site) -> None:
    run = mine.tracker("feeds", "check", f"{site.home}/a.xml", f"{site.home}/one", f"{site.home}/none")

    assert run.code == 1
    assert f"{site.home}/one: FAILED not a feed: HTML page" in run.out
    assert f"{site.home}/none: FAILED HTTP 404" in run.out
    assert "1 of 3 feeds answered as a feed" in run.err


# --- import and export ----------------------------------------------------------------------------


def test_every_line_of_a_list_is_taken_or_told(home: Any, shared: Path) -> None:
    home.config.write_text(HEAD, "utf-8")
    case = shared / "faults" / "cases" / "feeds" / "opml-schemes.opml"

    tried = home.tracker("feeds", "import", str(case), "--dry-run")
    unchanged = text(home)
    run = home.tracker("feeds", "import", str(case), "--json")

    assert (tried.code, unchanged) == (0, HEAD)
    assert [each["url"] for each in run.json["feeds"]] == ["http://example.com/ok"]
    assert [each["why"] for each in run.json["known"]] == ["the same as line 1"]
    assert [(each["url"], each["why"]) for each in run.json["refused"]] == [
        ("file:///etc/passwd", "not an http(s) URL but file:"),
        ("gopher://127.0.0.1:1/", "not an http(s) URL but gopher:"),
        ("http://169.254.169.254/", "169.254.169.254:80 is not a public address (link-local)"),
        ("javascript:alert(1)", "not an http(s) URL but javascript:"),
        ("http://…@example.com/feed", "the URL contains a user name or password"),
        ("", "the URL is empty"),
    ]
    assert home.tracker("check").code == 0


def test_markup_in_a_title_and_endless_folders_do_no_harm(home: Any, shared: Path) -> None:
    home.config.write_text(HEAD, "utf-8")
    cases = shared / "faults" / "cases" / "feeds"

    deep = home.tracker("feeds", "import", str(cases / "opml-deep.opml"))
    xss = home.tracker("feeds", "import", str(cases / "opml-xss.opml"))

    assert (deep.code, xss.code) == (0, 0), deep.err + xss.err
    assert '    name: "<script>alert(1)</script>"\n' in text(home)
    assert "&lt;script&gt;" in home.tracker("feeds", "export").out


def test_what_is_exported_is_imported_as_it_was(home: Any) -> None:
    home.tracker("init", "config.yaml")
    home.tracker("feeds", "export", "all.opml")
    (home.folder / "other.yaml").write_text(PACKED, "utf-8")

    run = home.tracker("-c", "other.yaml", "feeds", "import", "all.opml")
    again = home.tracker("-c", "other.yaml", "feeds", "export", "--mine")

    assert run.code == 0, run.err
    assert _without_date(again.out) == _without_date((home.folder / "all.opml").read_text("utf-8"))
    assert again.out.count("xmlUrl=") > 60


def test_names_that_are_taken_get_the_host_behind_them(home: Any) -> None:
    home.config.write_text(HEAD + "feeds: [{name: News, url: 'https://a.example/'}]\n", "utf-8")
    lines = "".join(f'<outline text="News" xmlUrl="https://{host}.example/"/>' for host in "abc")
    (home.folder / "x.opml").write_text(f"<opml><body>{lines}</body></opml>", "utf-8")

    run = home.tracker("feeds", "import", "x.opml", "--json")

    assert [each["name"] for each in run.json["feeds"]] == ["News (b.example)", "News (c.example)"]
    assert home.tracker("check").code == 0


def test_secrets_are_not_exported(home: Any) -> None:
    home.config.write_text(
        HEAD + "feeds:\n  - {name: A, url: 'https://a.example/?token=abc'}\n"
        "  - {name: B, url: 'https://b.example/', headers: {Cookie: env:SID}}\n",
        "utf-8",
    )

    run = home.tracker("feeds", "export", "--mine", env={"SID": SECRET})

    assert run.out.count("xmlUrl=") == 1
    assert "abc" not in run.out
    assert "SID" not in run.out
    assert SECRET not in run.out + run.err
    assert "a is left out" in run.err
    assert "b needs headers" in run.err


@pytest.mark.parametrize("content", ["", "<rss/>", '<!DOCTYPE a [<!ENTITY x SYSTEM "/etc/passwd">]><opml/>'])
def test_what_is_no_list_is_one_line(home: Any, content: str) -> None:
    home.config.write_text(HEAD, "utf-8")
    (home.folder / "x.opml").write_text(content, "utf-8")

    run = home.tracker("feeds", "import", "x.opml")

    assert (run.code, run.out, text(home)) == (1, "", HEAD)
    assert run.err.startswith("tracker: x.opml: ")
    assert len(run.err.splitlines()) == 1


def _without_date(opml: str) -> list[str]:
    return [line for line in opml.splitlines() if "dateCreated" not in line]


def test_the_pack_has_the_feeds_that_these_tests_name() -> None:
    assert "https://sspai.com/feed" in (shipped.seeds() / "feeds.yaml").read_text("utf-8")
