"""Names that change their meaning: what was judged is what is contacted."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from tracker.errors import FetchError
from tracker.poll.address import AddressPolicy
from tracker.poll.connect import CheckedResolver, checked_socket, system_trust
from tracker.poll.request import Request
from tracker.poll.wire import Wire

NEVER = "never"
Answer = Sequence[str] | OSError


class Names:
    """Stands for the system's resolver: each name has its answers in turn, the last one repeats."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.over = threading.Event()

    def look_up(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        waiting = self.answers[host]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, OSError):
            raise answer
        if answer == NEVER:
            self.over.wait(10)
            raise socket.gaierror(socket.EAI_AGAIN, "late")
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
            for ip in answer
        ]


@pytest.fixture
def names() -> Iterator[Names]:
    names = Names()
    yield names
    names.over.set()


def ask(polling: Any, names: Names, url: str, deadline: float = 2.0) -> Any:
    async def run() -> Any:
        async with polling.fetcher(look_up=names.look_up) as session:
            return (await polling.fetch_each(session, [polling.Ask(url, deadline=deadline)]))[0]

    return asyncio.run(run())


def test_a_name_that_is_private_at_once_is_refused(polling: Any, names: Names) -> None:
    names.answers = {"evil.example": [["127.0.0.1"]]}

    told = ask(polling, names, "http://evil.example/")

    assert told.error == "evil.example is at 127.0.0.1, which is loopback, not public"
    assert told.outcome.blocked


def test_a_name_with_one_private_address_among_public_ones_is_refused(polling: Any, names: Names) -> None:
    names.answers = {"evil.example": [["93.184.216.34", "::ffff:10.0.0.1"]]}

    assert "which is private" in ask(polling, names, "http://evil.example/").error


def test_an_answer_is_used_only_once_it_was_judged(polling: Any, names: Names) -> None:
    """The second answer would be loopback: it is either not asked for or judged, too."""
    names.answers = {"evil.example": [["127.0.0.1"], ["10.0.0.1"]]}

    def asks(port: int) -> list[Any]:
        names.answers["evil.example"] = [["127.0.0.1"], ["10.0.0.1"]]
        return [polling.Ask(f"http://evil.example:{port}/")]

    canned = polling.fetch_from(polling.answer(b"judged"), asks=asks, settings={"look_up": names.look_up})

    assert canned.told[0].body == b"judged"
    assert names.asked == ["evil.example"]


def test_the_target_of_a_redirect_is_judged_when_it_is_contacted(polling: Any, names: Names) -> None:
    names.answers = {"other.example": [["192.168.1.1"]]}

    canned = polling.fetch_from(
        polling.answer(b"", "302 Found", Location="http://other.example/"),
        settings={"look_up": names.look_up},
    )

    assert canned.told[0].error == "other.example is at 192.168.1.1, which is private, not public"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(
            socket.gaierror(socket.EAI_NONAME, "x"), "DNS: the host name has no address", id="no such name"
        ),
        pytest.param(
            socket.gaierror(socket.EAI_AGAIN, "x"),
            "DNS: the name server does not answer",
            id="no name server",
        ),
        pytest.param([], "DNS: the host name has no address", id="no address"),
        pytest.param(NEVER, "not finished within 0.2 seconds", id="a name server that never answers"),
    ],
)
def test_a_name_that_does_not_resolve_is_a_clear_error(
    polling: Any, names: Names, answer: Answer, error: str
) -> None:
    names.answers = {"lost.example": [answer]}

    told = ask(polling, names, "http://lost.example/", deadline=0.2)

    assert told.error == error
    assert told.seconds < 5


def test_a_feeds_own_headers_stay_with_its_own_origin(polling: Any, names: Names) -> None:
    """The same address and port, but not the same origin."""
    names.answers = {"own.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]}
    ports: list[int] = []
    headers = {"Authorization": "Bearer secret"}

    def asks(port: int) -> list[Any]:
        ports.append(port)
        return [polling.Ask(f"http://own.example:{port}/", headers=headers)]

    answers = [polling.answer(b"", "302 Found", Location="//other.example:PORT/"), polling.answer()]
    canned = polling.fetch_from(*answers, asks=asks, settings={"look_up": names.look_up})

    own, other = canned.requests
    assert own["authorization"] == "Bearer secret"
    assert other["host"] == f"other.example:{ports[0]}"
    assert "authorization" not in other


def test_the_socket_itself_is_checked_when_nothing_else_was() -> None:
    async def run() -> FetchError:
        wire = Wire(partial(checked_socket, AddressPolicy()), system_trust())
        try:
            with pytest.raises(FetchError) as refused:
                async with wire.ask(Request("http://127.0.0.1:9999/", {}, "127.0.0.1", 9999, None)):
                    pass
        finally:
            wire.close()
        return refused.value

    error = asyncio.run(run())

    assert error.blocked
    assert str(error) == "127.0.0.1:9999 is not a public address (loopback)"


def test_a_name_with_very_many_addresses_costs_few_attempts(names: Names) -> None:
    names.answers = {"many.example": [[f"93.184.{n // 250}.{n % 250 + 1}" for n in range(300)]]}

    found = asyncio.run(CheckedResolver(AddressPolicy(), names.look_up).resolve("many.example", 80))

    assert 1 <= len(found) <= 6


def test_a_name_that_was_asked_for_a_moment_ago_is_not_asked_for_again(names: Names) -> None:
    names.answers = {"busy.example": [["93.184.216.34"]], "other.example": [["93.184.216.34"]]}

    async def run() -> list[tuple[str, ...]]:
        resolver = CheckedResolver(AddressPolicy(), names.look_up)
        hosts = ("busy.example", "busy.example", "other.example")
        return [await resolver.resolve(host, 80) for host in hosts]

    assert asyncio.run(run()) == [("93.184.216.34",)] * 3
    assert names.asked == ["busy.example", "other.example"]
