"""Rules of CONTRIBUTING.md and of docstrings that no linter has. `make lint` runs this file, and test_rules.py too."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "scheduler_integration"
CLOCK = "platform/clock.py"
_READS_THE_CLOCK = {
	"time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "frappe.utils.now", "now_datetime",
	"frappe.utils.now_datetime", "nowdate", "nowtime", "get_system_timezone", "frappe.utils.get_system_timezone",
	"frappe.utils.nowdate", "frappe.utils.today",
}  # fmt: skip
TRANSACTIONS = "platform/transactions.py"
SITE_ADDRESS = "platform/site_address.py"
# They take the host from the request, if the site's configuration has none.
_READS_THE_HOST = {"get_url", "get_url_to_form", "get_url_to_list", "get_host_name", "get_link_to_form"}
_READS_THE_DATABASE = re.compile(r"frappe\.(db|qb|get_(all|list|doc|cached_doc|cached_value|value|last_doc))\b")
_SETTING = re.compile(r"""\bconf(?:\.get\(|\[)["'](\w+)["']""")


def broken(path: str, source: str) -> Iterator[str]:
	"""Yield what the module breaks. `path` is that within the app."""
	lines = source.splitlines()
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.Call):
			name = ast.unparse(node.func)
			if name in _READS_THE_CLOCK and path != CLOCK:
				yield f"{path}:{node.lineno}: only {CLOCK} reads the clock or the site's zone: {name}"
			if name.removeprefix("frappe.utils.") in _READS_THE_HOST and path != SITE_ADDRESS:
				yield f"{path}:{node.lineno}: only {SITE_ADDRESS} makes addresses of this site: {name}"
			if name == "frappe.db.rollback" and not node.keywords and path != TRANSACTIONS:
				yield f"{path}:{node.lineno}: only {TRANSACTIONS} rolls back, because a cluster can refuse it: roll_back"
			if path.startswith("pages/") and _READS_THE_DATABASE.match(name):
				yield f"{path}:{node.lineno}: a page asks a room, and not the database: {name}"
			if any(each.arg == "ignore_permissions" for each in node.keywords) and not _is_explained(lines, node):
				yield f"{path}:{node.lineno}: say why permissions are ignored"
	for number, line in enumerate(lines, 1):
		if re.search(r"# type: ignore(?!\[[\w-]+\]  # \w)", line):
			yield f"{path}:{number}: say what is wrong with the types"


def _is_explained(lines: list[str], node: ast.Call) -> bool:
	"""Return whether a comment stands in one of the call's lines or in the three lines above."""
	return any("#" in line for line in lines[max(node.lineno - 4, 0) : node.end_lineno])


def settings() -> set[str]:
	"""Return the keys of site_config.json that the app reads."""
	return {key for path in APP.rglob("*.py") for key in _SETTING.findall(path.read_text(encoding="utf-8"))}


def undocumented() -> list[str]:
	text = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
	return [
		f"docs/reference/settings.md: {key} isn't documented"
		for key in sorted(settings())
		if f"| `{key}` |" not in text
	]


def all_broken() -> list[str]:
	modules = (
		(path.relative_to(APP).as_posix(), path.read_text(encoding="utf-8")) for path in sorted(APP.rglob("*.py"))
	)
	return [*(each for path, source in modules for each in broken(path, source)), *undocumented()]


if __name__ == "__main__":
	found = all_broken()
	sys.stdout.write("".join(f"{each}\n" for each in found))
	sys.exit(1 if found else 0)
