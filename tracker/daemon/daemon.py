"""What runs in the background: it begins, does its jobs, takes commands and edits, and ends in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import tracker
from tracker.config.difference import difference
from tracker.daemon import control
from tracker.daemon.chronicle import Chronicle, span
from tracker.daemon.editions import Editions
from tracker.daemon.ground import Ground
from tracker.daemon.hours import next_edition
from tracker.daemon.jobs import Clocks, Jobs
from tracker.daemon.log import LOG, bug
from tracker.daemon.means import Means, Pace
from tracker.daemon.notify import notify, watchdog_seconds
from tracker.daemon.polling import Polling
from tracker.daemon.requests import answer
from tracker.daemon.upkeep import Upkeep, free_memory
from tracker.daemon.watch import Refused, Seen, Taken, Watch, stamp
from tracker.errors import StoreError
from tracker.inforce import InForce
from tracker.wording import count

_READ = 0.2  # seconds: a look that took longer has read and compiled the config


class Daemon:
    """One data directory's daemon. The process must hold its lock, and run this in an event loop.

    ready: called once when commands can reach it. lost: a file without which it had to end, or None.
    """

    def __init__(
        self, means: Means, work: InForce, pid: int, ready: Callable[[Daemon], None], pace: Pace | None = None
    ) -> None:
        self.means = means
        self.work = work
        self.pace = pace or Pace()
        now = means.clock()
        self.here = control.Running(
            pid=pid,
            version=tracker.__version__,
            since=now.isoformat(),
            config=str(means.config),
            log=str(means.log) if means.log else None,
        )
        self.reloaded: tuple[str, str] | None = None
        self.lost: Path | None = None
        self._ground = Ground(means.ground)
        self._ready = ready
        self.stopping = asyncio.Event()
        self._looking = asyncio.Lock()
        self._taken = work
        self._untaken: Taken | None = None
        self._stamps = self._stamped()
        self._watch = Watch(means.config, work, means.load)
        self._jobs = Jobs(means.monotonic, self.pace.patience)
        self._clocks = Clocks(means.clock, means.monotonic)
        self.upkeep = Upkeep(means, work)
        self.editions = Editions(means, work)
        self.polling = Polling(means, work, Chronicle.after(means.store.states(), now))

    async def run(self) -> None:
        """Run until `stop`; returns with nothing half-done."""
        asyncio.get_running_loop().set_exception_handler(_log_bug)
        self._come_into_force(self.work)
        await self.editions.check()
        async with control.answering(self.means.data, self.here, self._answer) as self.here:
            self._begin()
            beat = asyncio.create_task(self._beat())
            await self.stopping.wait()
            LOG.info("stopping")
            self._notify("STOPPING=1")
            beat.cancel()
            await self._end()
        LOG.info("stopped")

    def stop(self) -> None:
        """End in order. Polls under way have some seconds, then they are dropped whole."""
        self.stopping.set()

    def reload(self) -> None:
        """Read the config again at the next look, changed or not."""
        self._watch.reload()

    async def look(self, *, now: bool = False) -> Seen:
        """Look at the config's files and take what is new. now: read them whether changed or not."""
        async with self._looking:
            if now:
                self._watch.reload()
            stamps, began = self._stamped(), self.means.monotonic()
            seen: Seen = self._untaken
            if seen is None:
                seen = await asyncio.to_thread(self._watch.look, self.means.monotonic())
            if now or seen is not None:
                self._stamps = stamps
            if self.means.monotonic() - began > _READ:
                free_memory()
            if isinstance(seen, Taken):
                # An edit before this one may not have come into force.
                seen = replace(seen, lines=difference(self._taken.config, seen.work.config))
                self._untaken = seen  # tried again, should the disk be full just now
                await self._take(seen)
                self._untaken = None
            elif isinstance(seen, Refused):
                self._refuse(seen)
            return seen

    async def refresh(self) -> None:
        """Take at once what was saved a moment ago: who asks for something now means by that."""
        if self._stamps != self._stamped() or self.work.notice:
            await self.look(now=True)

    def _stamped(self) -> tuple[object, ...]:
        return tuple(stamp(file) for file in self.work.config.files)

    def _begin(self) -> None:
        config, edition = self.work.config, next_edition(self.work.config.digest, self.means.clock())
        LOG.info(
            "tracker %s runs (pid %d): %s, %d feeds; next edition %s",
            *(self.here.version, self.here.pid, self.here.config, len(config.feeds)),
            edition.isoformat(timespec="minutes") if edition else "when somebody asks for one",
        )
        if self.work.notice:
            LOG.warning("%s", self.work.notice)
        free_memory()
        pace, jobs = self.pace, self._jobs
        jobs.every("poll", pace.tick, self.polling.tick, patient=True)
        jobs.every("config", pace.look, self._look)
        jobs.every("edition", pace.edition, self.editions.check)
        jobs.every("index", pace.upkeep, self.upkeep.index, patient=True)
        jobs.every("upkeep", pace.upkeep, self._tidy, patient=True)
        jobs.start()
        self._notify("READY=1")
        self._ready(self)

    async def _end(self) -> None:
        self._jobs.pause()
        self.upkeep.stop()
        await self.polling.stop()
        self._jobs.stop()

    async def _beat(self) -> None:
        """Each second, whatever the jobs do: are the clocks sane, is a job stuck, is systemd told?"""
        every = watchdog_seconds(self.means.environment)
        heard = self.means.monotonic()
        while True:
            await asyncio.sleep(self.pace.beat)
            if (jump := self._clocks.jump()) is not None:
                self._jumped(jump)
            self._jobs.watch()
            self.polling.tell()
            if (lost := self._ground.lost()) and not self.lost:
                self._give_up(lost)
            if every is not None and self.means.monotonic() - heard >= every / 3:
                heard = self.means.monotonic()
                self._notify("WATCHDOG=1")

    def _jumped(self, seconds: float) -> None:
        way = "ahead" if seconds > 0 else "back"
        length = span(timedelta(seconds=abs(seconds)))
        LOG.warning("the clock went %s %s at once (a sleep, or it was set)", length, way)
        with suppress(StoreError):
            # What the old time put far off is pulled back.
            self.means.store.sync_feeds(self.work.config.feeds, self.means.clock())
        self._jobs.hasten()

    def _give_up(self, lost: Path) -> None:
        self.lost = lost
        LOG.error("%s was deleted or replaced under the daemon; it ends: `tracker start` begins anew", lost)
        self.stop()

    async def _look(self) -> None:
        await self.look()

    async def _tidy(self) -> None:
        if await self.polling.put_away(self.pace.idle):
            free_memory()
        if await self.upkeep.daily():
            self._tell_day()

    def _tell_day(self) -> None:
        chronicle, day = self.polling.chronicle, self.polling.chronicle.day
        LOG.info(
            "the last day: %s, %s, %s; %d of %d feeds fail",
            count(day.polls, "poll"),
            count(day.items, "new item"),
            count(day.matches, "match", "matches"),
            len(chronicle.troubles),
            len(self.work.config.feeds),
        )
        chronicle.day = type(day)()

    async def _take(self, seen: Taken) -> None:
        """Bring a new config into force, polls under way and all."""
        if seen.work.config.database != self.work.config.database:
            notice = "another database in config.yaml takes effect with `tracker stop`, `tracker start`"
            return self._stay(replace(self.work, notice=notice), notice)
        await self.editions.exchange(seen.work)  # waits for an edition that is being made
        # Nothing between these two: the polls of before know nothing of feeds that are new to the store.
        self._come_into_force(seen.work)
        await self.polling.exchange(seen.work)
        self._taken = seen.work
        self._reloaded("; ".join(seen.lines) or "the file is whole again, nothing changed")
        for line in seen.lines or ("the file is whole again, nothing changed",):
            LOG.info("config: %s", line)
        free_memory()
        return None

    def _refuse(self, seen: Refused) -> None:
        for problem in seen.problems:
            LOG.warning("config: %s", str(problem).split("\n")[0])
        self._stay(replace(self.work, notice=seen.work.notice), seen.work.notice or "")

    def _stay(self, work: InForce, why: str) -> None:
        LOG.warning("config: %s", why)
        self._reloaded(why)
        self.work = work
        self.editions.note(work)

    def _reloaded(self, what: str) -> None:
        self.reloaded = (self.means.clock().isoformat(), what)

    def _come_into_force(self, work: InForce) -> None:
        self.work = self.upkeep.work = work
        self.means.keep(work.config)
        self.means.store.sync_feeds(work.config.feeds, self.means.clock())

    async def _answer(self, request: Mapping[str, Any], line: control.Line) -> Mapping[str, Any]:
        return await answer(self, request, line)

    def _notify(self, state: str) -> None:
        notify(state, self.means.environment)


def _log_bug(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    LOG.error("%s", bug(error) if isinstance(error, BaseException) else context.get("message"))
