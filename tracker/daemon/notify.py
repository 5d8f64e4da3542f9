"""Tells systemd how we are (sd_notify); silent where nobody asked."""

from __future__ import annotations

import socket
from collections.abc import Mapping


def notify(state: str, environment: Mapping[str, str]) -> bool:
    """Send "READY=1", "STOPPING=1", "WATCHDOG=1" … to whoever supervises us. Returns whether somebody does.

    See sd_notify(3): NOTIFY_SOCKET is a path, or an abstract name after "@".
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return False
    name = "\0" + address[1:] if address[0] == "@" else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.connect(name)
            channel.sendall(state.encode())
    except OSError:  # a supervisor that went away is no reason to stop
        return False
    return True


def watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """How often systemd wants to hear from us at the latest; None when it does not."""
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) / 1_000_000 if text.isdigit() and int(text) > 0 else None
