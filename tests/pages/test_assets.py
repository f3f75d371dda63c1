"""The pages find each module that a script imports, so that they preload it with its version."""

import re
from pathlib import Path

import pytest

import scheduler_integration
from scheduler_integration.pages.kit.assets import assets, imports

PUBLIC = Path(scheduler_integration.__file__).parent / "public"
# The desk loads these scripts itself (hooks.py).
SCRIPTS = sorted(path.relative_to(PUBLIC).as_posix() for path in PUBLIC.glob("js/**/*.js"))
MODULES = [path for path in SCRIPTS if not path.startswith("js/desk/")]
ENTRIES = ("booking", "host", "hours", "manage", "report", "type-editor")


def code_of(path):
	"""Return a module without comments. Reads each character, as an independent check of the regular expression."""
	text, code, at = (PUBLIC / path).read_text(encoding="utf-8"), "", 0
	while at < len(text):
		if text.startswith("/*", at):
			at = text.index("*/", at) + 2
		elif text.startswith("//", at) and not code.endswith(":"):
			at = text.find("\n", at)
		else:
			code += text[at]
			at += 1
	return code


@pytest.mark.parametrize("path", MODULES)
def test_every_import_is_found_and_its_file_exists(path):
	found = [*imports(path, dynamic=False), *imports(path, dynamic=True)]
	assert len(re.findall(r"\bimport\b", code_of(path))) == len(found)
	assert all((PUBLIC / each).is_file() for each in found)


def test_every_module_belongs_to_a_page():
	used = {f"js/{entry}.js" for entry in ENTRIES}
	for entry in ENTRIES:
		used |= {path for path in MODULES if f"/{path}?v=" in str(assets((), entry).import_map)}
	assert used == set(MODULES)


@pytest.mark.parametrize(
	("source", "at_once", "later"),
	[
		('import { a } from "./a.js";', ["js/parts/a.js"], []),
		("import {\n\ta,\n\tb,\n} from '../shared/a.js';", ["js/shared/a.js"], []),
		('import "./a.js";', ["js/parts/a.js"], []),
		('import a, * as b from "./a.js";', ["js/parts/a.js"], []),
		('export * from "./a.js";', ["js/parts/a.js"], []),
		('const later = () => import("./a.js");', [], ["js/parts/a.js"]),
		('/** @import { A } from "./a.js" */', [], []),
		('/** @param {import("./a.js").A} a */', [], []),
		('\t// import { a } from "./a.js";', [], []),
		('const important = "from here";\nimport { b } from "./b.js";', ["js/parts/b.js"], []),
	],
)
def test_each_way_to_import(tmp_path, monkeypatch, source, at_once, later):
	(tmp_path / "js/parts").mkdir(parents=True)
	(tmp_path / "js/parts/module.js").write_text(source)
	monkeypatch.setattr("scheduler_integration.pages.kit.assets._PUBLIC", tmp_path)
	assert imports("js/parts/module.js", dynamic=False) == at_once
	assert imports("js/parts/module.js", dynamic=True) == later
