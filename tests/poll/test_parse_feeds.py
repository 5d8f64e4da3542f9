"""What a body becomes: every recorded case of odd feeds and hostile XML has its exact outcome."""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import ParseError
from tracker.model import Item, Snapshot, Validators
from tracker.poll.parse import ParseJob, parse_document

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PAGE = "http://example.com/1"
THREE = Validators(etag='"3"')


def job(body: bytes | str, *, url: str = "https://feeds.example/f.xml", lang: str | None = None) -> ParseJob:
    data = body.encode() if isinstance(body, str) else body
    return ParseJob("f", data, url, None, None, lang, THREE, NOW, "hash")


def parse(body: bytes | str, **named: str) -> Snapshot:
    return parse_document(job(body, **named))


def rss(*items: str, head: str = "<title>t</title><link>http://example.com/</link>") -> str:
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel>{head}{listed}</channel></rss>'


def one(*parts: str) -> Item:
    [item] = parse(rss("".join(parts))).items
    return item


# id → (titles, links, words of the warnings)
FEEDS = {
    "xml-billion-laughs-utf16": (["D"], [PAGE], "entities of the document type"),
    "xml-quadratic": (["t"], [PAGE], "entities of the document type"),
    "xml-xxe-file": ([PAGE], [PAGE], "entities of the document type"),
    "xml-xxe-http": (["D"], [PAGE], "entities of the document type"),
    "xml-xxe-dev-random": (["D"], [PAGE], "entities of the document type"),
    "xml-rss091-dtd": (["a"], ["http://example.com/a"], ""),
    "xml-entity-benign": (["café — …"], [PAGE], "repaired"),
    "xml-doctype-backslash": (["D"], [PAGE], "entities of the document type"),
    "xml-charref-range": (["a\ufffdb\ufffdc\ufffdd"], [PAGE], "repaired"),
    "xml-charref-surrogate": (["a\ufffdb\ufffdc"], [PAGE], "repaired"),
    "xml-gml-srs": (["t"], [None], ""),
    "xml-cdata-decl": (["t"], [None], ""),
    "xml-invalid-char": (["ab"], [PAGE], "control characters"),
    "xml-two-roots": (["T"], [PAGE], "repaired"),
    "xml-version-11": (["T"], [PAGE], ""),
    "xml-undeclared-ns": (["T"], [PAGE], "repaired"),
    "xml-truncated": (["T"], [PAGE], "cut off: only whole items"),
    "feed-no-channel": ([], [], "no channel"),
    "feed-empty-channel": ([], [], ""),
    "feed-empty-item": (["T"], [PAGE], "2 empty items skipped"),
    "feed-title-only": (["only a title"], [None], ""),
    "feed-no-title": (["Some text"], [None], ""),
    "feed-no-guid": (["a"], ["http://example.com/a"], ""),
    "feed-guid-dup": (["A", "B"], [PAGE, "http://example.com/2"], "2 items share 1 guid"),
    "feed-guid-dup-exact": (["T"], [PAGE], ""),
    "feed-guid-empty": (["a", "b"], ["http://example.com/a", "http://example.com/b"], ""),
    "feed-guid-zero": (["a", "b"], [None, None], ""),
    "feed-guid-case": (["a", "b"], [PAGE, "http://example.com/2"], ""),
    "feed-guid-space": (["a"], [PAGE], ""),
    "feed-guid-unicode": (["a", "b"], [PAGE, "http://example.com/2"], ""),
    "feed-guid-permalink-not-url": (["a"], [None], ""),
    "feed-link-atom-only": (["a"], ["http://example.com/a"], ""),
    "feed-link-relative": (["a"], ["http://example.com/rel/a"], ""),
    "feed-link-space": (["a"], ["http://example.com/a%20b"], ""),
    "feed-link-same-for-all": (["t0", "t1", "t2", "t3", "t4"], ["http://example.com/"] * 5, ""),
    "feed-link-same-no-guid": (["t0", "t1", "t2", "t3", "t4"], ["http://example.com/"] * 5, ""),
    "feed-double-escaped": (["A & B <script>alert(1)</script>"], [PAGE], ""),
    "feed-title-html": (["bold title"], [PAGE], ""),
    "feed-enclosure-bad-length": (["T"] * 5, [f"http://example.com/{n}" for n in range(5)], ""),
    "feed-enclosure-shell": (["T"], [PAGE], ""),
    "feed-ttl-odd": (["T"], [PAGE], ""),
    "feed-rss10": (["a"], ["http://e/a"], ""),
    "feed-atom03": (["a"], ["http://example.com/a"], ""),
    "feed-atom-no-id": (["a"], ["http://example.com/a"], ""),
    "feed-atom-many-links": (["a"], ["http://example.com/a"], ""),
    "feed-upper-case-tags": (["a"], [None], ""),
    "feed-item-outside-channel": (["a"], [None], ""),
    "feed-title-newlines": (["a b c Bcc: x@example.com"], [PAGE], ""),
    "feed-title-very-long": (["长" * 1_000], [PAGE], ""),
    "feed-emoji-zwj": (["👩‍👩‍👧‍👦🏳️‍🌈" * 20], [PAGE], ""),
}
REFUSED = {
    "xml-cdata-open": "cut off before the end of its first item",
    "xml-whitespace": "not a feed: empty body",
    "xml-html-page": "not a feed: HTML page",
    "xml-json": "not a feed: JSON without a JSON Feed version",
    "feed-jsonfeed-null": "not a feed: JSON without a JSON Feed version",
    "feed-opml-as-feed": "not a feed: OPML outline",
}


