"""Where the config and the data are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.config.paths import find_config, find_data, user_config

HOME = {"HOME": "/home/me"}
OWN = Path("/home/me/.config/tracker/config.yaml")


def test_the_config_is_looked_for_in_order(tmp_path: Path) -> None:
    named = {**HOME, "TRACKER_CONFIG": "/etc/tracker.yaml"}

    assert find_config(None, HOME, tmp_path) == OWN
    (tmp_path / "config.yaml").touch()
    assert find_config(None, HOME, tmp_path) == tmp_path / "config.yaml"
    assert find_config(None, named, tmp_path) == Path("/etc/tracker.yaml")
    assert find_config(Path("mine.yaml"), named, tmp_path) == Path("mine.yaml")


@pytest.mark.parametrize(
    ("option", "config", "env", "expected"),
    [
        pytest.param(None, "/srv/t/config.yaml", {}, "/srv/t/tracker-data", id="beside the config"),
        pytest.param(None, OWN, {}, "/home/me/.local/share/tracker", id="of the user's own config"),
        pytest.param(None, OWN, {"XDG_DATA_HOME": "/data"}, "/data/tracker", id="where XDG says"),
        pytest.param(None, OWN, {"TRACKER_DATA": "/d"}, "/d", id="where the environment says"),
        pytest.param("/o", OWN, {"TRACKER_DATA": "/d"}, "/o", id="where the option says"),
    ],
)
def test_the_data_is_looked_for_in_order(
    option: str | None, config: str, env: dict[str, str], expected: str
) -> None:
    chosen = Path(option) if option is not None else None

    assert find_data(chosen, Path(config), HOME | env) == Path(expected)


def test_a_relative_xdg_folder_is_ignored() -> None:
    assert user_config({**HOME, "XDG_CONFIG_HOME": "relative"}) == OWN
    assert user_config({**HOME, "XDG_CONFIG_HOME": "/x"}) == Path("/x/tracker/config.yaml")
