"""A recorded digest comes back equal, whatever a publisher wrote, and equal digests have equal text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.digest.canonical import from_canonical, to_canonical
from tracker.errors import PublishError
from tracker.model import Digest, FeedHealth, Line, Section, Tier, Window

TIMES = st.datetimes(timezones=st.just(UTC))
TEXT = st.text(alphabet=st.characters(), max_size=20)  # with lone surrogates and NUL

LINES = st.builds(
    Line, published=st.none() | TIMES, first_seen=TIMES, title=TEXT, text=TEXT, link=st.none() | TEXT
)
SECTIONS = st.builds(Section, lines=st.lists(LINES, max_size=2).map(tuple), last_match=st.none() | TIMES)
DIGESTS = st.builds(
    Digest,
    window=st.builds(Window, TIMES, TIMES),
    sections=st.lists(SECTIONS, max_size=2).map(tuple),
    health=st.lists(st.builds(FeedHealth, last_success=TIMES, failing_since=TIMES), max_size=2).map(tuple),
)


def finite(digest: Digest) -> bool:
    return all(
        abs(part.points) < float("inf") for s in digest.sections for line in s.lines for part in line.parts
    )


@given(DIGESTS.filter(finite))
def test_a_digest_comes_back_equal(given: Digest):
    text = to_canonical(given)

    assert from_canonical(text) == given
    assert to_canonical(from_canonical(text)) == text
    assert text.isascii()


def test_the_sample_comes_back_equal(digest: Digest):
    again = from_canonical(to_canonical(digest))

    assert again == digest
    assert again.sections[0].lines[0].tier is Tier.OFFICIAL


def test_equal_times_in_different_zones_have_one_text(digest: Digest):
    east = timezone(timedelta(hours=8))
    moved = replace(
        digest, window=Window(digest.window.start.astimezone(east), digest.window.end.astimezone(east))
    )

    assert to_canonical(moved) == to_canonical(digest)


def test_a_time_without_zone_is_refused(digest: Digest):
    with pytest.raises(ValueError, match="without zone"):
        to_canonical(replace(digest, window=Window(datetime(2026, 1, 1), digest.window.end)))  # noqa: DTZ001


def test_a_field_that_an_old_edition_lacks_takes_its_default(digest: Digest):
    document = json.loads(to_canonical(digest))
    del document["digest"]["config_notice"]

    assert from_canonical(json.dumps(document)) == digest


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param('{"format": 2, "digest": {}}', id="a newer format"),
        pytest.param('{"format": 1, "digest": {}}', id="without fields"),
        pytest.param('{"format": 1, "digest": {"number": "one"}}', id="text for a number"),
    ],
)
def test_what_is_no_digest_is_refused_in_one_line(text: str):
    with pytest.raises(PublishError, match="recorded digest"):
        from_canonical(text)
