"""Which hosts may be contacted. Pure: a URL or a resolved address is judged, nothing is looked up.

Every address is judged twice: where the URL spells one, and where a connection is about to be made
(`tracker.poll.connect`), so that a name cannot change its meaning in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from tracker.errors import FetchError
from tracker.poll.url import Address, Target, read_location, read_url

Network = IPv4Network | IPv6Network

# Not left to `is_global` alone: its tables differ between Python releases.
_REFUSED: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this host"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "a cloud's own service"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "this host"),
    ("::1/128", "loopback"),
    ("::/96", "IPv4-compatible"),
    ("::ffff:0:0:0/96", "IPv4-translated"),
    ("64:ff9b:1::/48", "local NAT64"),
    ("100::/64", "discard"),
    ("2001::/32", "Teredo"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_NETWORKS = tuple((ip_network(network), kind) for network, kind in _REFUSED)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

# Ports of other protocols, as in the WHATWG fetch standard ("bad port"): a feed never lives there.
BAD_PORTS = frozenset(
    (
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102),
        *(103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465),
        *(512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993),
        *(995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668),
        *(6669, 6679, 6697, 10080),
    )
)

# Names that never belong to the public DNS (RFC 6761, 6762, 8375, and the usual private ones).
_LOCAL_NAMES = frozenset(
    ("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan")
)
# Wildcard DNS services answer 127.0.0.1.example.org with 127.0.0.1.
_ADDRESS_IN_NAME = re.compile(r"(?:^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?=[.-])")
_REMEMBERED = 8192  # a daemon judges the same feeds' addresses again and again
_ALLOW = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:/\d+)?)\]|(?P<v4>[0-9.]+(?:/\d+)?)):(?P<port>\d{1,5})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """An exception that the user makes: these addresses, on this port only."""

    network: Network
    port: int

    def covers(self, address: Address, port: int) -> bool:
        return port == self.port and address in self.network

    def __str__(self) -> str:
        alone = self.network.num_addresses == 1
        shown = str(self.network.network_address if alone else self.network)
        return f"[{shown}]:{self.port}" if ":" in shown else f"{shown}:{self.port}"


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Public addresses may be contacted; others only where the user's `allow` says so."""

    allow: tuple[Allowed, ...] = ()

    @classmethod
    def from_entries(cls, entries: Iterable[str]) -> AddressPolicy:
        """Read entries like "127.0.0.1:8300", "10.0.0.0/8:80", "[fd00::/8]:80". Raises ValueError."""
        return cls(tuple(read_allowed(entry) for entry in entries))

    def check_url(self, url: str) -> str:
        """Return the URL in its one spelling. Raises FetchError that says why it may not be contacted."""
        return str(self.target(url))

    def target(self, url: str) -> Target:
        """As `check_url`, taken apart."""
        return self.check_target(read_url(url))

    def redirected(self, base: Target, location: str) -> Target:
        """Where a redirect leads, judged like a feed's own URL."""
        return self.check_target(read_location(base, location))

    def check_target(self, target: Target) -> Target:
        """Return the target. Raises FetchError that says why it may not be contacted."""
        if target.port in BAD_PORTS:
            raise FetchError(f"port {target.port} belongs to another protocol", blocked=True)
        if target.address is not None:
            self.check_address(str(target.address), target.port)
            return target
        # Where the user expects a host of his own on this port, the name's address decides.
        if not any(entry.port == target.port for entry in self.allow) and (
            why := _why_local_name(target.host)
        ):
            raise FetchError(f"{target.host} {why}", blocked=True)
        return target

    def check_address(self, address: str, port: int) -> None:
        """Judge an address that is about to be contacted. Raises FetchError."""
        if not self._may_contact(address, port):
            kind = _why_refused(address)
            raise FetchError(f"{_shown(address)}:{port} is not a public address ({kind})", blocked=True)

    def usable(self, host: str, answer: Sequence[str], port: int) -> list[str]:
        """The addresses of a DNS answer that may be contacted.

        One bad address refuses the whole name: an honest name has no private addresses among its
        public ones. Where the user allows some of them by name and port, only those are used.
        """
        allowed = [address for address in answer if self._is_allowed(address, port)]
        if allowed:
            return allowed
        for address in answer:
            kind = _why_refused(address)
            if kind:
                raise FetchError(f"{host} is at {_shown(address)}, which is {kind}, not public", blocked=True)
        return list(answer)

    def _may_contact(self, address: str, port: int) -> bool:
        return self._is_allowed(address, port) or not _why_refused(address)

    def _is_allowed(self, address: str, port: int) -> bool:
        if not self.allow:
            return False
        real = _contacted(address)
        return any(entry.covers(real, port) for entry in self.allow)


def read_allowed(entry: str) -> Allowed:
    """Read one entry of `allow`. Raises ValueError that says what is wrong with it."""
    parts = _ALLOW.fullmatch(entry)
    if parts is None:
        raise ValueError(f"{entry!r} is not an address or network with a port, like 127.0.0.1:8300")
    port = int(parts["port"])
    if not 1 <= port <= 65535:
        raise ValueError(f"port {port} does not exist")
    network = ip_network(parts["v6"] or parts["v4"])
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    # What is compared is the address as it will be contacted, so that is what an entry means, too.
    return Allowed(ip_network((mapped, network.prefixlen - 96)) if mapped else network, port)


@lru_cache(maxsize=_REMEMBERED)
def _why_refused(address: str) -> str:
    """What kind of address it is that makes it off limits, or "" when it is public."""
    real = _contacted(address)
    for network, kind in _NETWORKS:
        if real in network:
            return kind
    if isinstance(real, IPv6Address) and real not in _GLOBAL_UNICAST:
        return "reserved"
    return "" if real.is_global else "reserved"


@lru_cache(maxsize=_REMEMBERED)
def _contacted(text: str) -> Address:
    """The address as it will be contacted: the IPv4 one inside a mapped or NAT64 one."""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _why_local_name(host: str) -> str:
    if host.rpartition(".")[2] in _LOCAL_NAMES or host.endswith("home.arpa"):
        return "is a name of a private network"
    for quad in _ADDRESS_IN_NAME.findall(host):
        spelled = ".".join(str(int(part)) for part in quad)
        if all(int(part) <= 255 for part in quad) and _why_refused(spelled):
            return f"spells the address {spelled}, which is not public"
    return ""


def _shown(address: str) -> str:
    return f"[{address}]" if ":" in address else address
