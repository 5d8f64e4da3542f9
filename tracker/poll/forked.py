"""For the server that forks the parsers, and imported by nobody else: its processes print no tracebacks.

A worker that is still starting when its pool closes finds the pool's locks gone, and would say so on the
user's terminal. What ends a worker is told by the process that waits for it, in one line.
"""

from __future__ import annotations

import sys


def _hush(*_: object) -> None:
    """Say nothing."""


sys.excepthook = _hush
