"""Items from files: a JSON object per line, plain or gzipped; a bad line is told with its place."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker.archive import MOST, Archived, read_items, read_labelled
from tracker.errors import TrackerError
from tracker.model import Item
from tracker.rules.evaluate import Labelled

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE = {
    "id": "a1",
    "title": "Acme 降价",
    "summary": "By half",
    "link": "https://acme.example/1",
    "published": "2026-05-01T10:00:00+02:00",
    "source": "Acme News",
    "lang": "zh",
}


def line(**parts: Any) -> bytes:
    return json.dumps(parts, ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "items.jsonl"


def told(file: Path, data: bytes, *, labels: bool = False) -> str:
    """What is wrong with a file, from its name on."""
    file.write_bytes(data)
    with pytest.raises(TrackerError) as caught:
        list(read_labelled(str(file)) if labels else read_items(str(file)))
    return str(caught.value).removeprefix(f"{file.parent}/")


def test_an_item_is_read_whole(file: Path) -> None:
    file.write_bytes(line(**WHOLE))
    published = datetime(2026, 5, 1, 8, tzinfo=UTC)

    assert list(read_items(str(file))) == [
        Archived(
            "a1",
            Item(
                feed_id="Acme News",
                guid="a1",
                guid_key="a1",
                content_key="a1",
                title="Acme 降价",
                link="https://acme.example/1",
                summary="By half",
                content="",
                author="",
                published=published,
                first_seen=published,
                lang="zh",
            ),
        )
    ]


def test_an_id_and_a_title_are_enough(file: Path) -> None:
    file.write_bytes(
        line(id="a1", title="T") + line(id="a2", title="", summary=None, published=None, more=[1])
    )

    one, other = [each.item for each in read_items(str(file))]

    assert (one.summary, one.link, one.published, one.first_seen, one.lang) == ("", None, None, EPOCH, None)
    assert (other.title, other.summary, other.published) == ("", "", None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2026-05-01T08:00:00Z", datetime(2026, 5, 1, 8, tzinfo=UTC), id="UTC"),
        pytest.param("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC), id="a day is its beginning"),
        pytest.param("2026-05-01 08:00", datetime(2026, 5, 1, 8, tzinfo=UTC), id="without a zone it is UTC"),
    ],
)
def test_times_are_read_as_utc(file: Path, text: str, moment: datetime) -> None:
    file.write_bytes(line(id="a", title="T", published=text))

    (archived,) = read_items(str(file))

    assert archived.item.published == moment


def test_labels_are_read_with_what_says_how_sure_they_are(file: Path) -> None:
    labels = {"labels": ["price", "hire"], "unsure": ["law"], "clear": True, "stratum": "noise"}
    file.write_bytes(line(**WHOLE, **labels) + line(id="a2", title="T", labels=[]))

    one, other = read_labelled(str(file))

    assert one == Labelled("a1", one.item, frozenset({"price", "hire"}), frozenset({"law"}), True, "noise")
    assert other == Labelled("a2", other.item, frozenset())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(line(**WHOLE)), id="gzipped, whatever its name"),
        pytest.param(
            gzip.compress(line(**WHOLE)[:40]) + gzip.compress(line(**WHOLE)[40:]), id="in two parts"
        ),
        pytest.param(b"\xef\xbb\xbf" + line(**WHOLE), id="with a byte order mark"),
        pytest.param(b"\n \r\n" + line(**WHOLE).replace(b"\n", b"\r\n"), id="with empty lines and CRLF"),
        pytest.param(line(**WHOLE).rstrip(), id="without an end of line"),
    ],
)
def test_a_file_may_be_written_in_many_ways(file: Path, data: bytes) -> None:
    file.write_bytes(data)

    assert [each.id for each in read_items(str(file))] == ["a1"]


def test_half_a_surrogate_pair_is_kept_as_it_is(file: Path) -> None:
    file.write_bytes(b'{"id": "a", "title": "cuts \\ud83d prices"}\n')

    (archived,) = read_items(str(file))

    assert archived.item.title == "cuts \ud83d prices"


GOOD = line(id="a1", title="T", labels=[])


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (b"{'id': 1}", "not JSON: Expecting property name enclosed in double quotes at column 2; one object"),
        (b"[" * 100_000, "not JSON that can be read: too deep"),
        (b'"a title"', "not an item: a JSON object with at least id and title"),
        (b"\xff\xfe", "not UTF-8 at byte 1"),
        (b'{"title": "T"}', "no `id`"),
        (b'{"id": 7, "title": "T"}', "`id` is not a text"),
        (b'{"id": "a"}', "no `title`"),
        (b'{"id": "a", "title": "T", "lang": ["en"]}', "`lang` is not a text"),
        (
            b'{"id": "a", "title": "T", "published": "May 1st"}',
            "`published` is not a time like 2026-05-01T08",
        ),
        (
            b'{"id": "a", "title": "T", "published": "0001-01-01T00:00+14:00"}',
            "`published` is not a time like",
        ),
    ],
)
def test_a_line_that_is_no_item_is_told_with_its_place(file: Path, bad: bytes, what: str) -> None:
    assert told(file, GOOD + b"\n" + bad + b"\n" + GOOD).startswith(f"items.jsonl:3: {what}")


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({}, "no `labels`: a list of signal keys, [] where the item shows none"),
        ({"labels": "price"}, "`labels` is not a list of signal keys"),
        ({"labels": [1]}, "`labels` is not a list of signal keys"),
        ({"labels": [], "unsure": {"price": 1}}, "`unsure` is not a list of signal keys"),
        ({"labels": ["price"], "unsure": ["price"]}, "`price` stands in labels and in unsure"),
        ({"labels": [], "clear": "yes"}, "`clear` is neither true nor false"),
        ({"labels": [], "stratum": 2}, "`stratum` is not a text"),
    ],
)
def test_labels_that_cannot_be_meant_are_told(file: Path, parts: dict[str, Any], what: str) -> None:
    assert told(file, line(id="a", title="T", **parts), labels=True) == f"items.jsonl:1: {what}"


def test_a_gzipped_file_that_was_cut_off_is_told(file: Path) -> None:
    lines = b"".join(line(id=f"{number}", title="T") for number in range(9))

    assert told(file, gzip.compress(lines)[:-12]).startswith("items.jsonl: damaged after line")
    assert told(file, b"\x1f\x8bnot gzip").startswith("items.jsonl: damaged after line 0")


def test_a_line_without_end_is_not_read_whole(file: Path) -> None:
    with file.open("wb") as sparse:
        sparse.truncate(MOST * 4)

    assert told(file, file.read_bytes()).startswith("items.jsonl:1: longer than 16,000,000 bytes")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrackerError, match="cannot be read: No such file"):
        next(read_items(str(tmp_path / "none")))
    with pytest.raises(TrackerError, match="cannot be read: Is a directory"):
        next(read_items(str(tmp_path)))
