"""Commands and the daemon: lines, an answer, an error with its kind; and what lies there of a dead one."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tracker.daemon.control import ADDRESS_FILE, SOCKET_FILE, Running, answering, ask, running
from tracker.errors import BusyError, StoreError, TrackerError
from tracker.store.lock import writing_process


async def handle(request: Mapping[str, Any], line: Callable[[str], Any]) -> Mapping[str, Any]:
    match request["do"]:
        case "work":
            await line("half of it")
            return {"sum": request["a"] + request["b"]}
        case "busy":
            raise BusyError("somebody else is at it")
        case _:
            raise TrackerError("cannot be done")


def asked(data: Path, *requests: Mapping[str, Any]) -> list[Any]:
    """What a daemon in this directory answers, an error as its class and text."""

    def one(request: Mapping[str, Any]) -> Any:
        try:
            return list(ask(data, request, patience=10))
        except TrackerError as error:
            return type(error), str(error)

    async def scene() -> list[Any]:
        here = Running(os.getpid(), "1.0", "2026-11-23T07:00:00+00:00", "config.yaml")
        async with answering(data, here, handle):
            return [await asyncio.to_thread(one, request) for request in requests]

    with writing_process(data):
        return asyncio.run(scene())


def test_a_request_is_answered_with_lines_and_a_result(tmp_path: Path) -> None:
    (answers,) = asked(tmp_path, {"do": "work", "a": 1, "b": 2})

    assert answers == [{"line": "half of it"}, {"done": {"sum": 3}}]


def test_an_error_keeps_its_kind(tmp_path: Path) -> None:
    assert asked(tmp_path, {"do": "busy"}, {"do": "?"}) == [
        (BusyError, "somebody else is at it"),
        (TrackerError, "cannot be done"),
    ]


@pytest.mark.parametrize(
    "request_", [pytest.param([], id="a list"), pytest.param({"do": "x" * 2_000_000}, id="huge")]
)
def test_a_request_that_is_none_is_refused_and_others_are_answered(tmp_path: Path, request_: Any) -> None:
    refused, answers = asked(tmp_path, request_, {"do": "work", "a": 1, "b": 1})

    assert issubclass(refused[0], TrackerError)
    assert answers[-1] == {"done": {"sum": 2}}


def test_brackets_without_end_are_refused_like_any_other_garbage(tmp_path: Path) -> None:
    async def scene() -> list[Any]:
        here = Running(os.getpid(), "1.0", "2026-11-23T07:00:00+00:00", "config.yaml")
        async with answering(tmp_path, here, handle) as here:
            reader, writer = await asyncio.open_unix_connection(here.socket)
            writer.write(b"[" * 100_000 + b"\n")
            answers = (await reader.read()).splitlines()
            writer.close()
            return [json.loads(answer) for answer in answers]

    *_, last = asyncio.run(scene())

    assert last == {"error": "the request cannot be read", "code": 1}


def test_what_a_dead_daemon_left_is_not_believed(tmp_path: Path) -> None:
    left = {"pid": os.getpid(), "version": "1", "since": "", "config": "", "socket": "/nowhere"}
    (tmp_path / ADDRESS_FILE).write_text(json.dumps(left), "utf-8")

    assert running(tmp_path) is None
    with pytest.raises(TrackerError, match="no daemon is running"):
        list(ask(tmp_path, {"do": "status"}))


def test_another_command_that_writes_is_no_daemon(tmp_path: Path) -> None:
    with writing_process(tmp_path):
        assert running(tmp_path) is None


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    asked(tmp_path, {"do": "work", "a": 1, "b": 1})

    assert [file.name for file in tmp_path.iterdir()] == ["tracker.lock"]


@pytest.mark.parametrize("name", [SOCKET_FILE, ADDRESS_FILE])
def test_a_folder_in_the_place_of_the_socket_or_its_address_is_one_clear_error(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(StoreError, match=f"{name}: the control socket cannot be made: Is a directory"):
        asked(tmp_path, {"do": "work", "a": 1, "b": 1})
