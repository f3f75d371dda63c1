"""What isn't implemented says so. Every module that apps import ends with `__getattr__ = missing(__name__)`."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from typing import Any


def missing(module: str) -> Callable[[str], Any]:
	"""A module `__getattr__` that imports submodules on demand and refuses everything else by name."""

	def __getattr__(name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		is_package = hasattr(sys.modules[module], "__path__")
		if is_package and importlib.util.find_spec(f"{module}.{name}"):
			return importlib.import_module(f"{module}.{name}")
		raise NotImplementedError(f"The embedded site doesn't implement {module}.{name}")

	return __getattr__


class Refusing:
	"""An object whose missing attributes are refused by name; `refused_as` is what Frappe calls it."""

	refused_as = ""

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		raise NotImplementedError(f"The embedded site doesn't implement {self.refused_as}.{name}")
