"""How commands talk to the daemon: a socket in the data directory, requests and answers as lines of JSON.

    request   {"do": "poll", "feeds": ["a", "b"] | null}, {"do": "digest"}, {"do": "status"},
              {"do": "reload"}, {"do": "apply", …}, {"do": "stop"}
    answer    any number of {"line": text}, then {"done": {…}} or {"error": text, "code": exit code};
              {"alive": true} in between says that it is still at work

Where the socket is stands in daemon.json, which is believed only while the process that wrote it holds the
lock of the data directory.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tracker.errors import BusyError, ConfigError, StoreError, TrackerError
from tracker.store.lock import holder

ADDRESS_FILE = "daemon.json"
SOCKET_FILE = "tracker.sock"
PATIENCE = 30.0
"""Seconds of silence after which the daemon does not answer."""

_ALIVE = 5.0
_LONGEST_REQUEST = 1_000_000
_LONGEST_ADDRESS = 100  # bytes; sun_path holds 108 on Linux and 104 elsewhere, with its end

Line = Callable[[str], Awaitable[None]]
Handler = Callable[[Mapping[str, Any], Line], Awaitable[Mapping[str, Any]]]
"""Does what a request asks; tells lines as it goes on, returns what "done" says. Raises TrackerError."""


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon that runs. since: ISO time. config, log: its files; None: it logs on stderr."""

    pid: int
    version: str
    since: str
    config: str
    log: str | None = None
    socket: str = ""


def running(data: Path) -> Running | None:
    """The daemon of this data directory, or None when none runs (or not yet, or another command writes)."""
    pid = holder(data)
    if pid is None:
        return None
    try:
        here = Running(**json.loads((data / ADDRESS_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return here if here.pid == pid else None


def ask(data: Path, request: Mapping[str, Any], *, patience: float = PATIENCE) -> Iterator[dict[str, Any]]:
    """The answers of the running daemon, one by one; the last is {"done": …}.

    Raises BusyError if it does not answer, and TrackerError with its text if it could not do it.
    """
    here = running(data)
    if here is None:
        raise TrackerError(f"{data}: no daemon is running; `tracker start`")
    silent = BusyError(f"the daemon (pid {here.pid}) does not answer; `tracker stop`, then `tracker start`")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(patience)
            channel.connect(here.socket)
            channel.sendall(json.dumps(request).encode() + b"\n")
            with channel.makefile("rb") as answers:
                for text in answers:
                    answer = json.loads(text)
                    _refused(answer)
                    if "alive" not in answer:
                        yield answer
                    if "done" in answer:
                        return
    except (OSError, ValueError) as error:
        raise silent from error
    raise BusyError("the daemon ended before it answered; its log says why")


def _refused(answer: Mapping[str, Any]) -> None:
    if "error" in answer:
        raise (BusyError if answer.get("code") == 3 else TrackerError)(answer["error"])


@asynccontextmanager
async def answering(data: Path, here: Running, handle: Handler) -> AsyncIterator[Running]:
    """Answer requests while the block runs. Gives `here` with the address that commands find.

    The process must hold the lock of the data directory: what lies at the address is of a dead one.
    """
    own: Path | None = None
    server: asyncio.Server | None = None
    try:
        try:
            path, own = _place(data)
            server = await asyncio.start_unix_server(_answerer(handle), path, limit=_LONGEST_REQUEST)
            path.chmod(0o600)
            here = replace(here, socket=str(path))
            _announce(data / ADDRESS_FILE, here)
        except OSError as error:
            named = error.filename2 or error.filename or data / SOCKET_FILE
            raise StoreError(f"{named}: the control socket cannot be made: {error.strerror}") from error
        yield here
    finally:
        if server is not None:
            server.close()
            for file in (data / ADDRESS_FILE, path):
                with suppress(OSError):
                    file.unlink()
        if own:
            shutil.rmtree(own, ignore_errors=True)


def _place(data: Path) -> tuple[Path, Path | None]:
    """Where the socket goes; with the folder that was made for it alone, if the usual path is too long."""
    path = (data / SOCKET_FILE).absolute()
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        path.unlink(missing_ok=True)
        return path, None
    folder = Path(tempfile.mkdtemp(prefix="tracker-"))
    return folder / SOCKET_FILE, folder


def _announce(file: Path, here: Running) -> None:
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(asdict(here), out)
    beside.replace(file)


def _answerer(handle: Handler) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that went away ends its own request, nothing else.
        with suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
            try:
                await _answer(reader, writer, handle)
            finally:
                writer.close()

    return answer


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
    async def send(value: Mapping[str, Any]) -> None:
        writer.write(json.dumps(value).encode() + b"\n")
        await asyncio.wait_for(writer.drain(), PATIENCE)

    async def line(text: str) -> None:
        await send({"line": text})

    async def stay_alive() -> None:
        while True:
            await asyncio.sleep(_ALIVE)
            await send({"alive": True})

    alive = asyncio.create_task(stay_alive())
    try:
        await send({"alive": True})
        await send({"done": dict(await handle(await _request(reader), line))})
    except TrackerError as error:
        await send({"error": str(error), "code": _code(error)})
    finally:
        alive.cancel()
        await asyncio.gather(alive, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> Mapping[str, Any]:
    try:
        # A client that never ends its line holds no connection for ever.
        request = json.loads(await asyncio.wait_for(reader.readline(), PATIENCE))
    except (ValueError, RecursionError) as error:  # also a line that is too long, or brackets without end
        raise TrackerError("the request cannot be read") from error
    if not isinstance(request, dict):
        raise TrackerError("the request cannot be read")
    return request


def _code(error: TrackerError) -> int:
    match error:
        case ConfigError():
            return 2
        case BusyError():
            return 3
        case _:
            return 1
