"""Writing an edit of the user's config: proven first, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.config.change import Change, prove, read, write
from tracker.config.edit import EditError, Entry, with_feeds
from tracker.config.values import Config
from tracker.config.written import subscriptions
from tracker.errors import TrackerError

Load = Callable[..., Config]
TEXT = "# mine\nuse: ai-industry\n\nfeeds:\n  - {name: Own, url: 'https://own.example/a'}  # own\n"
NEW = Entry((("id", "new"), ("name", "New"), ("url", "https://new.example/a")))
ADDED = (("new", "https://new.example/a"),)


def change_of(path: Path, *entries: Entry) -> Change:
    before = read(path)
    return Change(path, before, with_feeds(before, entries or [NEW]))


def test_an_edit_that_adds_its_feed_and_nothing_else_is_proven(
    load: Load, pack: Path, tmp_path: Path
) -> None:
    old = load(TEXT)

    new = prove(change_of(tmp_path / "config.yaml"), old, env={}, seeds=pack, added=ADDED)

    assert [feed.id for feed in new.feeds if feed not in old.feeds] == ["new"]
    assert (tmp_path / "config.yaml").read_text("utf-8") == TEXT


@pytest.mark.parametrize(
    ("after", "what"),
    [
        pytest.param(TEXT, "more than this feed", id="it adds nothing"),
        pytest.param(
            TEXT + "  - {id: new, name: New, url: 'https://other.example/a'}\n", "more than", id="another URL"
        ),
        pytest.param(
            "contact: x\n" + TEXT + "  - {id: new, name: New, url: 'https://new.example/a'}\n",
            "more than",
            id="a setting changes too",
        ),
        pytest.param(
            "use: none\nfeeds: [{id: new, name: New, url: 'https://new.example/a'}]\n",
            "more than",
            id="feeds go",
        ),
        pytest.param(TEXT + "  - {id: new\n", "would not load", id="it is no YAML"),
    ],
)
def test_an_edit_that_means_anything_else_is_refused(
    load: Load, pack: Path, tmp_path: Path, after: str, what: str
) -> None:
    old = load(TEXT)
    change = Change(tmp_path / "config.yaml", TEXT.encode(), after.encode())

    with pytest.raises(EditError, match=what):
        prove(change, old, env={}, seeds=pack, added=ADDED)


def test_an_included_file_is_proven_in_its_place(load: Load, pack: Path, tmp_path: Path) -> None:
    old = load(
        "use: none\ninclude: [mine/feeds.yaml]\n",
        beside={"mine/feeds.yaml": TEXT.replace("use: ai-industry", "")},
    )

    new = prove(change_of(tmp_path / "mine" / "feeds.yaml"), old, env={}, seeds=pack, added=ADDED)

    assert [feed.id for feed in new.feeds] == ["own", "new"]


def test_writing_keeps_the_mode_and_follows_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "folder" / "config.yaml"
    link.parent.mkdir()
    real.write_text(TEXT, "utf-8")
    real.chmod(0o640)
    link.symlink_to("../real.yaml")

    write(change_of(link))

    assert link.is_symlink()
    assert real.read_text("utf-8").startswith(TEXT)
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "real.yaml"]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(TEXT, "utf-8")
    change = change_of(path)
    path.write_text("use: none\n", "utf-8")

    with pytest.raises(TrackerError, match="changed meanwhile"):
        write(change)

    assert path.read_text("utf-8") == "use: none\n"
    assert [each.name for each in tmp_path.iterdir()] == ["config.yaml"]


def test_the_users_feeds_are_known_by_id_place_and_url(load: Load, pack: Path, tmp_path: Path) -> None:
    shipped = next(feed for feed in load(TEXT).feeds if feed.name != "Own")
    load(TEXT + f"  - {{id: {shipped.id}, off: true}}\n")

    own, off = subscriptions(tmp_path / "config.yaml", seeds=pack)

    assert (own.id, own.place.line, own.place.column, own.off, own.shipped) == ("own", 5, 5, False, False)
    assert (off.id, off.off, off.shipped, off.url) == (shipped.id, True, True, shipped.url)
