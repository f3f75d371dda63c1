"""The engine is arithmetic: no Frappe, no clock, not the machine's zone, no files. It has layers, and one door."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scheduler_integration import engine

from .support import EVERY_DAY, host, on, weekly

PACKAGE = Path(engine.__file__).parent
ROOT = PACKAGE.parents[1]
ENGINE = engine.__name__
MODULES = sorted(PACKAGE.rglob("*.py"))
ALLOWED = {
	"__future__",
	"bisect",
	"collections",
	"collections.abc",
	"dataclasses",
	"dateutil.rrule",
	"datetime",
	"enum",
	"functools",
	"itertools",
	"operator",
	"re",
	"typing",
	"zoneinfo",
}
CLOCKS = {"now", "utcnow", "today", "localtime", "gmtime", "time_ns", "monotonic", "perf_counter"}
READS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}
# These take the machine's own zone if no zone is given.
NEEDS_A_ZONE = {"fromtimestamp": 2, "astimezone": 1, "timestamp": 1}


# Each folder of the engine imports only from those before it.
LAYERS = ("errors", "time", "model", "rules", "decide")
BESIDE = {"recurrence": {"errors", "time"}, "round_robin": {"time", "model"}}


def nodes(kind):
	for module in MODULES:
		for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
			if isinstance(node, kind):
				yield str(module.relative_to(PACKAGE)), node


def imported(path, root=ROOT):
	"""The absolute names of all that the file at `path` imports, each with its line."""
	package = path.relative_to(root).with_suffix("").parts[:-1]
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Import):
			yield from ((alias.name, node.lineno) for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			above = package[: len(package) + 1 - node.level] if node.level else ()
			source = ".".join([*above, *filter(None, [node.module])])
			yield from ((f"{source}.{alias.name}", node.lineno) for alias in node.names)


def test_the_package_is_found():
	assert {"host_slots.py", "zones.py"} <= {module.name for module in MODULES}


def test_it_imports_its_own_modules_a_few_of_the_standard_library_and_dateutil():
	for name, node in nodes(ast.Import):
		assert {alias.name for alias in node.names} <= ALLOWED, name
	for name, node in nodes(ast.ImportFrom):
		depth = name.count("/") + 1
		assert 1 <= node.level <= depth or (node.level == 0 and node.module in ALLOWED), (name, node.module)


def test_each_folder_imports_only_from_those_below_it():
	allowed = {layer: {*LAYERS[:index], layer} for index, layer in enumerate(LAYERS)}
	allowed |= {name: {*below, name} for name, below in BESIDE.items()}
	for module in MODULES:
		folder = module.relative_to(PACKAGE).with_suffix("").parts[0]
		if folder != "__init__":
			used = {name.removeprefix(f"{ENGINE}.").split(".")[0] for name, _line in imported(module) if ENGINE in name}
			assert used <= allowed[folder], (module.name, used)


def test_every_folder_has_its_place_in_the_layers():
	found = {module.relative_to(PACKAGE).with_suffix("").parts[0] for module in MODULES}
	assert found == {"__init__", *LAYERS, *BESIDE}


@pytest.mark.long
def test_all_other_rooms_and_their_tests_use_the_door_only():
	files = [*PACKAGE.parent.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
	elsewhere = [path for path in files if PACKAGE not in path.parents and Path(__file__).parent not in path.parents]
	# Parsing them all takes a second.
	naming_it = [path for path in elsewhere if "engine" in path.read_text(encoding="utf-8")]
	past = [
		(str(path.relative_to(ROOT)), line, name)
		for path in naming_it
		for name, line in imported(path)
		if name.startswith(f"{ENGINE}.") and name.removeprefix(f"{ENGINE}.") not in engine.__all__
	]
	assert len(elsewhere) > 100
	assert len(naming_it) > 50
	assert past == []


def test_the_door_offers_what_it_imports_and_nothing_twice():
	names = [name.rpartition(".")[2] for name, _line in imported(PACKAGE / "__init__.py")]
	assert sorted(names) == sorted(engine.__all__)


def test_it_reads_no_clock():
	for name, node in nodes(ast.Attribute):
		assert node.attr not in CLOCKS, (name, node.lineno)
		assert not (node.attr == "time" and isinstance(node.value, ast.Name) and node.value.id == "time"), name


def test_it_opens_and_prints_nothing():
	for name, node in nodes(ast.Call):
		assert not (isinstance(node.func, ast.Name) and node.func.id in READS), (name, node.lineno)


def test_it_never_uses_the_machines_own_zone():
	for name, node in nodes(ast.Call):
		if isinstance(node.func, ast.Attribute) and node.func.attr in NEEDS_A_ZONE:
			assert len(node.args) >= NEEDS_A_ZONE[node.func.attr], (name, node.lineno)


@pytest.mark.long
def test_it_loads_without_frappe():
	script = (
		"import sys; sys.modules['frappe'] = None; import scheduler_integration.engine as engine; "
		"assert all(hasattr(engine, name) for name in engine.__all__)"
	)
	path = os.pathsep.join([str(PACKAGE.parent.parent), *filter(None, sys.path)])
	subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "PYTHONPATH": path})


@pytest.fixture
def machine_zone(monkeypatch):
	yield lambda name: (monkeypatch.setenv("TZ", name), time.tzset())
	monkeypatch.undo()
	time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the machine's zone can't be set from here")
def test_the_machines_zone_changes_nothing(machine_zone):
	new_york = host("America/New_York", weekly(EVERY_DAY, "00:00-06:00", "22:00-02:00"))
	found = set()
	for name in ("UTC", "Pacific/Auckland", "America/New_York", "Australia/Lord_Howe"):
		machine_zone(name)
		found.add(tuple(on("2025-03-01", new_york, days=300)))
	assert len(found) == 1
