"""Figures written as one line each, so that a table of facts can be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tracker.figures import recognise
from tracker.model import Field, Figure

ON = date(2026, 6, 20)


@pytest.fixture
def said() -> Callable[[str], list[str]]:
    """What is read in a text of 20 June 2026."""
    return lambda text: [line(figure) for figure in recognise(text, Field.TITLE, ON)]


def line(figure: Figure) -> str:
    """QUOTE = VALUE UNIT[ per PER][ was WAS][, BOUND][?], the question mark for a guess."""
    value = str(figure.day) if figure.day else f"{figure.value:.10g}"
    per = f" per {figure.per}" if figure.per else ""
    was = f" was {figure.was:.10g}" if figure.was is not None else ""
    bound = f", {figure.bound}" if figure.bound else ""
    guess = "?" if figure.confidence < 0.5 else ""
    return f"{figure.text} = {value} {figure.unit}".rstrip() + per + was + bound + guess
