"""The page: valid HTML, in the reader's order, complete in one file, and nothing of a publisher is markup."""

from __future__ import annotations

import base64
import hashlib
import html as entities
import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import html5lib
import pytest

from tracker.digest.canonical import from_canonical, to_canonical
from tracker.digest.render import render_edition, render_index, template_hash
from tracker.model import Claim, Digest, Edition, Field, Figure, FigureKind, Hit, Line, Tier

EditionOf = Callable[[Digest], Edition]


def tree(text: str):
    """Parse as a browser does; raises at the first thing that is not valid HTML."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def words_of(element) -> str:
    return " ".join("".join(element.itertext()).split())


def with_lines(digest: Digest, change: Callable[[Line], Line]) -> Digest:
    sections = tuple(replace(s, lines=tuple(map(change, s.lines))) for s in digest.sections)
    return replace(digest, sections=sections)


@pytest.fixture
def page(edition: Edition, templates: Path) -> str:
    return render_edition(edition, templates)


@pytest.fixture(scope="session")
def oracle(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("xss_oracle", shared / "faults/cases/xss_oracle.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def vectors(shared: Path) -> list[str]:
    lines = (shared / "faults/cases/xss/vectors.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["html"] for line in lines]


def attacks(digest: Digest, vectors: list[str]) -> Iterator[Digest]:
    """Every vector in every text that a publisher, a server or a user could have written."""
    for vector in vectors:
        hostile = with_lines(
            digest,
            lambda line, v=vector: replace(
                line, title=v, text=v, feed=v, link=f"https://a.example/{v}", lang=v, marks=((1, 9),),
                rules=(v,), hits=tuple(replace(hit, text=v, clause=v) for hit in line.hits),
                parts=tuple(replace(part, label=v) for part in line.parts),
                figures=(Figure(Field.LEAD, 0, 9, v, FigureKind.MONEY, 1.0, "USD", v, v),),
            ),
        )  # fmt: skip
        feeds = tuple(
            replace(feed, name=vector, last_error=vector, carries=(vector,), notice=vector)
            for feed in digest.health
        )
        sections = tuple(replace(s, signal=vector, title=vector, question=vector) for s in hostile.sections)
        yield replace(hostile, health=feeds, sections=sections, config_notice=vector)


def test_the_page_is_valid_html(page: str):
    assert tree(page).find("body") is not None


def test_the_empty_page_and_the_list_are_valid_html(
    empty_digest: Digest, edition_of: EditionOf, templates: Path
):
    edition = edition_of(empty_digest)

    for text in (
        render_edition(edition, templates),
        render_index([edition], templates),
        render_index([], templates),
    ):
        assert tree(text).find("body") is not None


def test_the_reader_meets_trust_before_news_and_news_before_sections(page: str):
    text = words_of(tree(page).find("body"))
    order = [
        "Signals · Mon 23 Nov 2026 07:00 Europe/Berlin",
        "22 Nov 07:00 – 23 Nov 07:00 · 412 items · 9 matches · edition 18",
        "61 of 64 feeds seen · regulation half blind: Federal Trade Office HTTP 503 since Sat 14:12 and 1",
        "What is new release Introducing Meridian 3",
        "release 3 pricing 3 open replication 1 regulation 0 half blind adoption 1",
        "Product releases — Which models and products became usable, and by whom?",
        "Pricing strategy — Are list prices",
        "Renewal figures — nothing new; 5 feeds watched, all healthy; last match 12 days ago",
        "What could not be seen",
        "Federal Trade Office 41 hours ago HTTP 503 since Sat 14:12 regulation",
        "To change a rule",
        "Tracker 0.1.0 · config 3f9c2ab87d10 · templates 81b04e6ac2f7",
    ]

    places = [text.find(piece) for piece in order]

    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


def test_a_match_carries_its_status_source_time_evidence_and_reasons(page: str):
    row = next(
        li for li in tree(page).iter("li") if li.get("class") == "row" and "Northwind makes" in words_of(li)
    )

    text = words_of(row)

    assert "new · official · 22 Nov 09:03" in text
    assert "Northwind news · news.example" in text
    assert "price-cut 3 + title 2 + official 1 = 6" in text
    assert [words_of(mark) for mark in row.find("p").iter("mark")] == ["permanent", "discount", "API prices"]
    assert "“permanent” in title, “permanent” in lead" in words_of(row.find(".//details"))


OLD = Figure(Field.LEAD, 30, 35, "$1.74", FigureKind.MONEY, 1.74, "USD", "1M input tokens")
NEW = Figure(Field.LEAD, 39, 45, "$0.435", FigureKind.MONEY, 0.435, "USD", "1M input tokens", was=1.74)


def test_a_figure_is_quoted_from_the_publisher_and_what_it_comes_to_is_not(
    digest: Digest, edition_of: EditionOf, templates: Path
):
    given = with_lines(digest, lambda line: replace(line, figures=(OLD, NEW)))

    told = [
        e for e in tree(render_edition(edition_of(given), templates)).iter("p") if e.get("class") == "figures"
    ]

    assert words_of(told[0]) == "“$1.74” → “$0.435” per 1M input tokens, −75 % in lead"
    assert [words_of(bdi) for bdi in told[0].iter("bdi")] == ["“$1.74”", "“$0.435”"]


@pytest.mark.parametrize(
    ("claim", "meta"),
    [
        pytest.param(Claim.REPORTED, "new · wire · 22 Nov", id="what is reported needs no word"),
        pytest.param(Claim.RUMOUR, "new · rumour · wire · 22 Nov", id="a rumour"),
        pytest.param(Claim.DENIED, "new · denied · wire · 22 Nov", id="a denial"),
        pytest.param(
            Claim.OFFICIAL, "new · official · wire · 22 Nov", id="an announcement that a wire tells"
        ),
    ],
)
def test_a_match_says_whose_word_it_is_wherever_it_is_told(
    claim: Claim, meta: str, digest: Digest, edition_of: EditionOf, templates: Path
):
    given = with_lines(digest, lambda line: replace(line, claim=claim, tier=Tier.WIRE))

    body = tree(render_edition(edition_of(given), templates))

    metas = [words_of(e) for e in body.iter("p") if e.get("class") == "meta"]
    assert all(text.startswith(meta.removesuffix("22 Nov")) for text in metas)
    news = [words_of(e) for e in body.iter("span") if e.get("class") == "by"]
    assert all(text.startswith(meta.removeprefix("new · ").removesuffix("22 Nov")) for text in news)


def test_an_official_feed_is_not_called_official_twice(page: str):
    assert "official · official" not in words_of(tree(page))


def test_an_edition_of_before_claims_were_kept_is_rendered_as_ever(
    edition: Edition, edition_of: EditionOf, templates: Path
):
    document = json.loads(to_canonical(edition.digest))
    for section in document["digest"]["sections"]:
        for line in section["lines"]:
            del line["claim"], line["figures"]

    page = render_edition(edition_of(from_canonical(json.dumps(document))), templates)

    assert page == render_edition(edition, templates)
    assert 'class="figures"' not in page


def test_chinese_text_says_that_it_is_chinese(page: str):
    quote = next(q for q in tree(page).iter("q") if "二五折" in words_of(q))

    assert quote.get("lang") == "zh"


def test_every_link_is_http_and_gives_the_target_nothing(page: str):
    links = [a for a in tree(page).iter("a") if not (a.get("href") or "").startswith("#")]

    outside = [a for a in links if a.get("href") != "index.html"]
    assert len(outside) >= 9
    assert {a.get("rel") for a in outside} == {"noopener noreferrer nofollow"}
    assert all(a.get("href").startswith("https://") for a in outside)


def test_anchors_of_the_strip_lead_to_sections(page: str):
    body = tree(page)
    ids = {element.get("id") for element in body.iter() if element.get("id")}

    assert {a.get("href")[1:] for a in body.find(".//nav").iter("a")} <= ids


def test_the_policy_is_first_in_the_head_and_allows_exactly_our_style(page: str):
    head = tree(page).find("head")
    policy = head[0]
    digest = base64.b64encode(hashlib.sha256(head.find("style").text.encode()).digest()).decode()

    assert policy.get("http-equiv") == "Content-Security-Policy"
    assert policy.get("content").split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_page_needs_nothing_from_elsewhere(page: str):
    names = {element.tag for element in tree(page).iter() if isinstance(element.tag, str)}

    assert not names & {"script", "link", "img", "iframe", "object", "embed", "svg", "base", "form"}
    assert "url(" not in page
    assert "@import" not in page
    assert not any(element.get("style") for element in tree(page).iter() if isinstance(element.tag, str))


def test_nothing_that_others_wrote_is_ever_markup(
    digest: Digest, edition_of: EditionOf, templates: Path, oracle: ModuleType, vectors: list[str]
):
    digest = replace(digest, sections=digest.sections[1:4], health=digest.health[-4:])
    matches = sum(len(section.lines) for section in digest.sections)

    for hostile in attacks(digest, vectors):
        page = render_edition(edition_of(hostile), templates)
        assert oracle.violations(page, fragment=False) == []
        told = [
            *tree(page).iter("h3"),
            *(li for each in tree(page).findall(".//main//details/ol") for li in each),
        ]
        assert len(told) == matches
        listed = render_index([edition_of(hostile)], templates)
        assert oracle.violations(listed, fragment=False) == []
        tree(listed)


def test_attack_text_stays_readable(digest: Digest, edition_of: EditionOf, templates: Path):
    vector = '</style></title><script>alert("x")</script>{{ 7*7 }}{% include "x" %}%s{0.__class__}'

    page = render_edition(edition_of(with_lines(digest, lambda line: replace(line, title=vector))), templates)

    assert vector in entities.unescape(page)
    assert any(words_of(h3) == vector for h3 in tree(page).iter("h3"))


@pytest.mark.parametrize(
    "dropped",
    [
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\ud800",
        "\ufffe",
        "\U0001fffe",
    ],
    ids=lambda char: f"U+{ord(char):04X}",
)
def test_a_character_that_is_no_text_does_not_reach_the_page(
    dropped: str, digest: Digest, edition_of: EditionOf, templates: Path
):
    hostile = with_lines(
        digest, lambda line: replace(line, title=f"be{dropped}fore", text=f"x{dropped}", marks=())
    )

    page = render_edition(edition_of(hostile), templates)

    assert dropped not in page
    assert "before" in page
    page.encode()
    tree(page)


def test_text_of_others_is_isolated_from_ours(page: str):
    body = tree(page)

    for css in ("head", "change"):
        for element in (e for e in body.iter() if e.get("class") == css):
            assert element[0].tag == "bdi"
    assert all(row[0].tag == "bdi" for row in body.iter("th") if row.get("scope") == "row")


def test_an_item_without_title_is_told_by_its_text(digest: Digest, edition_of: EditionOf, templates: Path):
    page = render_edition(
        edition_of(with_lines(digest, lambda line: replace(line, title="", text="Only text.", marks=()))),
        templates,
    )

    assert {words_of(h3) for h3 in tree(page).iter("h3")} == {"Only text."}
    assert not list(tree(page).iter("q"))


def test_an_item_without_any_text_is_still_listed(digest: Digest, edition_of: EditionOf, templates: Path):
    bare = with_lines(
        digest, lambda line: replace(line, title="", text="", marks=(), link="javascript:x", lang="?")
    )

    page = render_edition(edition_of(bare), templates)

    assert {words_of(h3) for h3 in tree(page).iter("h3")} == {"untitled item"}


def test_a_config_notice_stands_at_the_top(digest: Digest, edition_of: EditionOf, templates: Path):
    notice = "config.yaml:3:5 could not be loaded; the config of 20 Nov is in force"

    text = words_of(
        tree(render_edition(edition_of(replace(digest, config_notice=notice)), templates)).find("body")
    )

    assert text.index(notice) < text.index("61 of 64")


def test_an_empty_day_says_so_and_when_something_last_changed(
    empty_digest: Digest, edition_of: EditionOf, templates: Path
):
    text = words_of(tree(render_edition(edition_of(empty_digest), templates)).find("body"))

    assert "Nothing new. 64 of 64 feeds seen. Last change: Regulation, 19 Nov 07:00, 4 days ago." in text
    assert "Nothing: 64 of 64 feeds seen." in text
    assert "Mon 23 Nov 2026" in text


def crowded(digest: Digest, matches: int, signals: int, title: str) -> Digest:
    hits = tuple(Hit(Field.LEAD, n, n + 1, title, f"{title} {n}") for n in range(12))
    line = replace(digest.sections[0].lines[0], text=title, hits=hits)
    link = "https://a.example/" + "p" * 80
    numbers = range(matches // signals)
    lines = tuple(replace(line, title=f"{title} {n}", link=f"{link}{n}") for n in numbers)
    section = replace(digest.sections[0], lines=lines)
    return replace(digest, sections=tuple(replace(section, signal=f"s{n}") for n in range(signals)))


@pytest.mark.parametrize(
    ("signals", "title"),
    [
        pytest.param(1, "Prices fall", id="one signal"),
        pytest.param(12, "某公司宣布下调接口价格并延长优惠期限" * 3, id="twelve signals in Chinese"),
        pytest.param(500, "<&\"'>" * 50, id="many signals and much to escape"),
        pytest.param(20, "'" * 300, id="everything to escape"),
    ],
)
def test_ten_thousand_matches_stay_below_five_megabytes(
    signals: int, title: str, digest: Digest, edition_of: EditionOf, templates: Path
):
    figures = tuple(replace(NEW, text=f"{n}{'<' * 60}", bound="at least", was=None) for n in range(8))
    given = with_lines(
        crowded(digest, 10_000, signals, title),
        lambda line: replace(line, figures=figures, claim=Claim.RUMOUR),
    )

    page = render_edition(edition_of(given), templates)

    assert len(page.encode()) < 5_000_000
    counted = [int(number) for number in re.findall(r"<summary>and (\d+) more</summary>", page)]
    shown = page.count('class="row"')
    assert sum(counted) + shown == 10_000 // signals * signals


def test_one_crowded_signal_takes_the_room_that_quiet_ones_leave(
    digest: Digest, edition_of: EditionOf, templates: Path
):
    busy = crowded(digest, 9_000, 1, "Prices fall").sections[0]
    given = replace(digest, sections=(busy, *digest.sections[1:]))

    page = render_edition(edition_of(given), templates)

    assert "are not on this page" not in page
    assert len(page.encode()) < 5_000_000


def test_a_section_shows_twenty_matches_and_counts_the_others(
    digest: Digest, edition_of: EditionOf, templates: Path
):
    body = tree(render_edition(edition_of(crowded(digest, 23, 1, "Prices fall")), templates))

    assert sum(li.get("class") == "row" for li in body.iter("li")) == 20
    folded = next(e for e in body.iter("details") if e.get("class") == "short")
    assert words_of(folded[0]) == "and 3 more"
    assert len(list(folded.iter("li"))) == 3


def test_the_list_shows_the_newest_edition_first(edition: Edition, templates: Path):
    editions = [replace(edition, number=number) for number in (2, 11, 3)]

    rows = [words_of(row) for row in tree(render_index(editions, templates)).find(".//tbody").iter("tr")]

    assert [row.split()[0] for row in rows] == ["11", "3", "2"]
    assert "9 matches" in rows[0]
    assert "61 of 64 feeds seen, regulation half blind" in rows[0]


def test_no_template_trusts_text(templates: Path):
    for file in templates.iterdir():
        source = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*(safe|xmlattr|tojson|striptags)|autoescape|Markup", source), file.name


def test_no_code_marks_text_as_markup():
    for file in (Path(__file__).parent.parent.parent / "tracker").rglob("*.py"):
        assert "Markup(" not in file.read_text(encoding="utf-8"), file.name


def test_the_template_hash_changes_with_any_template(templates: Path, tmp_path: Path):
    for file in templates.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = template_hash(tmp_path)

    (tmp_path / "style.css").write_text("body { margin: 0 }")

    assert before == template_hash(templates)
    assert template_hash(tmp_path) != before


def test_what_is_to_know_of_a_feed_is_on_the_page_whether_it_was_seen_or_not(
    digest: Digest, edition_of: EditionOf, templates: Path
):
    first, *rest = digest.health
    moved = replace(first, seen=True, notice="has moved to https://new.example/feed")

    text = words_of(
        tree(render_edition(edition_of(replace(digest, health=(moved, *rest))), templates)).find("body")
    )

    assert f"To know of feeds: {first.name}: has moved to https://new.example/feed" in text
