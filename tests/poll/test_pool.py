"""One document that hangs, crashes or grows costs its own poll and no other."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from tracker.errors import ParseError
from tracker.model import Snapshot, Validators
from tracker.poll.parse import ParseJob
from tracker.poll.pool import ParserPool

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
GOOD = b'<rss version="2.0"><channel><item><title>good</title></item></channel></rss>'
# A tag that does not match leaves only the lenient parser, which takes quadratic time over attributes.
MANY = b" ".join(b"a%d='1'" % number for number in range(60_000))
SLOW = b"<rss version='2.0' " + MANY + b"><channel><item><title>a</b></title></item></channel></rss>"
LARGE = b'<rss version="2.0"><channel>' + b"<item><a/><b/><c/></item>" * 300_000 + b"</channel></rss>"


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool(workers=2) as pool:
        yield pool


@pytest.fixture(scope="module")
def big(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The large hostile documents, written beside a copy of the program that makes them."""
    program = tmp_path_factory.mktemp("cases") / "make_big.py"
    shutil.copy(shared / "faults/cases/make_big.py", program)
    subprocess.run([sys.executable, str(program)], check=True)
    return program.parent / "big"


def job(body: bytes) -> ParseJob:
    return ParseJob("f", body, "https://feeds.example/f.xml", None, None, None, Validators(), NOW)


def parse(pool: ParserPool, body: bytes) -> Snapshot:
    return asyncio.run(pool.parse(job(body)))


def test_a_feed_is_parsed_in_another_process(pool: ParserPool) -> None:
    assert [item.title for item in parse(pool, GOOD).items] == ["good"]


def test_what_is_no_feed_is_the_same_error_as_in_this_process(pool: ParserPool) -> None:
    with pytest.raises(ParseError, match="not a feed: HTML page") as refused:
        parse(pool, b"<html></html>")

    assert (refused.value.gone, refused.value.retry_at) == (False, None)


def test_a_job_that_takes_too_long_is_ended_and_the_next_one_goes_on() -> None:
    with ParserPool(workers=1, timeout=timedelta(seconds=1)) as pool:
        started = time.monotonic()
        with pytest.raises(ParseError, match="parsing took longer than 1 s"):
            parse(pool, SLOW)

        assert time.monotonic() - started < 6
        assert len(parse(pool, GOOD).items) == 1


def test_a_worker_that_dies_is_a_parse_error_and_the_next_job_goes_on() -> None:
    async def die_under_way(pool: ParserPool) -> Snapshot:
        slow = asyncio.create_task(pool.parse(job(SLOW)))
        while not (workers := busy()) and not slow.done():
            await asyncio.sleep(0.05)
        for worker in workers:
            worker.kill()
        return await slow

    def busy() -> list[psutil.Process]:
        found = [
            each for each in psutil.Process().children(recursive=True) if each.name().startswith("python")
        ]
        return [each for each in found if each.pid not in before and sum(each.cpu_times()[:2]) > 0.5]

    with ParserPool(workers=1) as pool:
        before = {each.pid for each in psutil.Process().children(recursive=True)}
        with pytest.raises(ParseError, match="the parser crashed"):
            asyncio.run(die_under_way(pool))

        assert len(parse(pool, GOOD).items) == 1


def test_a_job_that_needs_too_much_memory_is_a_parse_error_and_the_next_one_goes_on() -> None:
    with ParserPool(workers=1, memory=120_000_000) as pool:
        with pytest.raises(ParseError, match="memory"):
            parse(pool, LARGE)

        assert len(parse(pool, GOOD).items) == 1


def test_one_bad_document_among_many_leaves_the_others_alone(pool: ParserPool) -> None:
    async def all_at_once() -> list[Snapshot | BaseException]:
        bodies = [GOOD] * 20 + [b"\x00"] + [GOOD] * 20
        return await asyncio.gather(*(pool.parse(job(body)) for body in bodies), return_exceptions=True)

    outcomes = asyncio.run(all_at_once())

    assert [type(outcome) for outcome in outcomes] == [Snapshot] * 20 + [ParseError] + [Snapshot] * 20


def test_closing_ends_the_workers() -> None:
    before = set(multiprocessing.active_children())
    pool = ParserPool(workers=1)
    parse(pool, GOOD)

    started = time.monotonic()
    pool.close()

    assert time.monotonic() - started < 5
    assert set(multiprocessing.active_children()) <= before


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        pytest.param("deep", "refused: Excessive depth", id="200,000 nested elements"),
        pytest.param("many_attrs", 0, id="100,000 attributes"),
        pytest.param("many_ns", 0, id="50,000 namespaces"),
        pytest.param("long_token", 1, id="a title of 8 MB"),
        pytest.param("long_comment", "refused: Comment too big", id="a comment of 20 MB"),
        pytest.param("many_items", 10_000, id="10,000 items"),
        pytest.param("deep_html", 1, id="100,000 nested elements of HTML"),
    ],
)
def test_large_documents_are_read_or_refused_at_once(
    pool: ParserPool, big: Path, name: str, outcome: int | str
) -> None:
    started = time.monotonic()

    try:
        found: int | str = len(parse(pool, (big / f"{name}.xml").read_bytes()).items)
    except ParseError as refused:
        found = str(refused)

    assert found == outcome or (isinstance(outcome, str) and outcome in str(found))
    assert time.monotonic() - started < 10


_STARTING_TOO_LATE = """
import multiprocessing
from tracker.poll.pool import ParserPool

class Lock:
    def __reduce__(self):
        return open, ("/nowhere/any/more",)

if __name__ == "__main__":
    with ParserPool():
        worker = multiprocessing.get_context("forkserver").Process(target=print, args=(Lock(),))
        worker.start()
        worker.join()
        raise SystemExit(worker.exitcode + 10)
"""


def test_a_worker_whose_pool_closes_while_it_starts_prints_no_traceback(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_STARTING_TOO_LATE, "utf-8")

    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (11, "")