def cases(shared: Path) -> dict[str, Path]:
    folder = shared / "faults/cases"
    with (folder / "INDEX.tsv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["id"]: folder / row["file"] for row in rows if row["group"] in ("feed", "xml")}


def test_every_case_of_feeds_and_xml_has_its_expectation(shared: Path) -> None:
    large = {
        case for case, file in cases(shared).items() if "/big/" in str(file)
    }  # made and read in test_pool.py

    assert set(cases(shared)) - large == set(FEEDS) | set(REFUSED)


@pytest.mark.parametrize(
    ("case", "titles", "links", "warning"), [pytest.param(k, *v, id=k) for k, v in FEEDS.items()]
)
def test_a_feed_with_an_oddity_gives_exactly_these_items(
    shared: Path, case: str, titles: list[str], links: list[str | None], warning: str
) -> None:
    started = time.process_time()

    found = parse(cases(shared)[case].read_bytes())

    assert [(item.title, item.link) for item in found.items] == list(zip(titles, links, strict=True))
    assert warning in "; ".join(found.warnings)
    assert bool(warning) == bool(found.warnings)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(("case", "message"), [pytest.param(k, v, id=k) for k, v in REFUSED.items()])
def test_what_is_no_feed_is_refused_by_name(shared: Path, case: str, message: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse(cases(shared)[case].read_bytes())

    assert str(refused.value) == message


def test_nothing_of_a_file_or_another_host_is_ever_in_a_feed(shared: Path) -> None:
    found = [parse(cases(shared)[case].read_bytes()) for case in ("xml-xxe-file", "xml-xxe-http")]

    assert "root:" not in repr(found)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "not a feed: empty body", id="nothing"),
        pytest.param(b"Too many requests", "not a feed: plain text", id="a sentence"),
        pytest.param(bytes(range(256)) * 40, "not a feed: binary data", id="binary data"),
        pytest.param(
            "<html><form><input name=password></form></html>", "not a feed: HTML page", id="a login page"
        ),
        pytest.param(
            "<!doctype html><title>x</title><br>", "not a feed: HTML page", id="a page that is no XML"
        ),
        pytest.param("<p>Hello<html></html>", "not a feed: HTML page", id="a page that begins late"),
        pytest.param(
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>',
            "not a feed: sitemap",
            id="a sitemap",
        ),
        pytest.param(
            "<svg xmlns='http://www.w3.org/2000/svg'/>", "not a feed: XML document <svg>", id="other XML"
        ),
        pytest.param("<div>Gone</div>", "not a feed: HTML page", id="a piece of a page"),
        pytest.param(
            '<feed xmlns="urn:products"><product/></feed>',
            "not a feed: XML document <feed> of another kind",
            id="another format's feed",
        ),
        pytest.param(
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description/></rdf:RDF>',
            "not a feed: RDF document",
            id="RDF that lists nothing",
        ),
        pytest.param(
            "<!DOCTYPE rss [<!ENTITY a 'b'>]>\n" * 2 + rss("<title>&a;</title>"),
            "refused: the document type",
            id="two document types",
        ),
        pytest.param('{"error": "rate limit"}', "not a feed: JSON without a JSON Feed version", id="JSON"),
        pytest.param('{"error', "not a feed: broken JSON", id="half of a JSON document"),
        pytest.param("[" * 100_000, "not a feed: JSON nested too deep", id="JSON nested 100,000 deep"),
    ],
)
def test_a_body_without_a_feed_in_it_says_what_it_is(body: bytes | str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parse(body)


def test_a_feed_that_was_cut_off_keeps_whole_items_and_is_asked_for_again() -> None:
    whole = rss("<title>a</title><guid>1</guid>", "<title>b</title><guid>2</guid>")

    found = parse(whole[: whole.index("</item></channel>")])

    assert [item.title for item in found.items] == ["a"]
    assert (found.validators, found.body_hash) == (Validators(), "")


def test_a_feed_that_was_cut_off_inside_cdata_keeps_the_items_before_it() -> None:
    body = rss("<title>a</title>", "<title><![CDATA[b</title>", "<title>c</title>")

    assert [item.title for item in parse(body).items] == ["a"]


def test_a_whole_feed_keeps_its_validators_and_hash() -> None:
    found = parse(rss("<title>a</title>"))

    assert found.validators == THREE
    assert found.body_hash == "hash"


@pytest.mark.parametrize(
    ("body", "version"),
    [
        pytest.param(rss(), "rss20", id="RSS 2.0"),
        pytest.param('<rss version="0.92"><channel/></rss>', "rss092", id="RSS 0.92"),
        pytest.param("<rss><channel/></rss>", "rss", id="RSS of no version"),
        pytest.param('<feed xmlns="http://www.w3.org/2005/Atom"/>', "atom10", id="Atom"),
        pytest.param('<a:feed xmlns:a="http://www.w3.org/2005/Atom"/>', "atom10", id="Atom with a prefix"),
        pytest.param(
            '{"version": "https://jsonfeed.org/version/1", "items": []}', "json1", id="JSON Feed 1.0"
        ),
        pytest.param(
            '{"version": "https://jsonfeed.org/version/1.1", "items": []}', "json11", id="JSON Feed 1.1"
        ),
    ],
)
def test_an_empty_feed_is_a_success_with_its_version(body: str, version: str) -> None:
    assert (parse(body).version, parse(body).items) == (version, ())


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        pytest.param("\n\n  <?xml version='1.0'?>" + rss("<title>a</title>"), ["a"], id="white space first"),
        pytest.param("<br />\n<b>Warning</b>: x\n" + rss("<title>a</title>"), ["a"], id="a warning first"),
        pytest.param(rss("<title>A & B &copy; &nbsp; AT&T</title>"), ["A & B © AT&T"], id="bare ampersands"),
        pytest.param(rss("<title>a</title><p>x", "<title>c</title>"), ["a", "c"], id="a tag left open"),
        pytest.param(rss("<title>a\x00b\x08</title>"), ["ab"], id="control characters"),
        pytest.param(rss("<title>AT&amp;T: R&amp;D</title>"), ["AT&T: R&D"], id="escaped ampersands"),
        pytest.param(
            rss("<title><![CDATA[a & b &amp; c]]></title>"), ["a & b & c"], id="an ampersand in CDATA"
        ),
        pytest.param(rss("<dc:title>a</dc:title>"), ["a"], id="a prefix without declaration"),
        pytest.param(
            '<r:rss xmlns:r="urn:x"><r:channel><r:item><r:title>a</r:title></r:item></r:channel></r:rss>',
            ["a"],
            id="a namespace of its own",
        ),
        pytest.param(
            '<rss version="2.0"><channel><item><title>a</title></item></channel>'
            "<channel><item><title>b</title></item></channel><item><title>c</title></item></rss>",
            ["a", "b", "c"],
            id="two channels",
        ),
        pytest.param(
            f"<!-- {'x' * 9_000} --><!DOCTYPE rss [<!ENTITY own 'o'>]>" + rss("<title>a&own;b</title>"),
            ["ab"],
            id="a document type behind a long comment",
        ),
    ],
)
def test_malformed_but_readable_feeds_are_read(body: str, titles: list[str]) -> None:
    assert [item.title for item in parse(body).items] == titles


