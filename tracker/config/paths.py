"""Where the config and the data are: pure answers from options, environment and the current folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

CONFIG_NAME = "config.yaml"
DATA_NAME = "tracker-data"


def find_config(option: Path | None, env: Mapping[str, str], folder: Path) -> Path:
    """The config to load: --config, $TRACKER_CONFIG, ./config.yaml, then the user's own.

    Returns the user's own path when none is there, so that the error names where one is expected.
    """
    if option is not None:
        return _from_home(option, env)
    if named := env.get("TRACKER_CONFIG"):
        return _from_home(Path(named), env)
    # Whatever has that name, a broken link or a folder too: another config must not run in its place.
    if os.path.lexists(folder / CONFIG_NAME):
        return folder / CONFIG_NAME
    return user_config(env)


def find_data(option: Path | None, config: Path, env: Mapping[str, str]) -> Path:
    """The data directory: --data, $TRACKER_DATA, else beside the config.

    For the user's own config it is $XDG_DATA_HOME/tracker.
    """
    if option is not None:
        return _from_home(option, env)
    if named := env.get("TRACKER_DATA"):
        return _from_home(Path(named), env)
    if config == user_config(env):
        return _xdg(env, "XDG_DATA_HOME", ".local/share") / "tracker"
    return config.parent / DATA_NAME


def user_config(env: Mapping[str, str]) -> Path:
    """$XDG_CONFIG_HOME/tracker/config.yaml."""
    return _xdg(env, "XDG_CONFIG_HOME", ".config") / "tracker" / CONFIG_NAME


def _from_home(path: Path, env: Mapping[str, str]) -> Path:
    """`~/…` as a shell reads it: in `--data=~/x` and in a service's environment no shell did."""
    home = env.get("HOME")
    return Path(home, *path.parts[1:]) if home and path.parts[:1] == ("~",) else path


def _xdg(env: Mapping[str, str], name: str, default: str) -> Path:
    """A folder of the XDG base directory specification, which ignores relative values."""
    said = Path(env.get(name) or "")
    return said if said.is_absolute() else Path(env.get("HOME") or "~").expanduser() / default
