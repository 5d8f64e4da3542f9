"""The demo: the offline sample through the whole pipeline, day by day, by the sample's own clock."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import say, stopping
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.cli.wiring import InForce
    from tracker.edition import Masthead
    from tracker.poll.poll import Report
    from tracker.sample import Sample, SampleServer
    from tracker.store.store import Store

MARK = "made-by-tracker-demo"
"""A file of this name says that the folder is ours to replace."""

POLLED_BEFORE = timedelta(minutes=10)
"""Each day's poll ends before its edition: an edition takes what was seen before it."""

NOMINAL_PORT = 8080
"""Pages name the config by its hash; taken at this port, the hash is the same on every run."""


def demo(
    into: Annotated[Path, typer.Option(metavar="DIR", help="Where to write.")] = Path("tracker-demo"),
) -> None:
    """Show everything on the offline sample: three days, three editions, no network."""
    from tracker import shipped
    from tracker.sample import SampleServer, load_sample

    _clear(into)
    sample = load_sample(shipped.seeds() / "sample")
    with SampleServer(sample) as server:
        page = _three_days(sample, server, into)
    say.line(f"the digest is {page.resolve()}")
    say.note(f"in a browser: {page.resolve().as_uri()}")


def _clear(folder: Path) -> None:
    """Make room for a fresh run; a folder that a demo did not make is left alone."""
    try:
        if folder.exists():
            if not (folder / MARK).is_file():
                raise TrackerError(f"{folder} is there and no demo made it; choose another with --into")
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / MARK).touch()
    except OSError as error:
        raise TrackerError(f"cannot write {folder}: {error.strerror}") from error


def _three_days(sample: Sample, server: SampleServer, folder: Path) -> Path:
    """Poll and publish once per day; return the index page."""
    from tracker import shipped
    from tracker.cli import wiring
    from tracker.config.load import load_config
    from tracker.digest.publish import INDEX
    from tracker.sample import sample_config

    where = wiring.Places(folder / "config.yaml", folder / "data")
    where.config.write_text(sample_config(sample, NOMINAL_PORT), "utf-8")
    shown = load_config(where.config, env={}, seeds=shipped.seeds()).hash
    where.config.write_text(sample_config(sample, server.port), "utf-8")
    work = wiring.load(where.config)
    masthead = replace(wiring.masthead(work), config_hash=shown)
    with wiring.writing(where, work.config) as store:
        start = sample.days[0] - POLLED_BEFORE
        wiring.put_in_force(where, work.config, store, start)
        store.sync_feeds(work.config.feeds, start)
        stopping.run(_day_by_day(sample, server, work, store, masthead, where.pages))
    return where.pages / INDEX


async def _day_by_day(
    sample: Sample, server: SampleServer, work: InForce, store: Store, masthead: Masthead, pages: Path
) -> None:
    """At the sample's time and with no chance in it: the same pages in ten years."""
    from tracker import shipped
    from tracker.cli import wiring
    from tracker.edition import publish_recorded, record
    from tracker.poll.poll import poll_due

    def clock() -> datetime:
        return sample.days[server.day - 1] - POLLED_BEFORE

    async with wiring.tools(work, store, clock=clock, chance=lambda: 0.5) as tools:
        for day, now in enumerate(sample.days, start=1):
            server.day = day
            reports = [report async for report in poll_due(tools)]
            edition = record(store, masthead, shipped.templates(), now)
            publish_recorded(store, shipped.templates(), pages, now)
            _tell(now, reports, sum(len(section.lines) for section in edition.digest.sections))


def _tell(now: datetime, reports: list[Report], lines: int) -> None:
    seen = sum(report.polled.state.last_error is None for report in reports)
    items = sum(len(report.polled.new) for report in reports)
    say.line(
        f"{now:%a %d %b %Y}: {seen} of {say.count(len(reports), 'feed')} seen, "
        f"{say.count(items, 'new item')}, {say.count(lines, 'match', 'matches')} in the digest"
    )
    for report in reports:
        if report.polled.state.last_error:
            say.line(f"    {report.feed.id}: {report.polled.state.last_error}")
