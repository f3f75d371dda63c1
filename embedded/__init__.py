"""Stands in for a bench: runs the app on a small re-implementation of the part of Frappe that the app uses.

`embedded/frappe` is importable as `frappe` once this folder is on `sys.path`; `python -m embedded` does that and
offers the commands. It is a development tool: the app never imports it, and it isn't in the app's wheel. Missing parts
raise NotImplementedError, so nobody has to guess whether they differ from Frappe.

If Frappe 15 and 16 differ, this does what Frappe 16.4 does. See README.md in this folder.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def put_on_path() -> None:
	"""Make `frappe` mean the embedded one, and the app importable from this checkout."""
	for folder in (str(ROOT), str(ROOT / "embedded")):
		if folder not in sys.path:
			sys.path.insert(0, folder)
