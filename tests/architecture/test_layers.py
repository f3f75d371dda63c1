"""The code has the layers that docs/explanation/architecture.md draws."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import scheduler_integration

APP = Path(scheduler_integration.__file__).parent
ROOT = APP.parent

# A fresh interpreter imports Frappe but nothing of the app, and forks a process for each module.
IMPORT_ALONE = """
import importlib, os, sys, traceback
import frappe, frappe.model.document
for name in sys.stdin.read().split():
	child = os.fork()
	if not child:
		try:
			importlib.import_module(name)
		except BaseException:
			print(name, traceback.format_exc(limit=-3), flush=True)
		os._exit(0)
	os.waitpid(child, 0)
"""


def rooms() -> list[str]:
	"""Return the dotted names of the app's rooms and of the modules beside them."""
	names = (path.stem for path in sorted(APP.iterdir()) if path.suffix == ".py" or (path / "__init__.py").exists())
	return [f"scheduler_integration.{name}" for name in names if name != "__init__"]


def test_each_room_imports_only_what_is_below_it():
	pytest.importorskip("importlinter", reason="import-linter comes with requirements/dev.txt")
	# In a process of its own: it sets up logging, which switches off the loggers of all tests after it.
	lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
	done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, timeout=120)
	assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_every_room_can_be_the_first_to_be_imported(site):
	"""A room has no circular imports inside, so each of its modules can be the first too."""
	command = [sys.executable, "-c", IMPORT_ALONE]
	where = {"env": site.environment, "cwd": site.working_directory}
	done = subprocess.run(command, **where, input="\n".join(rooms()), capture_output=True, text=True, timeout=120)
	assert done.returncode == 0, done.stderr
	assert done.stdout == ""


def test_the_rooms_are_found():
	assert {"scheduler_integration.crm", "scheduler_integration.engine", "scheduler_integration.jobs"} <= set(rooms())


def test_no_hook_is_assigned_twice():
	"""The second assignment would silently replace the first, for example after a merge."""
	tree = ast.parse((APP / "hooks.py").read_text(encoding="utf-8"))
	names = [target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
	assert [name for name in names if names.count(name) > 1] == []
