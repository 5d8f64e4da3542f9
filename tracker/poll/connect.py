"""Makes connections to checked addresses only: what was judged is what is contacted.

A check of the URL or of a DNS answer alone can be tricked (rebinding, odd spellings of addresses),
so the last check is made on the address that the socket is for.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.poll.address import AddressPolicy

MOST_ADDRESSES = 6
"""Addresses of one name that are tried; a name with 300 must not cost 300 attempts."""
ANSWER_HOLDS = 10.0
"""Seconds for which a name is not asked for again: many feeds of one host may be due at once."""
MOST_ANSWERS = 256

_AddrInfo = tuple[Any, Any, int, str, Any]
LookUp = Callable[..., list[_AddrInfo]]
"""Asks for the addresses of a name as `socket.getaddrinfo` does, and may block."""


def ask_system(*question: Any, **options: Any) -> list[_AddrInfo]:
    """`socket.getaddrinfo` as it is when asked: what was put in its place meanwhile is asked, too."""
    return list(socket.getaddrinfo(*question, **options))


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are believed: a file of authorities, else a folder, else the system's own way."""

    file: str | None = None
    folder: str | None = None


def system_trust() -> Trust:
    """The authorities that Python believes; SSL_CERT_FILE and SSL_CERT_DIR name others."""
    paths = ssl.get_default_verify_paths()
    # curl reads a file once for all connections, a folder anew for each.
    return Trust(file=paths.cafile) if paths.cafile else Trust(folder=paths.capath)


def checked_socket(
    policy: AddressPolicy, family: socket.AddressFamily, kind: socket.SocketKind, proto: int, peer: Any
) -> socket.socket:
    """A socket for an address that may be contacted. Raises FetchError for others, OSError without room."""
    policy.check_address(str(peer[0]), int(peer[1]))
    return socket.socket(family, kind, proto)


@dataclass(frozen=True, slots=True)
class _Answer:
    """until: by the event loop's clock."""

    addresses: tuple[str, ...]
    until: float


class CheckedResolver:
    """Resolves by the system; refuses a name when any of its addresses may not be contacted."""

    def __init__(self, policy: AddressPolicy, look_up: LookUp = ask_system) -> None:
        self._policy = policy
        self._look_up = look_up
        self._answers: dict[tuple[str, int], _Answer] = {}

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        """Addresses to try. Raises FetchError when they may not be contacted, OSError when there are none."""
        now = asyncio.get_running_loop().time()
        known = self._answers.get((host, port))
        if known is not None and now < known.until:
            return known.addresses
        found = await _in_a_thread(self._look_up, host, port, socket.AF_UNSPEC)
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        usable = tuple(_some_of_each_family(self._policy.usable(host, addresses, port)))
        if len(self._answers) >= MOST_ANSWERS:
            self._answers = {name: each for name, each in self._answers.items() if now < each.until}
        self._answers[host, port] = _Answer(usable, now + ANSWER_HOLDS)
        return usable


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
