"""A feed's URL and an `allow` entry, judged as a poll will judge them: a mistake is said where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.config.nodes import Text
from tracker.config.scalars import Wrong, scalar
from tracker.errors import FetchError
from tracker.poll.address import BAD_PORTS, AddressPolicy, Allowed, read_allowed
from tracker.poll.url import Target, read_url


@dataclass(frozen=True, slots=True)
class Url:
    """A URL as written, and where it leads."""

    text: str
    node: Text
    target: Target


def url(node: object) -> Url:
    """Read a feed's URL. Raises Wrong with the reason, which never repeats a password."""
    text = scalar(node)
    try:
        return Url(text.text, text, read_url(text.text))
    except FetchError as error:
        raise Wrong(str(error), _instead(text.text)) from None


def allowed(node: object) -> Allowed:
    """Read an `allow` entry: "127.0.0.1:8300", "10.0.0.0/8:80", "[::1]:8300"."""
    text = scalar(node).text.strip()
    try:
        return read_allowed(text)
    except ValueError:
        raise Wrong(
            f"'{text[:60]}' is not an address and a port",
            'write "127.0.0.1:8300", "10.0.0.0/8:80" or "[::1]:8300"',
        ) from None


def refusal(url: Url, allow: Sequence[Allowed]) -> tuple[str, str] | None:
    """Why a feed at this URL would never be asked, and what would permit it; None when it may be."""
    try:
        AddressPolicy(tuple(allow)).check_target(url.target)
    except FetchError as error:
        return str(error), _permit(url.target)
    return None


def _instead(written: str) -> str:
    if not written.lower().startswith(("http://", "https://")):
        return "write https://example.com/feed"
    return "put credentials into `headers:` as env:NAME" if "@" in written else ""


def _permit(target: Target) -> str:
    if target.port in BAD_PORTS:
        return ""
    address = "127.0.0.1" if target.host == "localhost" else str(target.address or "ADDRESS")
    entry = f"[{address}]:{target.port}" if ":" in address else f"{address}:{target.port}"
    return f'permit it with `poll: {{allow: ["{entry}"]}}`'
