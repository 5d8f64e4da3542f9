"""The recorded feeds as a site of many publishers: one nginx, every feed on a loopback address of its own.

Plain, as a static site is: packed ahead, ETag and Last-Modified, an access log to count the answers by.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LARGEST = 1_000_000
_END_OF_ID = re.compile(rb"</(guid|id|[a-zA-Z]+:id)>")

_CONF = """
worker_processes 1;
daemon off;
pid {room}/nginx.pid;
error_log {room}/error.log;
{user}
events {{ worker_connections 4096; }}
http {{
  log_format status '$host $status';
  access_log {room}/access.log status buffer=64k flush=200ms;
  default_type application/xml;
  types {{ application/feed+json json; }}
  gzip_static always;
  etag on;
  client_body_temp_path {room}/tmp; proxy_temp_path {room}/tmp; fastcgi_temp_path {room}/tmp;
  uwsgi_temp_path {room}/tmp; scgi_temp_path {room}/tmp;
  server {{
    listen {port} backlog=4096;
    allow 127.0.0.0/8; deny all;
    location / {{ root {room}/www/$host; }}
  }}
}}
"""


@dataclass(frozen=True)
class Site:
    """A running site. urls: one per feed. megabytes: of all documents, unpacked."""

    urls: tuple[str, ...]
    megabytes: float
    log: Path

    def answers(self) -> dict[str, str]:
        """The status that each host answered since the last call."""
        time.sleep(0.6)  # nginx writes its log a little later
        lines = self.log.read_text().split("\n")
        os.truncate(self.log, 0)
        return dict(line.split(" ") for line in lines if line.count(" ") == 1)


@contextmanager
def site(recorded: Path, feeds: int, room: Path) -> Iterator[Site]:
    """Write the documents into `room` and serve them while the block runs."""
    documents = [path for path in sorted(recorded.rglob("*")) if path.is_file()]
    bodies = [path.read_bytes() for path in documents if path.stat().st_size < LARGEST]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    urls, size = [], 0
    for number in range(feeds):
        body = _of_its_own(bodies[number % len(bodies)], number)
        size += len(body)
        host = f"127.1.{number // 250}.{1 + number % 250}"
        name = "feed.json" if body.lstrip()[:1] == b"{" else "feed.xml"
        folder = room / "www" / host
        folder.mkdir(parents=True)
        (folder / f"{name}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
        urls.append(f"http://{host}:{port}/{name}")
    (room / "tmp").mkdir()
    user = "user root;" if os.getuid() == 0 else ""
    (room / "nginx.conf").write_text(_CONF.format(room=room, port=port, user=user))
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([binary, "-c", room / "nginx.conf", "-e", room / "error.log"])
    try:
        _wait_for(port)
        yield Site(tuple(urls), size / 1e6, room / "access.log")
    finally:
        server.terminate()
        server.wait(10)


def _of_its_own(body: bytes, number: int) -> bytes:
    """The document as another publisher would send it: newsboat keeps no item whose id it has already."""
    mark = b"#%d" % number
    if body.lstrip()[:1] == b"{":
        return body.replace(b'"id": "', b'"id": "%d-' % number)
    return _END_OF_ID.sub(lambda end: mark + end[0], body)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("nginx did not start")
