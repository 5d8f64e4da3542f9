"""HTTP exchanges by curl, driven by the running event loop: one connection each, nothing kept between them.

curl frames, connects and encrypts; which addresses it may connect to, how much it may read and what an
answer means is decided by us. Its callbacks only put down what came: whoever waits for it looks at it
outside of curl, where an exception goes its usual way.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import pycurl

from tracker.errors import FetchError
from tracker.poll.connect import Trust
from tracker.poll.failure import Broken
from tracker.poll.head import Head, Heading
from tracker.poll.request import Request

OpenSocket = Callable[[socket.AddressFamily, socket.SocketKind, int, Sequence[Any]], socket.socket]
"""Makes the socket for an address (family, kind, protocol, peer), or raises FetchError or OSError."""

_READ = 65_536
_KEPT = 64
_EOF = "unexpected eof"  # OpenSSL's word for a missing close_notify
_READS, _WRITES = selectors.EVENT_READ, selectors.EVENT_WRITE
_WISHES = {pycurl.POLL_IN: _READS, pycurl.POLL_OUT: _WRITES, pycurl.POLL_INOUT: _READS | _WRITES}
_HAPPENED = (0, pycurl.CSELECT_IN, pycurl.CSELECT_OUT, pycurl.CSELECT_IN | pycurl.CSELECT_OUT)
_FIXED: Sequence[tuple[int, object]] = (
    (pycurl.NOSIGNAL, 1),
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
    (pycurl.FOLLOWLOCATION, 0),
    (pycurl.PATH_AS_IS, 1),  # the URL has its one spelling already
    (pycurl.PROXY, ""),  # a proxy would resolve names itself
    (pycurl.NOPROXY, "*"),
    (pycurl.NETRC, pycurl.NETRC_IGNORED),
    (pycurl.FRESH_CONNECT, 1),
    (pycurl.FORBID_REUSE, 1),
    (pycurl.SSL_SESSIONID_CACHE, 0),
    (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
    (pycurl.DNS_CACHE_TIMEOUT, 2),  # of names that we looked up; each exchange names its own anew
    (pycurl.BUFFERSIZE, _READ),
)


class Wire:
    """All exchanges of one event loop. Close it."""

    def __init__(self, open_socket: OpenSocket, trust: Trust) -> None:
        self.open_socket = open_socket
        self.loop = asyncio.get_running_loop()
        self._trust = trust
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._timer: asyncio.Handle | None = None
        # The loop watches this one selector: a socket that lives for one exchange costs less here.
        self._sockets = selectors.DefaultSelector()
        self.loop.add_reader(_number(self._sockets), self._look)
        self._under_way: dict[pycurl.Curl, Reply] = {}
        self._idle: list[pycurl.Curl] = []
        self._closed = False

    def ask(self, request: Request) -> Reply:
        """Use it as `async with wire.ask(request) as reply`; it is over when the block ends."""
        return Reply(self, request)

    def start(self, reply: Reply, request: Request) -> pycurl.Curl:
        """Hand a request to curl. Raises FetchError when it cannot be sent."""
        lines = request.lines()
        easy = self._idle.pop() if self._idle else self._made()
        easy.setopt(pycurl.URL, request.url)
        easy.setopt(pycurl.HTTPHEADER, lines)
        easy.setopt(pycurl.RESOLVE, request.names())
        easy.setopt(pycurl.SSL_VERIFYPEER, int(request.verified))
        easy.setopt(pycurl.SSL_VERIFYHOST, 2 if request.verified else 0)
        easy.setopt(pycurl.OPENSOCKETFUNCTION, reply.on_open)
        easy.setopt(pycurl.HEADERFUNCTION, reply.on_header)
        easy.setopt(pycurl.WRITEFUNCTION, reply.on_body)
        self._under_way[easy] = reply
        self._multi.add_handle(easy)
        return easy

    def stop(self, easy: pycurl.Curl, *, sound: bool) -> None:
        """Take a request back, whether it is finished or not. sound: it went well."""
        if self._under_way.pop(easy, None) is None:
            return  # closed meanwhile
        self._multi.remove_handle(easy)
        if sound and len(self._idle) < _KEPT:
            self._idle.append(easy)
        else:
            easy.close()

    def close(self) -> None:
        """End what is under way, and every connection with it. Once more does nothing."""
        if self._closed:
            return
        self._closed = True
        for easy, reply in list(self._under_way.items()):
            reply.on_end(Broken(pycurl.E_ABORTED_BY_CALLBACK, "ended by us"))
            self.stop(easy, sound=False)
        for easy in self._idle:
            easy.close()
        self._idle.clear()
        self._multi.close()
        self._set_timer(-1)
        self.loop.remove_reader(_number(self._sockets))
        self._sockets.close()

    def _made(self) -> pycurl.Curl:
        easy = pycurl.Curl()
        for option, value in _FIXED:
            easy.setopt(option, value)
        easy.setopt(pycurl.CAINFO, self._trust.file)
        easy.setopt(pycurl.CAPATH, self._trust.folder)
        if self._trust == Trust():
            easy.setopt(pycurl.SSL_OPTIONS, pycurl.SSLOPT_NATIVE_CA)
        return easy

    def _watch(self, event: int, number: int, *_: object) -> None:
        """curl's wish to hear about a socket, by its number."""
        known = number in self._sockets.get_map()
        if event not in _WISHES:
            if known:
                self._sockets.unregister(number)
        elif known:
            self._sockets.modify(number, _WISHES[event])
        else:
            self._sockets.register(number, _WISHES[event])

    def _set_timer(self, milliseconds: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if milliseconds == 0:
            self._timer = self.loop.call_soon(self._time_out)
        elif milliseconds > 0:
            self._timer = self.loop.call_later(milliseconds / 1000, self._time_out)

    def _look(self) -> None:
        """Let curl go on where something happened."""
        for key, events in self._sockets.select(0):
            self._multi.socket_action(key.fd, _HAPPENED[events])
        self._tell()

    def _time_out(self) -> None:
        self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._tell()

    def _tell(self) -> None:
        """Tell those whose exchange is over."""
        more = 1
        while more:
            more, done, failed = self._multi.info_read()
            for easy in done:
                self._under_way[easy].on_end(None)
            for easy, code, text in failed:
                reply = self._under_way[easy]
                told = easy.getinfo(pycurl.OS_ERRNO), easy.getinfo(pycurl.SSL_VERIFYRESULT)
                reply.on_end(Broken(code, text, *told, answered=reply.answered))


class Reply:
    """One request and its answer. What is named on_… is for curl and the wire."""

    __slots__ = ("_body", "_easy", "_end", "_heading", "_over", "_refusal", "_request", "_waiter", "_wire")

    def __init__(self, wire: Wire, request: Request) -> None:
        self._wire = wire
        self._request = request
        self._easy: pycurl.Curl | None = None
        self._heading = Heading()
        self._body: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._refusal: FetchError | OSError | None = None
        self._over = False
        self._end: Broken | FetchError | OSError | None = None

    async def __aenter__(self) -> Self:
        """Wait for the head of the answer. Raises Broken, FetchError or OSError."""
        self._easy = self._wire.start(self, self._request)
        try:
            while self._heading.head is None:
                if self._over:
                    raise self._end or Broken(pycurl.E_GOT_NOTHING, "")
                await self._news()
        except BaseException:
            self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    @property
    def head(self) -> Head:
        """What the answer began with."""
        if self._heading.head is None:
            raise RuntimeError("the head of the answer has not come")
        return self._heading.head

    @property
    def answered(self) -> bool:
        """Has the whole head come?"""
        return self._heading.head is not None

    async def read(self) -> bytes:
        """More of the body as it was sent, without its chunks; empty after its end.

        What waits here is what came in one turn of the event loop: less than 1 MB for who only reads.
        Raises Broken or FetchError when the body is not whole.
        """
        while not self._body:
            if self._end is not None:
                raise self._end
            if self._over:
                return b""
            await self._news()
        data = b"".join(self._body)
        self._body.clear()
        return data

    def on_open(self, _: int, address: Any) -> socket.socket | int:
        """curl wants to connect to an address."""
        try:
            made = self._wire.open_socket(*address)
        except (FetchError, OSError) as error:
            self._refusal = error
            return int(pycurl.SOCKET_BAD)
        self._wire.loop.call_soon(made.close)  # curl has a copy by then
        return made

    def on_header(self, line: bytes) -> int | None:
        """A line of a head or trailer."""
        try:
            self._heading.take(line)
        except FetchError as error:
            self._refusal = error
            return -1
        if self.answered:
            self._wake()
        return None

    def on_body(self, data: bytes) -> None:
        """Some of the body."""
        self._body.append(data)
        self._wake()

    def on_end(self, broken: Broken | None) -> None:
        """The exchange is over."""
        self._over = True
        if broken is not None and not self._is_whole(broken):
            self._end = self._refusal or broken
        self._wake()

    def _is_whole(self, broken: Broken) -> bool:
        """Some servers end TLS without a word: a body that its connection ends is as whole as without TLS."""
        head = self._heading.head
        return (
            head is not None
            and head.until_close
            and broken.code == pycurl.E_RECV_ERROR
            and _EOF in broken.text
        )

    async def _news(self) -> None:
        self._waiter = self._wire.loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _leave(self) -> None:
        if self._easy is not None:
            easy, self._easy = self._easy, None
            self._wire.stop(easy, sound=self._over and self._end is None)
            self._body.clear()


def _number(sockets: selectors.BaseSelector) -> int:
    """The selector's own number: epoll and kqueue have one, and no other kind is the default where we run."""
    return int(sockets.fileno())  # type: ignore[attr-defined]
