"""The shipped sample, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.sample import Sample, load_sample


@pytest.fixture(scope="session")
def folder() -> Path:
    return Path(__file__).parents[2] / "seeds" / "sample"


@pytest.fixture(scope="session")
def sample(folder: Path) -> Sample:
    return load_sample(folder)
