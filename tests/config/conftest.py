"""A small pack, and configs written for one test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tracker.config.load import load_config
from tracker.config.values import Config
from tracker.errors import ConfigError

Load = Callable[..., Config]
Fault = Callable[..., str]

FEED = "feeds: [{name: A, url: 'https://example.com/a'}]\n"


@pytest.fixture(scope="session")
def pack() -> Path:
    """A pack of two signals, two feeds, two entities."""
    return Path(__file__).parent / "pack"


@pytest.fixture
def load(tmp_path: Path, pack: Path) -> Load:
    """Load a config that consists of this text, with these files beside it."""

    def load_text(
        text: str | bytes, *, env: Mapping[str, str] | None = None, beside: Mapping[str, str] | None = None
    ) -> Config:
        for name, content in (beside or {}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, "utf-8")
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_config(path, env=env or {}, seeds=pack)

    return load_text


@pytest.fixture
def fault(load: Load, tmp_path: Path) -> Fault:
    """What is told about a config that cannot come into force, without the folder and the excerpts."""

    def told(*arguments: object, **options: object) -> str:
        with pytest.raises(ConfigError) as caught:
            load(*arguments, **options)
        lines = str(caught.value).replace(f"{tmp_path}/", "").split("\n")
        return "\n".join(line for line in lines if not line.startswith("    "))

    return told
