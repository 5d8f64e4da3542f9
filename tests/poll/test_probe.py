"""What language a feed's items are in, where the feed does not say."""

from __future__ import annotations

from datetime import datetime

import pytest

from tracker.model import Item
from tracker.poll.probe import language_of


def items(now: datetime, lang: str | None, *titles: str) -> list[Item]:
    return [
        Item("f", str(n), str(n), str(n), title, None, "", "", "", None, now, lang=lang)
        for n, title in enumerate(titles)
    ]


@pytest.mark.parametrize(
    ("titles", "lang"),
    [
        pytest.param(
            ("阿里云大模型降价", "OpenAI 发布 GPT-5.5"), "zh", id="Chinese with names in Latin letters"
        ),
        pytest.param(("OpenAIが新モデルを発表しました", "人工知能の未来"), None, id="Japanese"),
        pytest.param(
            ("The price of a token is down", "What the new model is for", "How to run it at home"),
            "en",
            id="English",
        ),
        pytest.param(("Der Preis für Rechenzeit fällt", "Was das neue Modell kann"), None, id="German"),
        pytest.param((), None, id="nothing"),
    ],
)
def test_a_language_is_guessed_from_titles(now: datetime, titles: tuple[str, ...], lang: str | None) -> None:
    assert language_of(items(now, None, *titles)) == lang


def test_what_the_feed_says_counts_more(now: datetime) -> None:
    assert language_of(items(now, "de", "The price of a token is down and the model is new")) == "de"
