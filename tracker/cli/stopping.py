"""How a run is stopped: Ctrl-C, SIGTERM and a closed terminal end it in order, and a second one at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from types import FrameType
from typing import Any, TypeVar

_Result = TypeVar("_Result")

_HEEDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_came: list[int] = []
"""Signals that came: Python drops what is raised while an object goes away, and Stopped with it."""


class Stopped(SystemExit):
    """A signal asked this run to end. Its exit code is the shell's: 128 and the signal's number.

    A SystemExit, because typer would turn a KeyboardInterrupt into silence.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.status = 128 + number
        super().__init__(self.status)

    def __str__(self) -> str:
        return "interrupted" if self.number == signal.SIGINT else f"stopped by {_name(self.number)}"


def heed_signals() -> None:
    """From now on a signal raises Stopped wherever the program is; one that nohup ignores stays ignored."""
    for number in _asked_for():
        signal.signal(number, _raise)


def asked_to_stop() -> int | None:
    """The signal that came, if one did. To be asked once signals are heeded in another way."""
    return _came[0] if _came else None


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """`asyncio.run` that a signal cancels at an await: no transaction is cut, and leases are given back."""

    async def cancellable() -> _Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop(number: int) -> None:
            _came.append(number)
            if task is not None:
                task.cancel()

        for number in _asked_for():
            loop.add_signal_handler(number, stop, number)
        if asked_to_stop() and task is not None:
            task.cancel()
        return await work

    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        raise Stopped(asked_to_stop() or signal.SIGINT) from None
    finally:
        heed_signals()  # a loop that ends leaves Python's own handlers behind


def _asked_for() -> list[signal.Signals]:
    return [number for number in _HEEDED if signal.getsignal(number) is not signal.SIG_IGN]


def _raise(number: int, _: FrameType | None) -> None:
    _came.append(number)
    raise Stopped(number)


def _name(number: int) -> str:
    return signal.Signals(number).name
