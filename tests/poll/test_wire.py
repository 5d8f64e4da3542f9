"""Exchanges by curl under our event loop: what ends, ends at once and leaves nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any

import psutil
import pytest

from tracker.errors import FetchError
from tracker.poll.address import AddressPolicy
from tracker.poll.connect import checked_socket, system_trust
from tracker.poll.failure import Broken, fetch_error
from tracker.poll.request import Request
from tracker.poll.wire import Wire

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers each connection with the same bytes, then holds it; tells when the other side hung up."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked = asyncio.Event()
        self.left = asyncio.Event()
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.readuntil(b"\r\n\r\n")
        self.asked.set()
        writer.write(self.answer)
        try:
            await reader.read()
        except ConnectionResetError:
            pass
        finally:
            self.left.set()
            writer.close()


@asynccontextmanager
async def wired(answer: bytes) -> AsyncIterator[tuple[Wire, Server, int]]:
    server = Server(answer)
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        policy = AddressPolicy.from_entries([f"127.0.0.0/8:{port}", f"[::1]:{port}"])
        with closing(Wire(partial(checked_socket, policy), system_trust())) as wire:
            yield wire, server, port


def request(port: int, *addresses: str, **headers: str) -> Request:
    host = "feed.example" if addresses else "127.0.0.1"
    return Request(f"http://{host}:{port}/", headers, host, port, addresses or None)


async def body(wire: Wire, asked: Request) -> bytes:
    async with wire.ask(asked) as reply:
        whole = b""
        while piece := await reply.read():
            whole += piece
        return whole


def test_an_exchange_that_is_cancelled_hangs_up_at_once() -> None:
    async def run() -> None:
        async with wired(b"") as (wire, server, port):
            task = asyncio.create_task(body(wire, request(port)))
            await server.asked.wait()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            await asyncio.wait_for(server.left.wait(), 5)

    asyncio.run(run())


def test_closing_ends_what_is_under_way() -> None:
    async def run() -> None:
        async with wired(b"HTTP/1.1 200 OK\r\n\r\n<rss") as (wire, server, port):
            task = asyncio.create_task(body(wire, request(port)))
            await server.asked.wait()
            wire.close()
            with pytest.raises(Broken):
                await asyncio.wait_for(task, 5)
            await asyncio.wait_for(server.left.wait(), 5)

    asyncio.run(run())


def test_no_connection_serves_two_exchanges() -> None:
    async def run() -> int:
        async with wired(WHOLE) as (wire, server, port):
            for _ in range(3):
                assert await body(wire, request(port)) == b"ok"
            await asyncio.gather(*(body(wire, request(port)) for _ in range(5)))
            return server.connections

    assert asyncio.run(run()) == 8


def test_many_exchanges_leave_no_open_files() -> None:
    async def run() -> tuple[int, int]:
        async with wired(WHOLE) as (wire, _, port):
            await body(wire, request(port))
            await asyncio.sleep(0)
            before = psutil.Process().num_fds()
            for _ in range(10):
                await asyncio.gather(*(body(wire, request(port)) for _ in range(20)))
            for _ in range(20):
                await asyncio.sleep(0)
            return before, psutil.Process().num_fds()

    before, after = asyncio.run(run())

    assert after <= before + 2  # the server may not have seen the last ones go


def test_of_several_addresses_one_that_answers_is_enough() -> None:
    async def run() -> bytes:
        async with wired(WHOLE) as (wire, _, port):
            return await body(wire, request(port, "::1", "127.0.0.1"))

    assert asyncio.run(run()) == b"ok"


def test_a_name_means_what_this_exchange_says_and_not_what_one_before_said() -> None:
    async def run() -> None:
        async with wired(WHOLE) as (wire, server, port):
            assert await body(wire, request(port, "127.0.0.1")) == b"ok"
            with pytest.raises((Broken, FetchError)):
                await body(wire, request(port, "::1"))
            assert server.connections == 1

    asyncio.run(run())


def test_an_address_that_nobody_checked_before_is_refused_at_the_socket() -> None:
    async def run() -> None:
        async with wired(WHOLE) as (wire, server, port):
            with pytest.raises(FetchError, match="is not a public address"):
                await body(wire, request(port, "10.0.0.1"))
            assert server.connections == 0

    asyncio.run(run())


def test_no_more_files_is_told_as_such() -> None:
    def full(*_: Any) -> socket.socket:
        raise OSError(24, "Too many open files")

    async def run() -> str:
        with closing(Wire(full, system_trust())) as wire:
            with pytest.raises(OSError, match="Too many") as error:
                await body(wire, request(80))
            return str(fetch_error(error.value))

    assert asyncio.run(run()) == "too many open files in this process"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("X-A", "secret\r\nX-B: 1", id="a line break"),
        pytest.param("X-A", "secret\0", id="NUL"),
        pytest.param("X-A: b", "secret", id="a name with a colon"),
        pytest.param("", "secret", id="no name"),
    ],
)
def test_a_header_that_would_change_the_request_is_not_sent(name: str, value: str) -> None:
    with pytest.raises(FetchError, match="cannot be sent") as refused:
        request(80, **{name: value}).lines()

    assert "secret" not in str(refused.value)


def test_a_header_may_be_empty_or_beyond_ascii() -> None:
    assert request(80, A="", B=" ü ").lines() == [b"A;", b"B: \xc3\xbc"]
