"""The limit for a poller: the same addresses fetched by bare asyncio streams, nothing parsed, nothing kept.

No redirects, no checks, no decoding: what the machine and the server allow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit


async def fetch_all(
    urls: Sequence[str], etags: Mapping[str, str], concurrency: int = 64
) -> tuple[dict[str, str], int]:
    """Fetch every address once; return the ETags seen and how many answers were 304."""
    room = asyncio.Semaphore(concurrency)
    seen: dict[str, str] = {}
    unchanged = 0

    async def one(url: str) -> None:
        nonlocal unchanged
        async with room:
            status, etag = await _exchange(url, etags.get(url))
        unchanged += status == 304
        if etag:
            seen[url] = etag

    await asyncio.gather(*(one(url) for url in urls))
    return seen, unchanged


async def _exchange(url: str, etag: str | None) -> tuple[int, str | None]:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    writer.write(
        f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n"
        f"{condition}Connection: close\r\n\r\n".encode()
    )
    answer = await reader.read(-1)
    writer.close()
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    headers = dict(line.partition(": ")[::2] for line in head.split("\r\n")[1:])
    return int(head.split(" ", 2)[1]), headers.get("ETag")
