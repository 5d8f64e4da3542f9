"""Which feeds a web page names."""

from __future__ import annotations

import pytest

from tracker.poll.discover import Named, feeds_named, is_page, usual_places

RSS = "type='application/rss+xml'"


def found(page: str, url: str = "https://site.example/blog/") -> list[str]:
    return [each.url for each in feeds_named(page.encode(), url)]


@pytest.mark.parametrize(
    ("page", "urls"),
    [
        pytest.param(
            f"<link rel=alternate {RSS} href=feed>", ["https://site.example/blog/feed"], id="relative"
        ),
        pytest.param(
            f"<LINK REL='Alternate' {RSS} HREF='/a'/>", ["https://site.example/a"], id="in capitals"
        ),
        pytest.param(
            f"<base href='https://cdn.example/x/'><link rel=alternate {RSS} href=a>",
            ["https://cdn.example/x/a"],
            id="base",
        ),
        pytest.param(
            f"<link rel=alternate {RSS} href='/a?x=1&amp;y=2'>",
            ["https://site.example/a?x=1&y=2"],
            id="an entity",
        ),
        pytest.param(
            "<link rel=alternate type='application/feed+json' href=/j><link rel=alternate "
            "type='application/atom+xml; charset=utf-8' href=/x>",
            ["https://site.example/j", "https://site.example/x"],
            id="Atom and JSON",
        ),
        pytest.param(
            f"<link rel=alternate {RSS} href=/a><link rel=alternate {RSS} href=/a#x>",
            ["https://site.example/a"],
            id="once",
        ),
        pytest.param(
            f"<link rel=alternate {RSS} title='a > b' href=/a>", ["https://site.example/a"], id="> in quotes"
        ),
        pytest.param(
            f"<link rel=alternate {RSS} href=/comments/feed><link rel=alternate {RSS} href=/feed>",
            ["https://site.example/feed", "https://site.example/comments/feed"],
            id="comments last",
        ),
        pytest.param(f"<!-- <link rel=alternate {RSS} href=/a> -->", [], id="not in a comment"),
        pytest.param(f"<script>'<link rel=alternate {RSS} href=/a>'</script>", [], id="not in a script"),
        pytest.param("<link rel=alternate hreflang=de href=/de>", [], id="another language"),
        pytest.param("<link rel=alternate type='application/json+oembed' href=/o>", [], id="oEmbed"),
        pytest.param(f"<link rel=stylesheet {RSS} href=/a>", [], id="not an alternate"),
        pytest.param(f"<link rel=alternate {RSS} href='javascript:alert(1)'>", [], id="another scheme"),
        pytest.param(f"<link rel=alternate {RSS} href='http://[::bad/'>", [], id="no URL"),
        pytest.param(f"<link rel=alternate {RSS}>", [], id="no address"),
        pytest.param(f"<link rel=alternate {RSS} href=/a", ["https://site.example/a"], id="cut off"),
    ],
)
def test_a_page_names_its_feeds(page: str, urls: list[str]) -> None:
    assert found(page) == urls


def test_titles_are_text_in_one_line() -> None:
    page = f"<link rel=alternate {RSS} title='A &amp;\n B\x1b[31m' href=/a>"

    assert feeds_named(page.encode(), "https://site.example/") == (
        Named("https://site.example/a", "A & B[31m"),
    )


@pytest.mark.parametrize(
    "page", ["<!--" * 400_000, "<link " * 300_000, "<script>" * 200_000, "<link a='" * 200_000]
)
def test_any_page_is_read_in_linear_time(page: str) -> None:
    assert found(page) == []


@pytest.mark.parametrize(
    ("body", "content_type", "page"),
    [
        (b"<!DOCTYPE html><p>", "text/plain", True),
        (b"\n<!-- a --> <!-- b --><html>", None, True),
        (b"anything", "text/html", True),
        (b'{"a": 1}', "application/json", False),
        (b"<!-- a -->" * 500, None, False),
    ],
)
def test_a_page_is_told_from_other_documents(body: bytes, content_type: str | None, page: bool) -> None:
    assert is_page(body, content_type) is page


def test_usual_places_are_on_the_same_origin() -> None:
    places = usual_places("https://site.example:8443/blog/post?x=1")

    assert len(places) == 5
    assert all(place.startswith("https://site.example:8443/") for place in places)