def test_entities_of_a_document_type_are_dropped_and_ordinary_text_stays() -> None:
    body = '<!DOCTYPE rss [<!ENTITY own "A]>"> <!-- don\'t --> ]>' + rss("<title>a&own;b &amp; c</title>")

    found = parse(body)

    assert [item.title for item in found.items] == ["ab & c"]
    assert found.warnings == ("entities of the document type are not read",)


# --- fields ------------------------------------------------------------------------------------------

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://site.example/blog/" xml:lang="zh-CN">
<title type="html">The &amp;amp; feed</title><link href="http://site.example/"/>
<entry xml:base="2026/"><id>tag:1</id><title>a &lt; b</title><link rel="self" href="self"/><link href="one"/>
<summary type="text">One &lt; two</summary>
<content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>First<br/>second</p><p>A &lt; B</p></div></content>
<author><name>Ann</name><email>ann@site.example</email></author><category term="x" label="Ex"/>
<published>2026-05-06T14:30:00</published><updated>2026-05-07T00:00:00Z</updated></entry></feed>"""


def test_an_atom_entry_becomes_an_item() -> None:
    found = parse(ATOM)

    [item] = found.items
    assert found.title == "The & feed"
    assert (item.guid, item.title, item.link) == ("tag:1", "a < b", "http://site.example/blog/2026/one")
    assert (item.summary, item.content) == ("One < two", "First\nsecond\nA < B")
    assert (item.author, item.tags, item.lang) == ("Ann", ("Ex",), "zh")
    assert item.published == datetime(2026, 5, 6, 6, 30, tzinfo=UTC)
    assert (item.first_seen, item.backlog) == (NOW, False)


def test_the_configured_language_wins() -> None:
    [item] = parse(ATOM, lang="en").items

    assert item.lang == "en"
    assert item.published == datetime(2026, 5, 6, 14, 30, tzinfo=UTC)


def test_a_json_feed_becomes_items() -> None:
    body = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [7, null,
      {"id": 12, "url": "/a", "title": "a < b", "content_html": "<p>x</p><p>y</p>", "tags": ["t", 3],
       "date_published": "2026-05-06T14:30:00Z", "authors": [{"name": "Ann"}, "Bob"]},
      {"id": "b", "external_url": "https://o.example/", "content_text": "List<String>", "title": ["x"]}]}"""

    found = parse(body, url="https://j.example/feed.json")

    first, second = found.items
    assert (first.guid, first.link, first.title, first.content) == (
        "12",
        "https://j.example/a",
        "a < b",
        "x\ny",
    )
    assert (first.tags, first.author) == (("t", "3"), "Ann")
    assert (second.link, second.title) == ("https://o.example/", "List<String>")
    assert found.warnings == ("2 items are not JSON objects",)


