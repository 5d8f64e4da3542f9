"""Lets the tests of the rules import the builders and the reference evaluator that stand beside them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package (--import-mode=importlib)
