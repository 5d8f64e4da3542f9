"""The options that all commands share, as the command line's callback read them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@dataclass(frozen=True, slots=True)
class Options:
    """What --config and --data said; None where they said nothing."""

    config: Path | None = None
    data: Path | None = None