@pytest.mark.parametrize("items", ["{}", "null", '"x"', "1"])
def test_a_json_feed_whose_items_are_no_list_is_an_error(items: str) -> None:
    with pytest.raises(ParseError, match="items are not a list"):
        parse(f'{{"version": "https://jsonfeed.org/version/1", "items": {items}}}')


@pytest.mark.parametrize(
    ("written", "link"),
    [
        pytest.param(
            "<link>http://a.example/x?a=1&amp;b=2#c</link>", "http://a.example/x?a=1&b=2#c", id="as written"
        ),
        pytest.param("<link>//a.example/x</link>", "http://a.example/x", id="the scheme of the feed's page"),
        pytest.param("<link>?p=7</link>", "http://example.com/?p=7", id="relative to the feed's page"),
        pytest.param("<link>http://user:pw@a.example/</link>", "http://a.example/", id="without credentials"),
        pytest.param("<link>http://例え.jp/道</link>", "http://例え.jp/%E9%81%93", id="in Unicode"),
        pytest.param(
            '<link>http://a.example/"&gt;&lt;b&gt;</link>', "http://a.example/%22%3E%3Cb%3E", id="quotes"
        ),
        pytest.param("<link>javascript:alert(1)</link>", None, id="a script"),
        pytest.param("<link>data:text/html,x</link>", None, id="data"),
        pytest.param("<link>file:///etc/passwd</link>", None, id="a file"),
        pytest.param(
            r"<link>http://a.example\@b.example/</link>", None, id="a backslash before the host's end"
        ),
        pytest.param("<link>http://</link>", None, id="no host"),
        pytest.param("<link>http://[::1</link>", None, id="half an address"),
        pytest.param("<link>http://a.example:99999/</link>", None, id="no such port"),
        pytest.param(f"<link>http://a.example/{'x' * 5_000}</link>", None, id="too long: dropped, not cut"),
        pytest.param("<guid>http://a.example/g</guid>", "http://a.example/g", id="a permalink guid"),
        pytest.param(
            '<guid isPermaLink="false">http://a.example/g</guid>', None, id="a guid that is no permalink"
        ),
        pytest.param("<guid>javascript:alert(1)</guid>", None, id="a guid that is a script"),
        pytest.param("<link/>http://a.example/tail", "http://a.example/tail", id="written as an HTML tag"),
        pytest.param('<enclosure url="http://a.example/x.mp3"/>', None, id="an enclosure is no page"),
    ],
)
def test_the_link_is_a_web_page_or_nothing(written: str, link: str | None) -> None:
    assert one("<title>t</title>", written).link == link


