"""Addresses of the style sheets and scripts, versioned by content so that a browser may keep them for ever."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from scheduler_integration import __version__

_PUBLIC = Path(__file__).parents[1] / "public"
_ROOT = "/assets/scheduler_integration"

# How modules name each other, and they do it in no other way. A type in a comment is no import: it ends in `.`.
_STATIC, _DYNAMIC, _QUOTE = '} from "./', '= import("./', '"'


class Assets(NamedTuple):
	"""What a page loads: style sheets, the entry module, the modules it imports, and the map that versions those."""

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
	at_once, later = _imports(entry)
	# Modules import each other by plain relative names; the map adds the version to each.
	text = json.dumps({"imports": {f"{_ROOT}/{path}": versioned(path) for path in (*at_once, *later)}})
	digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
	modules = tuple(versioned(path) for path in at_once)
	return Assets(sheets, versioned(entry), modules, Markup(text), f"'sha256-{digest}'")


def versioned(path: str) -> str:
	"""The address of a file under public/, with the app's version and a hash of its content."""
	digest = hashlib.sha256((_PUBLIC / path).read_bytes()).hexdigest()[:10]
	return f"{_ROOT}/{path}?v={__version__}-{digest}"


def _imports(entry: str) -> tuple[list[str], list[str]]:
	"""The modules that `entry` needs at once, and those that are only imported when they are wanted."""
	at_once = _reachable([entry], _STATIC)
	later = [path for path in _reachable([entry], _STATIC, _DYNAMIC) if path not in at_once]
	return at_once[1:], later


def _reachable(waiting: list[str], *statements: str) -> list[str]:
	found: list[str] = []
	while waiting:
		path = waiting.pop(0)
		if path in found:
			continue
		found.append(path)
		source = (_PUBLIC / path).read_text(encoding="utf-8")
		for statement in statements:
			waiting += [f"js/{rest.split(_QUOTE, 1)[0]}" for rest in source.split(statement)[1:]]
	return found
