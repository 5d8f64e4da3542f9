"""Tracker: polls feeds, matches every item against signal rules, and writes a digest that says why."""

__version__ = "0.1.0"
