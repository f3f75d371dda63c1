"""Benchmarks: speed as ratios in one run, so that the machine's own speed cancels out.

They run on a real site if BENCH and SITE are set (`make bench-site` sets them), otherwise on a new embedded one.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A bench has Frappe; anywhere else the stand-in is imported in its place.
sys.path[:0] = [str(ROOT)] if os.environ.get("BENCH") else [str(ROOT), str(ROOT / "embedded")]
