"""How often a document says that it changes, as far as that is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker.model import Terms, Validators
from tracker.poll.parse import ParseJob, parse_document

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
UNSAID = Terms()
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def terms(body: str | bytes, given: Terms = UNSAID) -> Terms:
    data = body.encode() if isinstance(body, str) else body
    job = ParseJob("f", data, "https://feeds.example/f", None, None, None, Validators(), NOW, "hash", given)
    return parse_document(job).terms


def rss(head: str, attributes: str = "") -> str:
    item = "<item><title>t</title><ttl>7</ttl></item>"
    return f'<rss version="2.0" {attributes}><channel><title>t</title>{head}{item}</channel></rss>'


@pytest.mark.parametrize(
    ("body", "period"),
    [
        pytest.param(rss(""), None, id="nothing; what an item says is no period"),
        pytest.param(rss("<ttl>60</ttl>"), HOUR, id="ttl"),
        pytest.param(rss("<ttl/>"), None, id="ttl without a number"),
        pytest.param(
            rss("<sy:updatePeriod>\n daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", SY),
            6 * HOUR,
            id="the syndication module",
        ),
        pytest.param(
            rss("<s:updatePeriod>hourly</s:updatePeriod>", SY.replace("sy=", "s=")),
            HOUR,
            id="by another prefix",
        ),
        pytest.param(rss("<skipHours><hour>3</hour></skipHours>"), None, id="skipHours is not read"),
        pytest.param(
            f'<feed xmlns="http://www.w3.org/2005/Atom" {SY}><title>t</title>'
            "<sy:updatePeriod>hourly</sy:updatePeriod></feed>",
            HOUR,
            id="Atom",
        ),
        pytest.param(
            "<rss version='2.0'><channel><title>t</title><ttl>60</ttl><item><title>a<b></title></item></rss>",
            HOUR,
            id="a document that is not well-formed",
        ),
    ],
)
def test_a_documents_period_is_read(body: str, period: timedelta | None) -> None:
    assert terms(body).period == period


def test_the_terms_of_the_answer_are_handed_on() -> None:
    given = Terms(holds=MINUTE, moved_to="https://new.example/")

    assert terms(rss("<ttl>60</ttl>"), given) == Terms(MINUTE, HOUR, "https://new.example/")


def test_a_huge_period_is_no_error(shared: Path) -> None:
    """The case ttl-odd; how long it makes us wait is bounded where the wait is made."""
    body = (shared / "faults/cases/feeds/ttl-odd.xml").read_bytes()

    assert (terms(body).period or HOUR) > timedelta(days=365)
