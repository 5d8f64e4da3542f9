"""When an entry was published, from every way of writing it that was met; what is no date is no date."""

from __future__ import annotations

import csv
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker.model import Validators
from tracker.poll.dates import published, read_date
from tracker.poll.parse import ParseJob, parse_document

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

# Where the recorded cases leave a choice: a Chinese form means China's time.
CHOSEN = {"date-52": "2025-10-09T08:53:20Z"}


def recorded(shared: Path) -> dict[str, tuple[str, str]]:
    with (shared / "faults/cases/dates/dates.tsv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["id"]: (json.loads(row["text_json"]), row["expected_utc"]) for row in rows}


def told(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else "INVALID"


def test_every_recorded_date_is_the_expected_moment_or_none(shared: Path) -> None:
    expected = {
        case: utc.replace("FUTURE", "INVALID") for case, (_, utc) in recorded(shared).items()
    } | CHOSEN

    started = time.process_time()
    found = {case: told(read_date(text, NOW)) for case, (text, _) in recorded(shared).items()}

    assert found == expected
    assert time.process_time() - started < 1


def test_a_feed_of_all_dates_keeps_every_item_in_its_order(shared: Path) -> None:
    texts = ["".join(c for c in text if c.isprintable()) for text, _ in recorded(shared).values()]
    items = "".join(
        f"<item><title>{n}</title><guid>{n}</guid><pubDate><![CDATA[{text}]]></pubDate></item>"
        for n, text in enumerate(texts)
    )
    body = f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()

    found = [parse_document(ParseJob("f", body, "", None, None, None, Validators(), NOW)) for _ in range(2)]

    assert [item.title for item in found[0].items] == [str(n) for n in range(len(texts))]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2026年5月6日 14:30", "2026-05-06T06:30:00Z", id="Chinese date and time"),
        pytest.param("2026年05月06日 下午2:30", "2026-05-06T06:30:00Z", id="in the afternoon"),
        pytest.param("2026年5月6日 上午12点5分", "2026-05-06T04:05:00Z", id="noon, as some write it"),
        pytest.param(
            "2026年5月6日（星期三）上午9时05分20秒", "2026-05-06T01:05:20Z", id="with weekday and seconds"
        ),
        pytest.param("２０２６年５月６日　１４：３０", "2026-05-06T06:30:00Z", id="full-width digits"),
        pytest.param("2026年5月6日", "2026-05-05T16:00:00Z", id="Chinese date only: midnight in China"),
        pytest.param("2026年5月6號 下午2點30分", "2026-05-06T06:30:00Z", id="traditional characters"),
        pytest.param("2026年5月6日 14:30 (北京时间)", "2026-05-06T06:30:00Z", id="Beijing time, said so"),
        pytest.param("2026年5月6日 14:30:00 +0900", "2026-05-06T05:30:00Z", id="Chinese with a zone"),
        pytest.param("2026/5/6 下午 2:30:00", "2026-05-06T06:30:00Z", id="slashes and a Chinese half day"),
        pytest.param("2026-05-06 星期三 14:30", "2026-05-06T06:30:00Z", id="a Chinese weekday between"),
        pytest.param("2026-05/06 星期三", "INVALID", id="two kinds of separators"),
        pytest.param("2026年13月6日", "INVALID", id="no such Chinese month"),
        pytest.param("3小时前", "INVALID", id="relative dates would change with each poll"),
        pytest.param("Thu, 09 Oct 2025", "2025-10-09T00:00:00Z", id="RFC 822 without time"),
        pytest.param("Thu, 09 Oct 2025 08:53:20", "2025-10-09T08:53:20Z", id="RFC 822 without zone"),
        pytest.param("Thu, 09 Oct 2025 08:53:20 GMT+0800", "2025-10-09T00:53:20Z", id="zone twice"),
        pytest.param("Thu, 09 Oct 2025 08:53:20 GMT+8", "2025-10-09T00:53:20Z", id="hours only after GMT"),
        pytest.param("Thu,09 Oct 2025 08:53:20 GMT", "2025-10-09T08:53:20Z", id="no space after the day"),
        pytest.param("Thu, 09  Oct\n2025 08:53:20 GMT", "2025-10-09T08:53:20Z", id="white space in it"),
        pytest.param("9th October 2025", "2025-10-09T00:00:00Z", id="an ordinal"),
        pytest.param(
            "Thu Oct 09 2025 08:53:20 GMT+0800 (中国标准时间)", "2025-10-09T00:53:20Z", id="JavaScript's"
        ),
        pytest.param("2025-10-09T08:53:20\u221205:00", "2025-10-09T13:53:20Z", id="a typographic minus"),
        pytest.param("Thursday, 09-Oct-25 08:53:20 GMT", "2025-10-09T08:53:20Z", id="RFC 850"),
        pytest.param(
            "Thu, 31 Dec 98 23:00:00 GMT", "1998-12-31T23:00:00Z", id="two digits of the last century"
        ),
        pytest.param("Oct 9, 2025 12:05 AM", "2025-10-09T00:05:00Z", id="midnight is 12 am"),
        pytest.param("Oct 9, 2025 13:05 PM", "INVALID", id="13 pm is no time"),
        pytest.param("Thursday, October 9, 2025 at 8:53 PM EST", "2025-10-10T01:53:00Z", id="American prose"),
        pytest.param("2025-10", "2025-10-01T00:00:00Z", id="W3CDTF month"),
        pytest.param("2025-10-09 08:53:20 +0800", "2025-10-09T00:53:20Z", id="space before the zone"),
        pytest.param("2025-10-09T08:53:20+05:30", "2025-10-09T03:23:20Z", id="half an hour"),
        pytest.param("2025-10-09T24:00:00Z", "2025-10-10T00:00:00Z", id="24:00 is the next day"),
        pytest.param("2025-10-09T23:59:60Z", "2025-10-09T23:59:59Z", id="ISO leap second"),
        pytest.param("2025-02-30", "INVALID", id="30 February"),
        pytest.param("2025-02-29T00:00:00Z", "INVALID", id="29 February of a common year"),
        pytest.param("Thu, 31 Foo 2025 08:53:20 GMT", "INVALID", id="no such month"),
        pytest.param("1760000000", "2025-10-09T08:53:20Z", id="seconds since 1970"),
        pytest.param("1760000000000", "2025-10-09T08:53:20Z", id="milliseconds since 1970"),
        pytest.param("1989-12-31T23:59:59Z", "INVALID", id="before there were feeds"),
        pytest.param("0001-01-01T00:00:00+08:00", "INVALID", id="year 1 in a zone ahead"),
    ],
)
def test_a_date_is_read(text: str, utc: str) -> None:
    assert told(read_date(text, NOW)) == utc


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2025-10-09 08:53:20", "2025-10-09T00:53:20Z", id="no zone is China's"),
        pytest.param("Thu Oct 09 08:53:20 CST 2025", "2025-10-09T00:53:20Z", id="CST is China's"),
        pytest.param("2025-10-09T08:53:20Z", "2025-10-09T08:53:20Z", id="a written zone wins"),
    ],
)
def test_in_a_chinese_feed_a_missing_zone_is_chinas(text: str, utc: str) -> None:
    assert told(read_date(text, NOW, chinese=True)) == utc


def test_a_date_may_be_an_hour_ahead_but_not_more() -> None:
    hour = timedelta(hours=1)

    assert read_date((NOW + hour).isoformat(), NOW) == NOW + hour
    assert read_date((NOW + hour + timedelta(seconds=1)).isoformat(), NOW) is None


def test_the_first_readable_date_counts() -> None:
    assert told(published(("soon", "", "2025-10-09", "2024-01-01"), NOW)) == "2025-10-09T00:00:00Z"


@pytest.mark.parametrize("text", ["1" * 100_000, "(" * 100_000, "Mon " * 30_000, "2025-" * 20, " " * 200_000])
def test_hostile_dates_take_no_time(text: str) -> None:
    started = time.process_time()

    assert read_date(text, NOW) is None
    assert time.process_time() - started < 0.5
