"""What `tracker show` tells of an item whose publisher edited it, and of text that means harm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tracker.cli import say


@pytest.fixture
def edited(home: Any, publisher: Any) -> Any:
    """A home that has seen a feed's only item under two titles, and the number of that item."""
    publisher.add("one", "OpenAI cuts API token prices by half")
    home.config.write_text(publisher.config(pack=False), "utf-8")
    home.tracker("poll", "one")
    publisher.add("one", "OpenAI cuts API token prices by \u202e60 %\x9b31m")
    home.tracker("poll", "one")
    return home


def test_an_item_is_shown_with_its_earlier_titles_and_steers_no_terminal(edited: Any) -> None:
    listed = edited.tracker("show", "--json")
    (row,) = listed.json

    shown = edited.tracker("show", str(row["item"]))
    told = edited.tracker("show", str(row["item"]), "--json")

    assert shown.out.startswith("OpenAI cuts API token prices by \\u202e60 %")
    assert "\nwas: OpenAI cuts API token prices by half (until 20" in shown.out
    assert [former["title"] for former in told.json["earlier"]] == ["OpenAI cuts API token prices by half"]
    for run in (listed, shown, told):
        assert not {char for char in run.out if not char.isprintable()} - {"\n"}


def test_json_means_the_same_whatever_is_escaped() -> None:
    text = "\x9b31m \u202e \u2028 \x7f plain \n"

    assert json.loads(say.harmless_json({"text": text})) == {"text": text}
    assert all(char.isprintable() or char == "\n" for char in say.harmless_json({"text": text}))
