"""HTML that stands in a description as if it were XML: read quickly if it has one reading, else patiently."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tracker.model import Snapshot, Validators
from tracker.poll.parse import ParseJob, parse_document

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LENIENT = "malformed XML: read leniently"


def parse(*descriptions: str) -> Snapshot:
    items = "".join(
        f"<item><title>t{n}</title><guid>{n}</guid><description>{each}</description></item>"
        for n, each in enumerate(descriptions)
    )
    return read(f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode())


def read(body: bytes) -> Snapshot:
    return parse_document(ParseJob("f", body, "http://a.example/", None, None, None, Validators(), NOW))


@pytest.mark.parametrize(
    ("description", "text"),
    [
        pytest.param("<p>one<br>two</p>", "one\ntwo", id="an element that HTML leaves open"),
        pytest.param("<p>a <b>c</p> d", "a c\nd", id="an end tag is missing"),
        pytest.param('<a href ="http://b.example/">x</a></p>', "x", id="an end tag too many"),
        pytest.param("<p>5 < 6 &amp; 7</p><br>", "5 < 6 & 7", id="a sign that begins no tag"),
        pytest.param("<!-- note --><p>x<hr></p>", "x", id="a comment"),
    ],
)
def test_html_that_is_no_xml_is_read_without_the_slow_parser(description: str, text: str) -> None:
    found = parse(description, "plain")

    assert [item.summary for item in found.items] == [text, "plain"]
    assert found.warnings[0].startswith("malformed XML: ")
    assert LENIENT not in found.warnings


@pytest.mark.parametrize(
    "description",
    [
        pytest.param('before <img alt="one” src="x"/> words <a href="y">after</a><br>', id="odd quotes"),
        pytest.param("&lt;p&gt;escaped&lt;/p&gt; words <br>", id="escaped HTML beside it"),
    ],
)
def test_html_with_two_readings_is_left_to_the_slow_parser(description: str) -> None:
    found = parse(description, "plain")

    assert LENIENT in found.warnings
    assert len(found.items) == 2
    assert "words" in found.items[0].summary


def test_an_item_that_is_malformed_leaves_the_other_items_as_they_are() -> None:
    """Read leniently as one document, what is open at the end of an item would go on in the next."""
    tags = "<category>one &amp; two</category><category>Three</category><link>http://b.example/?a=1&amp;b=2</link>"
    whole = f"<item><guid>1</guid><title>a &lt; b</title>{tags}</item>"
    broken = '<item><guid>2</guid><title>c</title><description>d <img alt="e” src="f"/></description></item>'
    cut = "<item><guid>3</guid><title>g</title<description>h</description></item>"
    body = f'<rss version="2.0"><channel><title>t</title>{whole}{broken}{cut}{whole}{whole}</channel></rss>'
    alone = f'<rss version="2.0"><channel><title>t</title>{whole}</channel></rss>'

    found, (expected,) = read(body.encode()), read(alone.encode()).items

    assert found.items[0] == expected
    assert [item.guid for item in found.items] == ["1", "2", "3"]
    assert found.items[1].title == "c"
    assert found.title == "t"
    assert LENIENT in found.warnings


def test_items_in_doubt_are_all_left_to_the_slow_parser() -> None:
    """An item in a comment is none, so the ones around it could be taken for each other."""
    body = (
        b'<rss version="2.0"><channel><item><guid>1</guid><title>a</title></item>'
        b"<!-- <item><guid>x</guid></item> -->"
        b'<item><guid>2</guid><title>b</title><description>c <b d="</description></item></channel></rss>'
    )

    found = read(body)

    assert LENIENT in found.warnings
    assert [item.guid for item in found.items] == ["1", "2"]


def test_entries_that_stand_inside_others_are_not_lost() -> None:
    body = (
        b'<rss version="2.0"><channel><item><title>a</title><guid>1</guid>'
        b"<item><title>b</title><guid>2</guid><description><p>x<br></p></description></item>"
        b"</item></channel></rss>"
    )

    found = parse_document(ParseJob("f", body, "http://a.example/", None, None, None, Validators(), NOW))

    assert {item.guid for item in found.items} == {"1", "2"}
