"""The engine is arithmetic: no Frappe, no clock, no zone of the machine's, no files."""

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
# These take the machine's own zone where no zone is given.
NEEDS_A_ZONE = {"fromtimestamp": 2, "astimezone": 1, "timestamp": 1}


def nodes(kind):
	for module in MODULES:
		for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
			if isinstance(node, kind):
				yield module.name, node


def test_the_package_is_found():
	assert {"openings.py", "zones.py"} <= {module.name for module in MODULES}


def test_it_imports_its_own_modules_a_few_of_the_standard_librarys_and_dateutil():
	for name, node in nodes(ast.Import):
		assert {alias.name for alias in node.names} <= ALLOWED, name
	for name, node in nodes(ast.ImportFrom):
		assert node.level == 1 or (node.level == 0 and node.module in ALLOWED), (name, node.module)


def test_it_reads_no_clock():
	for name, node in nodes(ast.Attribute):
		assert node.attr not in CLOCKS, (name, node.lineno)
		assert not (node.attr == "time" and isinstance(node.value, ast.Name) and node.value.id == "time"), name


def test_it_opens_and_prints_nothing():
	for name, node in nodes(ast.Call):
		assert not (isinstance(node.func, ast.Name) and node.func.id in READS), (name, node.lineno)


def test_it_never_asks_the_machines_own_zone():
	for name, node in nodes(ast.Call):
		if isinstance(node.func, ast.Attribute) and node.func.attr in NEEDS_A_ZONE:
			assert len(node.args) >= NEEDS_A_ZONE[node.func.attr], (name, node.lineno)


def test_it_loads_where_there_is_no_frappe():
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
