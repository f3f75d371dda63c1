"""Addresses of style sheets and scripts. They change with the content, so browsers can cache a file forever."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from scheduler_integration import __version__

_PUBLIC = Path(__file__).parents[2] / "public"
_ROOT = "/assets/scheduler_integration"

# How modules import each other: `import ... from "./x.js"`, `export ... from "./x.js"` or `import "./x.js"` at the
# start of a line, and `import("./x.js")` anywhere. Comments are removed first, because JSDoc imports types in the same way.
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_STATIC = re.compile(r"""^(?:import|export)\b(?:[^;"'()]*?\bfrom)?\s*["'](\.[^"']+)["']""", re.MULTILINE)
_DYNAMIC = re.compile(r"""\bimport\(\s*["'](\.[^"']+)["']\s*\)""")


class Assets(NamedTuple):
	"""The addresses of a page's style sheets and modules, and the import map that adds versions to the modules.

	`csp_source` is the source expression that allows the import map in a content security policy.
	"""

	styles: tuple[str, ...]
	script: str | None
	modules: tuple[str, ...]
	import_map: Markup | None
	csp_source: str


@lru_cache(maxsize=16)
def assets(styles: tuple[str, ...], script: str | None = None) -> Assets:
	"""Return the assets of a page. Its `css/` files and its `js/` entry module are named without extension."""
	sheets = tuple(versioned(f"css/{name}.css") for name in styles)
	if not script:
		return Assets(sheets, None, (), None, "")
	entry = f"js/{script}.js"
	at_once, later = _needed_by(entry)
	# Modules import each other by relative names without a version. The map adds the version.
	text = json.dumps({"imports": {f"{_ROOT}/{path}": versioned(path) for path in (*at_once, *later)}})
	digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
	modules = tuple(versioned(path) for path in at_once)
	return Assets(sheets, versioned(entry), modules, Markup(text), f"'sha256-{digest}'")


def versioned(path: str) -> str:
	"""Return the address of a file under public/, with the app's version and a hash of the content."""
	digest = hashlib.sha256((_PUBLIC / path).read_bytes()).hexdigest()[:10]
	return f"{_ROOT}/{path}?v={__version__}-{digest}"


def imports(path: str, *, dynamic: bool) -> list[str]:
	"""Return the files under public/ that a module imports when it loads, or later by `import()` if `dynamic`."""
	source = _COMMENT.sub("", (_PUBLIC / path).read_text(encoding="utf-8"))
	names = (_DYNAMIC if dynamic else _STATIC).findall(source)
	return [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in names]


def _needed_by(entry: str) -> tuple[list[str], list[str]]:
	"""Return the modules that `entry` needs when it loads, and those that it loads later."""
	at_once = _reachable([entry], dynamic=False)
	later = [path for path in _reachable([entry], dynamic=True) if path not in at_once]
	return at_once[1:], later


def _reachable(entries: list[str], *, dynamic: bool) -> list[str]:
	paths: list[str] = []
	waiting = list(entries)
	while waiting:
		path = waiting.pop(0)
		if path in paths:
			continue
		paths.append(path)
		waiting += imports(path, dynamic=False)
		if dynamic:
			waiting += imports(path, dynamic=True)
	return paths
