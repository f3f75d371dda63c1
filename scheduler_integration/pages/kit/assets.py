"""Addresses of style sheets and scripts, and the data that scripts read in a page.

The addresses change with the content, so browsers can cache a file forever.

`public/bundles/` has one script and one sheet for each kind of page, which import what the page needs. `bench build`
makes one small file of each. On a site without those files, pages load the sources.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os.path
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import frappe
from frappe.utils import get_assets_json
from markupsafe import Markup

from scheduler_integration import __version__

_PUBLIC = Path(__file__).parents[2] / "public"
_ROOT = "/assets/scheduler_integration"
# The names of bundles are those of the whole bench.
_PREFIX = "scheduling_"


class Assets(NamedTuple):
	"""The addresses of a page's style sheets and script.

	If the script is a source, the import map adds versions to the modules that it imports. `csp_source` is the source
	expression that allows the map in a content security policy.
	"""

	styles: tuple[str, ...]
	script: str | None
	import_map: Markup | None
	csp_source: str

	def with_sheets(self, style: str) -> Assets:
		"""Return these assets, and the sheets of another bundle after their own."""
		return self._replace(styles=(*self.styles, *sheets(style)))


def assets(style: str, script: str | None = None) -> Assets:
	"""Return the assets of a page. The arguments name a sheet and a script of public/bundles, without prefix and extension."""
	if not script:
		return Assets(sheets(style), None, None, "")
	if built := _built(f"{_PREFIX}{script}.bundle.js"):
		return Assets(sheets(style), built, None, "")
	return Assets(sheets(style), script_address(script), *_import_map())


def sheets(style: str) -> tuple[str, ...]:
	"""Return the addresses of the sheet of public/bundles, or of the sheets that it imports."""
	bundle = f"{_PREFIX}{style}.bundle"
	if built := _built(f"{bundle}.css"):
		return (built,)
	# Its lines are `@use "../css/base";`.
	lines = (_PUBLIC / "bundles" / f"{bundle}.scss").read_text(encoding="utf-8").splitlines()
	return tuple(_versioned(line.split('"')[1].removeprefix("../") + ".css") for line in lines)


def script_address(script: str) -> str:
	"""Return the address of a script of public/bundles."""
	name = f"{_PREFIX}{script}.bundle.js"
	return _built(name) or _versioned(f"bundles/{name}")


def other_sites_script() -> str:
	"""Return the address of js/embed.js for other websites: a script that isn't a module."""
	return _built(f"{_PREFIX}embed.bundle.js") or _versioned("js/embed.js")


def _built(bundle: str) -> str | None:
	"""Return the address of the file that `bench build` made, which has a hash in its name.

	Frappe's `bundled_asset` isn't used, because it chooses sheets for right-to-left languages by Frappe's own language. These
	sheets are for both directions.
	"""
	address = (get_assets_json() or {}).get(bundle)
	# The bench may know a file that was deleted since, for example by `git clean`.
	return address if address and os.path.exists(frappe.local.sites_path + address) else None


def _versioned(path: str) -> str:
	"""Return the address of a file under public/, with a version."""
	return f"{_ROOT}/{path}?v={_version()}"


@lru_cache(maxsize=1)
def _version() -> str:
	"""Return a version for all sources: the app's version and a hash of their content."""
	digest = hashlib.sha256()
	for folder in ("bundles", "css", "js"):
		for path in sorted(path for path in (_PUBLIC / folder).rglob("*") if path.is_file()):
			digest.update(path.read_bytes())
	return f"{__version__}-{digest.hexdigest()[:10]}"


@lru_cache(maxsize=1)
def _import_map() -> tuple[Markup, str]:
	"""Return an import map with all modules, and its source expression.

	Modules import each other by relative names without a version. The map adds the version.
	"""
	paths = sorted(path.relative_to(_PUBLIC).as_posix() for path in (_PUBLIC / "js").rglob("*.js"))
	modules = [path for path in paths if not path.startswith("js/desk/")]
	text = json.dumps({"imports": {f"{_ROOT}/{path}": _versioned(path) for path in modules}})
	digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
	return Markup(text), f"'sha256-{digest}'"


# `<` could end the script element or open a comment. Old JavaScript parsers end a line at U+2028 and U+2029.
_ESCAPES = {
	"<": "\\u003c",
	">": "\\u003e",
	"&": "\\u0026",
	"\u2028": "\\u2028",
	"\u2029": "\\u2029",
}


def script_json(data: Any) -> Markup:
	"""Return `data` as JSON to print inside `<script type="application/json">`. It may contain any strings."""
	text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
	for character, escape in _ESCAPES.items():
		text = text.replace(character, escape)
	return Markup(text)
