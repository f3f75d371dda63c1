"""Addresses of the style sheets and scripts. They have a version of their content, so a browser can keep them forever."""

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

_PUBLIC = Path(__file__).parents[1] / "public"
_ROOT = "/assets/scheduler_integration"

# How modules name each other: `import ... from "./x.js"`, `export ... from "./x.js"` or `import "./x.js"` at the start of a
# line, and `import("./x.js")` anywhere. Comments are removed first, because JSDoc imports types in the same way.
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_STATIC = re.compile(r"""^(?:import|export)\b(?:[^;"'()]*?\bfrom)?\s*["'](\.[^"']+)["']""", re.MULTILINE)
_DYNAMIC = re.compile(r"""\bimport\(\s*["'](\.[^"']+)["']\s*\)""")


class Assets(NamedTuple):
	"""The files of a page: style sheets, the entry module, the modules it imports, and the map that versions them."""

	styles: tuple[str, ...]
	script: str | None
	modules: tuple[str, ...]
	import_map: Markup | None
	csp_source: str


@lru_cache(maxsize=16)
def assets(styles: tuple[str, ...], script: str | None = None) -> Assets:
	"""The assets of a page with these `css/` files and this `js/` entry module, named without extension."""
	sheets = tuple(versioned(f"css/{name}.css") for name in styles)
	if not script:
		return Assets(sheets, None, (), None, "")
	entry = f"js/{script}.js"
	at_once, later = _needed_by(entry)
	# Modules import each other by plain relative names. The map adds the version to each.
	text = json.dumps({"imports": {f"{_ROOT}/{path}": versioned(path) for path in (*at_once, *later)}})
	digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
	modules = tuple(versioned(path) for path in at_once)
	return Assets(sheets, versioned(entry), modules, Markup(text), f"'sha256-{digest}'")


def versioned(path: str) -> str:
	"""The address of a file under public/, with the app's version and a hash of its content."""
	digest = hashlib.sha256((_PUBLIC / path).read_bytes()).hexdigest()[:10]
	return f"{_ROOT}/{path}?v={__version__}-{digest}"


def imports(path: str, *, dynamic: bool) -> list[str]:
	"""The files under public/ that a module imports at once, or those that it imports later by `import()`."""
	source = _COMMENT.sub("", (_PUBLIC / path).read_text(encoding="utf-8"))
	names = (_DYNAMIC if dynamic else _STATIC).findall(source)
	return [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in names]


def _needed_by(entry: str) -> tuple[list[str], list[str]]:
	"""The modules that `entry` needs at once, and those that it loads later."""
	at_once = _reachable([entry], dynamic=False)
	later = [path for path in _reachable([entry], dynamic=True) if path not in at_once]
	return at_once[1:], later


def _reachable(entries: list[str], *, dynamic: bool) -> list[str]:
	found: list[str] = []
	waiting = list(entries)
	while waiting:
		path = waiting.pop(0)
		if path in found:
			continue
		found.append(path)
		waiting += imports(path, dynamic=False)
		if dynamic:
			waiting += imports(path, dynamic=True)
	return found
