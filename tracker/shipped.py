"""Finds what ships with the program: inside an installed wheel, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
_WHEEL = _HERE / "_shipped"
_ROOT = _WHEEL if _WHEEL.is_dir() else _HERE.parent


def templates() -> Path:
    """The folder of the digest's templates."""
    return _ROOT / "templates"


def seeds() -> Path:
    """The folder of the pack and the sample."""
    return _ROOT / "seeds"


def config() -> Path:
    """The commented config.yaml to start from."""
    return _ROOT / "config.yaml"
