"""What a command costs: CPU of all its processes, time on the wall, memory (sum of PSS, sampled)."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Spent:
    """seconds on the wall, CPU seconds, peak and final PSS in MB."""

    seconds: float
    cpu: float
    peak: float
    final: float


class Program:
    """A process that does a step when told so by a line, and answers each with a line of JSON."""

    def __init__(self, command: Sequence[str], errors: Path) -> None:
        self._errors = errors.open("wb")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self._answer()

    def step(self, line: str) -> tuple[dict[str, Any], Spent]:
        assert self._process.stdin is not None
        with Meter(self._process.pid) as meter:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
            answer = self._answer()
        return answer, meter.spent

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            said = Path(self._errors.name).read_text(errors="replace")[-2000:]
            raise SystemExit(f"{self._process.args} ended: {said}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def run(command: Sequence[str]) -> Spent:
    """Run a command of one process to its end."""
    started = time.perf_counter()
    before = _of_dead_children()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with Meter(process.pid) as meter:
        process.wait()
    spent = meter.spent
    return Spent(time.perf_counter() - started, _of_dead_children() - before, spent.peak, spent.final)


class Meter:
    """Measures a process and its descendants while a step runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def __enter__(self) -> Meter:
        self._stop = threading.Event()
        self._samples = [0.0]
        self._cpu = cpu(self._pid)
        self._start = time.perf_counter()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        seconds = time.perf_counter() - self._start
        spent = cpu(self._pid) - self._cpu
        self._stop.set()
        self._sampler.join()
        self.spent = Spent(seconds, spent, max(self._samples), self._samples[-1])

    def _sample(self) -> None:
        while not self._stop.wait(0.25):
            self._samples.append(memory(self._pid))


def memory(pid: int) -> float:
    """MB of a process and its descendants, shared pages counted by share (PSS)."""
    return sum(map(_pss, _tree(pid)))


def cpu(pid: int) -> float:
    """CPU seconds of a process, its descendants, and those that they have waited for."""
    return sum(map(_cpu, _tree(pid)))


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _cpu(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))  # user, system, and both of children waited for
    except psutil.Error:
        return 0.0


def _pss(process: psutil.Process) -> float:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().split("\n")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def _of_dead_children() -> float:
    return float(sum(psutil.Process().cpu_times()[2:4]))
