"""Reads a URL exactly as it will be contacted, or says why it cannot be. Pure.

The standard library, DNS resolvers and browsers disagree about odd URLs; an attacker lives in the
difference. So there is one strict reading here, and what it returns is spelled so plainly that
everything after it reads the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from tracker.errors import FetchError

Address = IPv4Address | IPv6Address

LONGEST_URL = 8_000
LONGEST_HOST = 253
DEFAULT_PORTS = {"http": 80, "https": 443}

_SHAPE = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Backslash: browsers read it as a slash. White space and control characters: some readers drop them.
_NEVER = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)\]|(?P<name>[^:\[\]]+))(?::(?P<port>[0-9]{0,5}))?"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
# What RFC 3986 allows after the authority; everything else is percent-encoded, "%" itself is left alone.
_PLAIN = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in its one spelling. host is lower-case ASCII or an address; address is set in that case."""

    scheme: str
    host: str
    port: int
    rest: str
    address: Address | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        """What credentials are bound to (RFC 6454)."""
        return self.scheme, self.host, self.port

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.rest}"


@lru_cache(maxsize=8192)  # the same feeds are polled again and again
def read_url(text: str) -> Target:
    """Take a URL apart. Raises FetchError with the reason when it is not one that can be contacted."""
    _check_characters(text)
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        scheme = _SCHEME.match(text)
        other = scheme is not None and scheme.group().lower() not in ("http:", "https:")
        raise FetchError("not an http(s) URL" + (f" but {scheme.group()[:20]}" if scheme and other else ""))
    scheme_text, authority, rest = shape.groups()
    host, port = _read_authority(authority, DEFAULT_PORTS[scheme_text.lower()])
    address = _address_of(host)
    return Target(
        scheme=scheme_text.lower(),
        host=str(address) if address is not None else host,
        port=port,
        rest=_read_rest(rest),
        address=address,
    )


def read_location(base: Target, location: str) -> Target:
    """Where a redirect from `base` leads. Raises FetchError when it leads nowhere that can be contacted."""
    if not location:
        raise FetchError("redirect without a target")
    _check_characters(location)
    if _SCHEME.match(location):
        return read_url(location)
    if location.startswith("//"):
        return read_url(f"{base.scheme}:{location}")
    return read_url(urljoin(str(base), location))


def _check_characters(text: str) -> None:
    if not text:
        raise FetchError("the URL is empty")
    if len(text) > LONGEST_URL:
        raise FetchError(f"the URL is longer than {LONGEST_URL} characters")
    if _NEVER.search(text):
        raise FetchError("the URL contains white space, a control character or a backslash")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise FetchError("the URL is not valid text")


def _read_authority(authority: str, default_port: int) -> tuple[str, int]:
    if "@" in authority:
        raise FetchError("the URL contains a user name or password")
    if not authority:
        raise FetchError("the URL has no host")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise FetchError("the URL's host or port is malformed")
    port = int(parts["port"] or default_port)
    if not 1 <= port <= 65535:
        raise FetchError(f"port {port} does not exist")
    return (parts["v6"] if parts["v6"] else _read_name(parts["name"])), port


def _read_name(name: str) -> str:
    """The host name in lower-case ASCII (IDNA), without a final dot."""
    if "%" in name:
        raise FetchError("the URL's host is percent-encoded")
    host = _to_ascii(name[: LONGEST_HOST + 1]).lower().removesuffix(".")
    if len(host) > LONGEST_HOST or len(name) > LONGEST_HOST + 1:
        raise FetchError(f"the URL's host is longer than {LONGEST_HOST} characters")
    for label in host.split("."):
        if len(label) > 63:
            raise FetchError("a part of the URL's host is longer than 63 characters")
        if not _LABEL.fullmatch(label):
            raise FetchError("the URL's host is not a valid name")
        _check_punycode(label)
    return host


def _to_ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        # UTS 46 maps full-width and enclosed digits and dots first, so what they spell is judged.
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return mapped if mapped.isascii() else idna.encode(mapped).decode("ascii")
    except UnicodeError as error:  # idna.IDNAError is one
        raise FetchError("the URL's host is not a valid international name") from error


def _check_punycode(label: str) -> None:
    if not label.startswith("xn--"):
        return
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
        valid = not decoded.isascii() and decoded.encode("utf-8") != b""
    except UnicodeError as error:
        raise FetchError("the URL's host has bad punycode") from error
    if not valid:
        raise FetchError("the URL's host has bad punycode")


def _address_of(host: str) -> Address | None:
    """The address that a host spells in any of the ways that a connector understands, else None.

    A last part that is a number makes the whole an IPv4 address (WHATWG URL, 3.5): 127.1, 0x7f.1,
    017700000001 and 2130706433 are all loopback.
    """
    if ":" in host:
        try:
            return IPv6Address(host)
        except AddressValueError as error:
            raise FetchError("the URL's host is not an IPv6 address") from error
    parts = host.split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise FetchError("the URL's host is not an IPv4 address")
    *leading, last = (_number(part) for part in parts)
    if any(number > 255 for number in leading) or last >= 256 ** (4 - len(leading)):
        raise FetchError("the URL's host is not an IPv4 address")
    return IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(leading)) + last)


def _number(part: str) -> int:
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16)
        return int(part, 8 if part.startswith("0") and part != "0" else 10)
    except ValueError as error:  # an 8 or 9 in an octal number
        raise FetchError("the URL's host is not an IPv4 address") from error


def _read_rest(rest: str) -> str:
    path = rest if rest.startswith("/") else f"/{rest}"
    return quote(path, safe=_PLAIN)
