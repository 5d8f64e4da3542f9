"""Worker processes that parse: one that hangs, crashes or grows is killed, and only its own job fails."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from datetime import timedelta

from pebble import ProcessExpired, ProcessPool

from tracker.errors import ParseError
from tracker.model import Snapshot
from tracker.poll.parse import ParseJob, parse_document

MEMORY = 1_500_000_000
"""Address space of a worker in bytes; parsing the largest body that is fetched needs a fifth of it."""

JOBS_PER_WORKER = 500
"""A worker is replaced after so many jobs, so that no parser's leak grows for days."""


class ParserPool:
    """Parses in other processes. Close it, or use it as a context manager."""

    def __init__(
        self, workers: int = 2, timeout: timedelta = timedelta(seconds=10), memory: int = MEMORY
    ) -> None:
        # A fork server is single-threaded: forking this process, with its threads, could deadlock.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tracker.poll.parse", "tracker.poll.forked"])
        self._timeout = timeout.total_seconds()
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=JOBS_PER_WORKER,
            initializer=_limit_memory,
            initargs=(memory,),
            context=context,
        )

    def __enter__(self) -> ParserPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def parse(self, job: ParseJob) -> Snapshot:
        """What the feed lists now. Raises ParseError, also if the worker was too slow, too large or died."""
        try:
            future = self._pool.schedule(parse_document, args=(job,), timeout=self._timeout)
            snapshot: Snapshot = await asyncio.wrap_future(future)
        except TimeoutError:
            raise ParseError(f"parsing took longer than {self._timeout:g} s") from None
        except MemoryError:
            raise ParseError("parsing needed too much memory") from None
        except ProcessExpired as error:
            raise ParseError(f"the parser crashed (exit code {error.exitcode})") from None
        except ParseError:
            raise
        except Exception as error:
            raise ParseError(f"the feed cannot be read: {type(error).__name__}") from error
        return snapshot

    def close(self) -> None:
        """Stop the workers at once; jobs under way are dropped."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _limit_memory(limit: int) -> None:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ValueError, OSError):  # macOS does not limit address space
        return
