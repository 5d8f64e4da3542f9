"""One broken config per mistake in bad/, and beside it what the user is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.config.load import load_config
from tracker.errors import ConfigError

BAD = Path(__file__).parent / "bad"


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.yaml")))
def test_every_mistake_is_told_at_its_place(name: str, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)

    with pytest.raises(ConfigError) as caught:
        load_config(Path(f"{name}.yaml"), env={"EMPTY": ""}, seeds=pack)

    assert f"{caught.value}\n" == (BAD / f"{name}.txt").read_text("utf-8")


def test_no_message_repeats_a_secret() -> None:
    told = "".join(path.read_text("utf-8") for path in BAD.glob("*.txt"))

    assert "S3CRET" not in told
