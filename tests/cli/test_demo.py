"""The demo: the whole pipeline on the offline sample, by the sample's own clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import html5lib


def pages(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "data/digest").iterdir())}


def test_the_demo_makes_the_same_three_editions_every_time(home: Any) -> None:
    first = home.tracker("demo", "--into", "one")
    second = home.tracker("demo", "--into", "two")

    assert (first.code, second.code) == (0, 0), first.err
    one, two = pages(home.folder / "one"), pages(home.folder / "two")
    assert one == two
    assert sum(name.startswith("digest-2026-11-") for name in one) == 3
    assert {"index.html", "latest.html"} < one.keys()


def test_each_edition_of_the_demo_shows_what_its_day_brought(home: Any) -> None:
    run = home.tracker("demo")

    days = [line for line in run.out.splitlines() if "in the digest" in line]
    assert len(days) == 3
    assert all(", 0 matches" not in day for day in days)


def test_the_demo_says_where_the_digest_is_and_what_failed(home: Any) -> None:
    run = home.tracker("demo")

    assert run.code == 0, run.err
    assert "regulators: HTTP 503" in run.out
    assert str(home.folder / "tracker-demo/data/digest/index.html") in run.out


def test_no_item_is_announced_twice_though_a_feed_changes_all_its_ids(home: Any) -> None:
    home.tracker("demo")

    told: list[str] = []
    for name, body in pages(home.folder / "tracker-demo").items():
        if name.startswith("digest-"):
            tree = html5lib.parse(body.decode(), namespaceHTMLElements=False)
            told += {"".join(link.itertext()).strip() for link in tree.iterfind(".//h3//a")}

    assert len(told) > 20
    assert len(told) == len(set(told))


def test_the_demo_replaces_its_own_folder_and_no_other(home: Any) -> None:
    (home.folder / "mine").mkdir()

    refused = home.tracker("demo", "--into", "mine")
    home.tracker("demo")
    again = home.tracker("demo")

    assert refused.code == 1
    assert "no demo made it" in refused.err
    assert again.code == 0, again.err
