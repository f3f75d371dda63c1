"""Reads calendars with the libraries of JavaScript: ical.js, which Thunderbird uses, and node-ical."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parents[2] / "requirements" / "node"


def read_with_node(texts: Sequence[str]) -> list[dict[str, dict[str, Any]]]:
	"""Return for each text what each library found: method, uid, sequence, starts (epoch seconds), minutes."""
	if not shutil.which("node") or not (NODE / "node_modules" / "node-ical").exists():
		pytest.skip("ical.js and node-ical aren't installed: `make lint` installs them, with Node")
	command = ["node", Path(__file__).with_name("read_calendars.mjs"), NODE]
	run = subprocess.run(command, input=json.dumps(list(texts)), capture_output=True, text=True, check=True)
	return json.loads(run.stdout)
