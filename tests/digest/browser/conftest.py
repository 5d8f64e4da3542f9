"""A real browser driven over its debugging pipe."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--remote-debugging-pipe",
    "--proxy-bypass-list=<-loopback>",  # nothing goes past the wire, not even loopback
)


@dataclass
class Tab:
    """One page in Chromium. requests and dialogs are what the page tried since it was opened."""

    process: subprocess.Popen[bytes]
    send: int
    receive: int
    session: str = ""
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    loaded: bool = False
    buffer: bytes = b""
    number: int = 0

    def call(self, method: str, **params: Any) -> Any:
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(
        self, page: Path, *, width: int = 1200, height: int = 900, scheme: str = "light", csp: bool = True
    ) -> None:
        self.requests, self.dialogs, self.console, self.loaded = [], [], [], False
        self.call("Page.setBypassCSP", enabled=not csp)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=page.as_uri())
        while not self.loaded:
            self._event(self._next())

    def evaluate(self, script: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, selector: str = "html") -> bytes:
        """Take the pixels of the first element that the selector finds."""
        box = self.evaluate(
            f"(b => ({{x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height}}))"
            f"(document.querySelector({selector!r}).getBoundingClientRect())"
        )
        answer = self.call("Page.captureScreenshot", clip={**box, "scale": 1}, captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def paper(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def _next(self) -> Any:
        while b"\0" not in self.buffer:
            chunk = os.read(self.receive, 1 << 16)
            assert chunk, "the browser ended"
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        answer = json.loads(message)
        self._event(answer)
        return answer

    def _event(self, message: Any) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self.loaded = True
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Page.javascriptDialogOpening":
                self.dialogs.append(params["message"])
                self._post("Page.handleJavaScriptDialog", accept=True)
            case "Log.entryAdded":
                self.console.append(params["entry"]["text"])

    def _post(self, method: str, **params: Any) -> None:
        self.number += 1
        message = {"id": self.number, "method": method, "params": params, "sessionId": self.session}
        os.write(self.send, json.dumps(message).encode() + b"\0")


@contextmanager
def _chromium(program: str, profile: Path, proxy: str) -> Iterator[Tab]:
    """Start Chromium with descriptor 3 to hear us and 4 to answer."""
    hear, send = os.pipe()
    receive, answer = os.pipe()

    def to_three_and_four() -> None:
        spare_hear, spare_answer = os.dup(hear), os.dup(answer)
        os.dup2(spare_hear, 3)
        os.dup2(spare_answer, 4)

    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", f"--proxy-server={proxy}"],
        pass_fds=(3, 4),
        preexec_fn=to_three_and_four,  # noqa: PLW1509 (only dup2, which takes no lock)
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(hear)
    os.close(answer)
    try:
        tab = Tab(process, send, receive)
        target = tab.call("Target.createTarget", url="about:blank")["targetId"]
        tab.session = tab.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            tab.call(f"{domain}.enable")
        yield tab
    finally:
        process.terminate()
        process.wait(timeout=20)
        os.close(send)
        os.close(receive)


class Wire:
    """Stands where the network would be and notes the host of whatever is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def asked_by(self, page: Path) -> list[str]:
        """List hosts that were asked for and that the page names; what the browser asks for itself may be."""
        text = page.read_text(encoding="utf-8")
        return [host for host in self.asked if host in text]

    def _listen(self) -> None:
        with suppress(OSError):  # the socket is closed at the end
            while True:
                connection, _ = self.socket.accept()
                with connection, suppress(OSError):  # a browser may connect and hang up, or say nothing
                    connection.settimeout(5)
                    _, _, target = connection.recv(1000).decode("latin-1").partition(" ")
                    if host := target.removeprefix("http://").split("/")[0].split(":")[0]:
                        self.asked.append(host)


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.socket.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory, wire: Wire) -> Iterator[Tab]:
    programs = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        pytest.skip("needs Chromium to look at the page")
    with _chromium(program, tmp_path_factory.mktemp("profile"), wire.address) as tab:
        yield tab