@pytest.mark.parametrize(
    ("root", "written", "link"),
    [
        pytest.param("http://b.example/x/", '<link href="p"/>', "http://b.example/x/p", id="of the root"),
        pytest.param(
            "http://b.example/x/",
            '<link xml:base="y/" href="p"/>',
            "http://b.example/x/y/p",
            id="of the link",
        ),
        pytest.param(
            "sub/", '<link href="p"/>', "https://feeds.example/sub/p", id="relative to the document"
        ),
        pytest.param("javascript:x//", '<link href="p"/>', "https://feeds.example/p", id="no address"),
    ],
)
def test_xml_base_counts_wherever_it_stands(root: str, written: str, link: str) -> None:
    item = f"<title>t</title>{written}"
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{root}"><entry>{item}</entry></feed>'
    in_rss = f'<rss version="2.0" xml:base="{root}"><channel><item>{item}</item></channel></rss>'

    assert [parse(body).items[0].link for body in (atom, in_rss)] == [link, link]


def test_a_relation_may_be_written_as_an_address() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><link href="http://a.example/x"
      rel="http://www.iana.org/assignments/relation/alternate"/></entry></feed>"""

    assert parse(body).items[0].link == "http://a.example/x"


def test_an_entry_without_author_has_the_feeds() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Ann</name></author><entry><title>a</title>
      </entry><entry><title>b</title><author><name>Bob</name></author></entry></feed>"""

    assert [item.author for item in parse(body).items] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("written", "lang"),
    [
        pytest.param("en_US", "en", id="an underscore"),
        pytest.param("ZH-Hant", "zh", id="upper case"),
        pytest.param("english", None, id="a word"),
        pytest.param('">&lt;script>', None, id="markup"),
    ],
)
def test_a_language_is_a_tag_or_nothing(written: str, lang: str | None) -> None:
    [item] = parse(rss("<title>a</title>", head=f"<language>{written}</language>")).items

    assert item.lang == lang


