"""What isn't implemented says so. Every module of the embedded `frappe` ends with `__getattr__ = missing(__name__)`."""

import importlib.util
from collections.abc import Callable
from typing import Any


def missing(module: str) -> Callable[[str], Any]:
	"""A module `__getattr__` that imports submodules on demand and refuses everything else by name."""

	def __getattr__(name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		if importlib.util.find_spec(f"{module}.{name}") if _is_package(module) else None:
			return importlib.import_module(f"{module}.{name}")
		raise NotImplementedError(f"The embedded site doesn't implement {module}.{name}")

	return __getattr__


def _is_package(module: str) -> bool:
	import sys

	return hasattr(sys.modules[module], "__path__")
