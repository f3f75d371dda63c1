"""The documents name files, functions, commands and links that exist."""

import ast
import itertools
import os
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.test_layers import APP, ROOT

DOCUMENTS = [
	*sorted((ROOT / "docs").rglob("*.md")),
	ROOT / "README.md",
	ROOT / "CONTRIBUTING.md",
	ROOT / "embedded/README.md",
]
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|js|css|html|md|json|csv|toml|txt|yml|svg|png)|(?:[\w.-]+/)+")
# A path in a comment, such as pages/kit/dates.py. A path after a colon, a dot or a slash is part of an address.
NAMED = re.compile(r"(?<![\w/.:-])((?:[a-z_-]+/)+[a-z_-]+\.(?:py|js|css|html|md))\b")
FUNCTION = re.compile(r"((?:\w+/)+\w+)\.(\w+)(?:\(.*\))?")

# Folders of tools, and files of a bench.
OTHERS = {".venv", ".git", ".site", ".bench", "node_modules", "__pycache__"}
OF_A_BENCH = {"common_site_config.json", "site_config.json"}
# Folders that a command makes.
MADE = {"tests/browser/screenshots"}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def spans(document):
	"""Return the code spans of the text, without those in blocks of code."""
	text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
	return re.findall(r"`([^`\n]+)`", text)


@cache
def names_in(path):
	tree = ast.parse(path.read_text(encoding="utf-8"))
	return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@cache
def files():
	"""Return every path of the project with all its ends: `scheduler_integration/hooks.py` and `hooks.py`."""
	found = set()
	for folder, folders, names in os.walk(ROOT):
		folders[:] = [name for name in folders if name not in OTHERS]
		above = Path(folder).relative_to(ROOT).parts
		for parts in ((*above, name) for name in (*folders, *names)):
			found |= {"/".join(parts[start:]) for start in range(len(parts))}
	return found


@each_document
def test_files_and_functions_exist(document):
	missing = []
	for span in spans(document):
		if FILE.fullmatch(span):
			missing += [] if span.startswith("/") or span in OF_A_BENCH or span.rstrip("/") in files() else [span]
		elif match := FUNCTION.fullmatch(span):
			module, name = match.groups()
			paths = [root / f"{module}.py" for root in (ROOT, APP)]
			missing += [] if any(name in names_in(path) for path in paths if path.exists()) else [span]
	assert missing == []


@each_document
def test_commands_name_modules_and_files_that_exist(document):
	text = document.read_text(encoding="utf-8")
	modules = [name.replace(".", "/") for name in re.findall(r"python3? -m ([a-z_]\w*(?:\.\w+)*)(?![\w.<])", text)]
	blocks = "".join(re.findall(r"```.*?```", text, re.DOTALL))
	paths = re.findall(r"(?<![\w/.:-])(?:tests|benchmarks|proof|embedded|scheduler_integration)/[\w./-]+", blocks)
	missing = [path for path in paths if path not in files() | MADE]
	missing += [module for module in modules if not {f"{module}.py", f"{module}/__main__.py"} & files()]
	assert missing == []


@pytest.mark.long
def test_comments_name_files_that_exist():
	"""In scripts, style sheets and templates too: nothing else notices when a file that they name is moved."""
	stale = [
		f"{path.relative_to(ROOT)}: {named}"
		for path in APP.rglob("*")
		if path.suffix in (".py", ".js", ".ts", ".css", ".html") and "dist" not in path.parts
		for named in NAMED.findall(path.read_text(encoding="utf-8"))
		if named not in files()
	]
	assert stale == []


@each_document
def test_links_lead_somewhere(document):
	text = document.read_text(encoding="utf-8")
	broken = []
	for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", text):
		path = document.parent / target if target else document
		if not target.startswith("http") and (not path.exists() or (anchor and anchor not in anchors(path))):
			broken.append(f"{target}#{anchor}")
	assert broken == []


HOSTS_PAGES = re.findall(r"\]\(([a-z-]+/\w+\.md)\) \*", (ROOT / "docs/README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", HOSTS_PAGES)
def test_pages_for_hosts_name_no_files_of_the_app_and_no_codes(page):
	named = spans(ROOT / "docs" / page)
	assert [
		span for span in named if re.search(r"\.(?:py|js)\b|^[A-Z]+_[A-Z_]+$", span) or FUNCTION.fullmatch(span)
	] == []


def anchors(path):
	headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
	return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_make_has_the_targets(document):
	targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
	named = set(re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE))
	assert named <= targets


def test_every_document_can_be_found():
	"""From the README or CONTRIBUTING, or from a document that they lead to."""
	known, new = set(), {ROOT / "README.md", ROOT / "CONTRIBUTING.md"}
	while new:
		known |= new
		linked = (
			path.parent / target for path in new for target in re.findall(r"\]\(([^)#\s]+\.md)", path.read_text())
		)
		new = {path.resolve() for path in linked if path.exists()} - known
	assert set((ROOT / "docs").rglob("*.md")) <= known


def test_the_picture_has_every_room_at_its_height():
	tomllib = pytest.importorskip("tomllib", reason="Python 3.11 reads TOML")
	contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
		"contracts"
	]
	layers = next(each["layers"] for each in contracts if each["name"] == "Layers")
	picture = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8").split("```")[1].splitlines()
	lines = [[line_of(room, picture) for room in re.findall(r"\w+", layer)] for layer in layers]
	assert all(max(above) < min(below) for above, below in itertools.pairwise(lines))


def line_of(room, picture):
	name = re.compile(rf"(?<!\S){room}(?:/|\.py)(?!\S)")
	return next(number for number, line in enumerate(picture) if name.search(line))


def test_the_table_of_tests_has_every_folder():
	"""Eight folders had been forgotten."""
	text = (ROOT / "docs" / "how-to" / "testing.md").read_text()
	folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
	assert [name for name in sorted(folders) if f"`{name}/`" not in text] == []
