"""Certificates are checked, and a refusal says what is wrong with them."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tracker.poll.connect import Trust

HOST = "feed.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate authority of our own and the certificates that it gave."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    folder = tmp_path_factory.mktemp("ca")
    _openssl(folder, f"req -x509 {_KEY} -keyout ca.key -out ca.pem -subj /CN=Test -days 2")
    for name, host, days in (("good", HOST, 2), ("expired", HOST, -1), ("other", "other.example", 2)):
        (folder / "san").write_text(f"subjectAltName=DNS:{host}\n", "ascii")
        _openssl(folder, f"req {_KEY} -keyout {name}.key -out {name}.csr -subj /CN={host}")
        signed = f"-CA ca.pem -CAkey ca.key -CAcreateserial -days {days} -extfile san"
        _openssl(folder, f"x509 -req -in {name}.csr {signed} -out {name}.pem")
    alone = f"-subj /CN={HOST} -days 2 -addext subjectAltName=DNS:{HOST},DNS:elsewhere.example"
    _openssl(folder, f"req -x509 {_KEY} -keyout alone.key -out alone.pem {alone}")
    return folder


_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


def _openssl(folder: Path, command: str) -> None:
    subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def tls_fetch(polling: Any, authority: Path) -> Callable[..., tuple[Any, list[bytes]]]:
    """Fetch from a server with the named certificate; tells what came of it and what the server was sent."""

    def fetch(
        name: str,
        headers: Any = None,
        reply: bytes | None = None,
        unverified: bool = False,
        rude: bool = False,
    ) -> tuple[Any, list[bytes]]:
        async def run() -> tuple[Any, list[bytes]]:
            received: list[bytes] = []

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                received.append(await reader.readuntil(b"\r\n\r\n"))
                port = str(writer.get_extra_info("sockname")[1]).encode()
                writer.write((reply or polling.answer(b"<rss/>")).replace(b"PORT", port))
                if rude:
                    await writer.drain()
                    writer.transport._ssl_protocol._transport.close()  # no word of TLS before the end
                    return
                writer.close()
                await writer.wait_closed()

            async with AsyncExitStack() as stack:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(authority / f"{name}.pem", authority / f"{name}.key")
                server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
                await stack.enter_async_context(server)
                port = server.sockets[0].getsockname()[1]
                trust = Trust(str(authority / "ca.pem"))
                session = await stack.enter_async_context(
                    polling.fetcher([f"127.0.0.1:{port}"], tls=trust, look_up=_loopback)
                )
                ask = polling.Ask(f"https://{HOST}:{port}/feed", headers=headers or {}, unverified=unverified)
                told = (await polling.fetch_each(session, [ask]))[0]
            return told, received

        return asyncio.run(run())

    return fetch


def _loopback(host: str, port: int, **_: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_a_good_certificate_is_accepted(tls_fetch: Any) -> None:
    told, _ = tls_fetch("good")

    assert told.body == b"<rss/>"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("expired", "the TLS certificate is expired", id="expired"),
        pytest.param("alone", "the TLS certificate is self-signed", id="self-signed"),
        pytest.param("other", "the TLS certificate is for another host", id="wrong host"),
    ],
)
def test_a_bad_certificate_is_refused_and_named(tls_fetch: Any, name: str, error: str) -> None:
    told, received = tls_fetch(name)

    assert told.error == error
    assert not received


@pytest.mark.parametrize("name", ["expired", "alone", "other"])
def test_a_bad_certificate_is_accepted_where_the_config_says_so(tls_fetch: Any, name: str) -> None:
    told, _ = tls_fetch(name, unverified=True)

    assert told.body == b"<rss/>"


def test_where_an_unverified_feed_leads_is_verified(tls_fetch: Any, polling: Any) -> None:
    """The same server under another name: what the config says is said of the feed's own origin."""
    reply = polling.answer(b"", "302 Found", Location="https://elsewhere.example:PORT/feed")

    told, received = tls_fetch("alone", reply=reply, unverified=True)

    assert told.error == "the TLS certificate is self-signed"
    assert len(received) == 1


def test_credentials_are_not_followed_from_https_to_http(tls_fetch: Any, polling: Any) -> None:
    reply = polling.answer(b"", "302 Found", Location=f"http://{HOST}/feed")

    told, _ = tls_fetch("good", headers={"Authorization": "Bearer secret"}, reply=reply)

    assert told.error == "redirect refused: from https to http, and the feed has headers of its own"


@pytest.mark.parametrize(
    ("head", "whole"),
    [
        pytest.param(b"", True, id="nothing but the end of the connection ends the body"),
        pytest.param(b"Content-Length: 99\r\n", False, id="by its length, more should come"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", False, id="by its chunks, more should come"),
    ],
)
def test_a_server_that_ends_tls_without_a_word_is_read_where_the_body_may_be_whole(
    tls_fetch: Any, head: bytes, whole: bool
) -> None:
    body = b"6\r\n<rss/>\r\n" if b"chunked" in head else b"<rss/>"

    told, _ = tls_fetch("good", reply=b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body, rude=True)

    if whole:
        assert told.body == b"<rss/>"
    else:
        assert told.error == "incomplete: the connection ended before the body did"
