"""The recurring jobs: one that fails, hangs or is slow neither stops nor delays the others, and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobEvent, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from tracker.daemon.chronicle import span
from tracker.daemon.log import LOG, bug
from tracker.errors import TrackerError

JUMP = 30.0
"""Seconds by which the wall clock may run away from the other before we call it a jump."""


SLOW = 60.0
"""Seconds after which a run that makes others be skipped is told, unless it may well take longer."""


class Jobs:
    """Runs jobs at intervals, each at most once at a time; what was missed is caught up once.

    patience: seconds after which a run under way is told. monotonic: a clock in seconds.
    """

    def __init__(self, monotonic: Callable[[], float], patience: float) -> None:
        self._monotonic = monotonic
        self._patience = patience
        # No grace is too long: after a sleep of hours each job runs once (coalesce), and then as usual.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        self._scheduler.add_listener(self._failed, EVENT_JOB_ERROR)
        self._scheduler.add_listener(self._skipped, EVENT_JOB_MAX_INSTANCES)
        self._begun: dict[str, float] = {}
        self._told: set[str] = set()
        self._errors: dict[str, str] = {}
        self._patient: set[str] = set()

    def every(
        self, name: str, seconds: float, work: Callable[[], Awaitable[bool | None]], *, patient: bool = False
    ) -> None:
        """Do `work` now and then again and again. patient: a run may well take longer than its interval.

        work: returns False when it did nothing, so that nobody knows yet whether it works again.
        """

        async def run() -> None:
            self._begun[name] = self._monotonic()
            try:
                did = await work()
            finally:
                del self._begun[name]
                self._told.discard(name)
            if did is not False and name in self._errors:
                del self._errors[name]
                LOG.info("%s: works again", name)

        if patient:
            self._patient.add(name)
        self._scheduler.add_job(run, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._scheduler.start()

    def pause(self) -> None:
        """Begin no further run."""
        self._scheduler.pause()

    def stop(self) -> None:
        """Forget all jobs; runs under way are cancelled."""
        self._scheduler.shutdown(wait=False)

    def hasten(self) -> None:
        """Let every job run now: after a jump of the clock its next time may be days away."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def watch(self) -> None:
        """Tell, once per run, which job has taken longer than it should."""
        for name in self._begun:
            if self._taken(name) > self._patience:
                self._tell_slow(name)

    def _skipped(self, event: JobEvent) -> None:
        if event.job_id not in self._patient and self._taken(event.job_id) > SLOW:
            self._tell_slow(event.job_id)

    def _tell_slow(self, name: str) -> None:
        if name in self._begun and name not in self._told:
            self._told.add(name)
            taken = timedelta(seconds=self._taken(name))
            LOG.warning("%s: still at work after %s; its next run is skipped", name, span(taken))

    def _taken(self, name: str) -> float:
        """How long the run under way has taken, in seconds."""
        return self._monotonic() - self._begun.get(name, self._monotonic())

    def _failed(self, event: JobExecutionEvent) -> None:
        error = event.exception
        if isinstance(error, asyncio.CancelledError):  # we are stopping
            return
        text = str(error) if isinstance(error, TrackerError) else bug(error)
        if self._errors.get(event.job_id) != text:  # once, not at every try
            self._errors[event.job_id] = text
            LOG.error("%s: %s; tried again", event.job_id, text)


class Clocks:
    """Compares the wall clock with the other one: a laptop that slept, a clock that was set."""

    def __init__(self, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._apart = self._difference()

    def jump(self) -> float | None:
        """By how many seconds the wall clock jumped since the last call, if it did."""
        apart = self._difference()
        jump, self._apart = apart - self._apart, apart
        return jump if abs(jump) > JUMP else None

    def _difference(self) -> float:
        return self._clock().timestamp() - self._monotonic()
