"""The benchmarks run rarely. So each is at least imported here."""

import importlib
import pkgutil

import pytest

import benchmarks

# They run with a bench's Python, and need what only a bench has.
ON_A_BENCH = {"load", "on_bench"}
MODULES = sorted({each.name for each in pkgutil.iter_modules(benchmarks.__path__)} - {"__main__", *ON_A_BENCH})


@pytest.mark.parametrize("name", MODULES)
def test_a_benchmark_imported_a_module_that_was_gone(name):
	assert importlib.import_module(f"benchmarks.{name}")
