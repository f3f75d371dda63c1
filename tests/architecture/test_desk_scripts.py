"""The desk's scripts: the files that Frappe runs together define each name once."""

import re
from collections import Counter
from pathlib import Path

import pytest

from scheduler_integration import hooks

APP = Path(hooks.__file__).parent
DOCTYPES = APP / "scheduler_integration" / "doctype"
# A definition at the beginning of a line. Frappe puts the files into one function, where a later function replaces an
# earlier one of the same name without a word.
_DEFINED = re.compile(r"^(?:async )?(?:function\*?|const|let|class)\s+(\w+)", re.MULTILINE)


def run_together() -> dict[str, list[Path]]:
	"""Return the scripts of each form and each list."""
	found: dict[str, list[Path]] = {}
	for path in DOCTYPES.glob("*/*.js"):
		found.setdefault(path.stem, []).append(path)
	for suffix, hook in (("", hooks.doctype_js), ("_list", hooks.doctype_list_js)):
		for doctype, scripts in hook.items():
			name = doctype.lower().replace(" ", "_") + suffix
			found.setdefault(name, []).extend(APP / script for script in scripts)
	return found


@pytest.mark.parametrize(
	("_form", "scripts"), sorted(run_together().items()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_two_scripts_defined_a_function_of_one_name_and_each_time_was_converted_twice(_form, scripts):
	names = Counter(name for path in scripts for name in _DEFINED.findall(path.read_text(encoding="utf-8")))
	assert [name for name, count in names.items() if count > 1] == []


def test_the_lists_that_name_people_are_those_that_load_the_script():
	source = (APP / "public" / "js" / "desk" / "lists.js").read_text(encoding="utf-8")
	named = set(re.findall(r'^\t"?([A-Z][A-Za-z ]+)"?: (?:"\w+"|null),$', source, re.MULTILINE))
	loading = {doctype for doctype, scripts in hooks.doctype_list_js.items() if "public/js/desk/lists.js" in scripts}
	assert named == loading


def test_each_script_of_the_desk_is_loaded_somewhere():
	loaded = {
		script for hook in (hooks.doctype_js, hooks.doctype_list_js) for scripts in hook.values() for script in scripts
	}
	# The reports include it themselves.
	loaded.add("public/js/desk/report_dates.js")
	assert {path.relative_to(APP).as_posix() for path in APP.glob("public/js/desk/*.js")} == loaded
