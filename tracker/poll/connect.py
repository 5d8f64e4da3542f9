"""Makes connections to checked addresses only: what was judged is what is contacted.

A check of the URL or of a DNS answer alone can be tricked (rebinding, odd spellings of addresses),
so the last check is made on the address that the socket is for.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tracker.errors import FetchError

if TYPE_CHECKING:
    from aiohttp.connector import AddrInfoType

    from tracker.poll.address import AddressPolicy

MOST_ADDRESSES = 6
"""Addresses of one name that are tried; a name with 300 must not cost 300 attempts."""

_AddrInfo = tuple[Any, Any, int, str, Any]
LookUp = Callable[..., list[_AddrInfo]]
"""Asks for the addresses of a name as `socket.getaddrinfo` does, and may block."""


def ask_system(*question: Any, **options: Any) -> list[_AddrInfo]:
    """`socket.getaddrinfo` as it is when asked: what was put in its place meanwhile is asked, too."""
    return list(socket.getaddrinfo(*question, **options))


def connector(
    policy: AddressPolicy, at_once: int, tls: ssl.SSLContext, look_up: LookUp = ask_system
) -> aiohttp.TCPConnector:
    """A connector that refuses what the policy refuses.

    Connections are not kept: polls of one feed are minutes apart, and idle TLS connections of
    2,000 hosts hold 600 MB.
    """

    def checked_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, peer = info
        try:
            policy.check_address(str(peer[0]), int(peer[1]))
        except FetchError as refused:
            # Among several addresses aiohttp only expects errors of the system here.
            raise PermissionError(errno.EACCES, str(refused)) from refused
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=CheckedResolver(policy, look_up),
        socket_factory=checked_socket,
        ssl=tls,
        limit=at_once,
        limit_per_host=0,  # `Turns` lets fewer through, and what waits there does not run out of time
        force_close=True,
        ttl_dns_cache=10,
    )


class CheckedResolver(AbstractResolver):
    """Resolves by the system; refuses a name when any of its addresses may not be contacted."""

    def __init__(self, policy: AddressPolicy, look_up: LookUp = ask_system) -> None:
        self._policy = policy
        self._look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        families = {
            str(info[4][0]): info[0] for info in await _in_a_thread(self._look_up, host, port, family)
        }
        if not families:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        usable = self._policy.usable(host, list(families), port)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=families[address],
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in _some_of_each_family(usable)
        ]

    async def close(self) -> None:
        """Nothing is kept."""


def _some_of_each_family(addresses: list[str]) -> list[str]:
    six = [address for address in addresses if ":" in address]
    four = [address for address in addresses if ":" not in address]
    return six[: MOST_ADDRESSES // 2] + four[: MOST_ADDRESSES // 2]


async def _in_a_thread(
    look_up: LookUp, host: str, port: int, family: socket.AddressFamily
) -> list[_AddrInfo]:
    """Look a name up in a thread of its own.

    A shared pool would let a few dead name servers stop the lookups of all other feeds, and the
    process could not exit before they gave up.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[_AddrInfo]] = loop.create_future()

    def hand_over(found: list[_AddrInfo] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: list[_AddrInfo] | OSError
        try:
            found = look_up(host, port, type=socket.SOCK_STREAM, family=family)
        except OSError as error:
            found = error
        except UnicodeError as error:  # the system's own IDNA codec, on names that ours let through
            found = socket.gaierror(socket.EAI_NONAME, str(error))
        try:
            loop.call_soon_threadsafe(hand_over, found)
        except RuntimeError:
            return  # the loop has ended; nobody waits

    threading.Thread(target=ask, name=f"dns {host[:40]}", daemon=True).start()
    return await answer
