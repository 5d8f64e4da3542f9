"""A request as curl takes it: curl itself would send line breaks and control characters as they are. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.errors import FetchError

_SENDABLE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Request:
    """A GET. headers: all that is sent but Host. addresses: of the URL's host, None where it is one itself.

    verified: is the server's certificate checked?
    """

    url: str
    headers: Mapping[str, str]
    host: str
    port: int
    addresses: Sequence[str] | None
    verified: bool = True

    def lines(self) -> list[bytes]:
        """The headers. Raises FetchError when one cannot be sent."""
        return [_line(name, value) for name, value in self.headers.items()]

    def names(self) -> list[str]:
        """What stands for the host (CURLOPT_RESOLVE). "+": curl forgets it by itself."""
        if self.addresses is None:
            return []
        listed = ",".join(f"[{address}]" if ":" in address else address for address in self.addresses)
        return [f"+{self.host}:{self.port}:{listed}"]


@lru_cache(maxsize=128)  # most are the same in every request
def _line(name: str, value: str) -> bytes:
    """A header as curl takes it. curl itself would send line breaks as they are."""
    key, text = name.encode(), value.strip().encode()
    if not _TOKEN.fullmatch(key) or not _SENDABLE.fullmatch(text):
        raise FetchError(f"the header {name[:40]!a} cannot be sent: no header may have such characters")
    return key + b": " + text if text else key + b";"
