"""The benchmarks run rarely. So each is at least imported here."""

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks

ROOT = Path(__file__).resolve().parents[2]
# They run with a bench's Python, and need what only a bench has.
ON_A_BENCH = {"load", "on_bench"}
MODULES = sorted({each.name for each in pkgutil.iter_modules(benchmarks.__path__)} - {"__main__", *ON_A_BENCH})


@pytest.mark.long
def test_the_benchmark_of_figures_called_a_function_that_had_changed():
	command = [sys.executable, "-m", "benchmarks.insights", "20", "2"]
	# On a bench, the tests run in its folder of sites, and Frappe finds the site from there.
	environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
	done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
	assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("name", MODULES)
def test_a_benchmark_imported_a_module_that_was_gone(name):
	assert importlib.import_module(f"benchmarks.{name}")