def test_numbers_of_a_json_feed_stay_as_written() -> None:
    ids = ["1.10", "12345678901234567890.5", "9" * 5_000]
    items = ", ".join(f'{{"id": {each}, "title": "t"}}' for each in ids)

    found = parse(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{items}]}}')

    assert [item.guid for item in found.items] == [each[:2_000] for each in ids]


def test_the_alternate_page_in_html_comes_before_other_formats() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title>
      <link href="http://a.example/x.pdf" type="application/pdf"/>
      <link href="http://a.example/x" type="text/html"/></entry></feed>"""

    assert parse(body).items[0].link == "http://a.example/x"


def test_description_and_content_are_kept_apart_and_not_twice() -> None:
    content = '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">{}</content:encoded>'

    apart = one("<description>short</description>", content.format("long"))
    same = one("<description>same</description>", content.format("same"))

    assert (apart.summary, apart.content) == ("short", "long")
    assert (same.summary, same.content) == ("same", "")


def test_a_video_is_described_by_its_media_group() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><entry>
      <title>t</title><media:group><media:description>what it shows</media:description></media:group>
      </entry></feed>"""

    assert parse(body).items[0].summary == "what it shows"


def test_rdf_about_is_the_guid() -> None:
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
      <item rdf:about="urn:x"><title>t</title></item></rdf:RDF>"""

    assert parse(body).items[0].guid == "urn:x"


@pytest.mark.parametrize(
    ("written", "author"),
    [
        pytest.param("<author>ann@a.example (Ann Lee)</author>", "Ann Lee", id="mail first"),
        pytest.param("<author>Ann Lee (ann@a.example)</author>", "Ann Lee", id="mail last"),
        pytest.param("<author>Ann (staff)</author>", "Ann (staff)", id="no mail"),
        pytest.param(
            "<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>Ann</dc:creator>",
            "Ann",
            id="Dublin Core",
        ),
    ],
)
def test_the_author_is_a_name(written: str, author: str) -> None:
    assert one("<title>t</title>", written).author == author


def test_keywords_and_categories_are_tags_once_each() -> None:
    item = one(
        "<title>t</title><category>AI</category><category>AI</category><category><![CDATA[R&amp;D]]></category>",
        '<itunes:keywords xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">x, y</itunes:keywords>',
    )

    assert item.tags == ("AI", "R&D", "x", "y")


def test_no_publisher_can_make_a_row_large() -> None:
    long = "y" * 300_000
    item = one(
        f"<title>{long}</title><guid>{long}</guid><description>{long}</description><author>{long}</author>",
        *(f"<category>{n}{long}</category>" for n in range(60)),
    )

    assert (len(item.title), len(item.guid), len(item.summary), len(item.author)) == (
        1_000,
        2_000,
        20_000,
        300,
    )
    assert len(item.content) == 65_536
    assert (len(item.tags), {len(tag) for tag in item.tags}) == (50, {100})


def test_text_is_cut_between_characters_as_readers_see_them() -> None:
    item = one(f"<title>{'x' * 999}👩‍👩‍👧</title>")

    assert item.title == "x" * 999


def test_utf_8_that_was_read_as_latin_1_is_mended() -> None:
    item = one("<title>Claude\xe2\x80\x99s caf\xc3\xa9 \x97 naïve Ã©</title>")

    assert item.title == "Claude’s café — naïve é"


def test_no_stored_text_has_control_characters() -> None:
    item = one(
        "<title>a&#x81;&#x9f;b</title><guid>g\x7fh</guid><description>&amp;#0;&amp;#27;x\x0b</description>"
    )

    assert not [c for c in item.title + item.guid + item.summary if ord(c) < 32 or 127 <= ord(c) < 160]
