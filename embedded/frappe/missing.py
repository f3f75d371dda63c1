"""Stands in for the rest of Frappe: refuses by name whatever isn't implemented.

Every module that apps import ends with `__getattr__ = missing(__name__)`.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from typing import Any


def missing(module: str) -> Callable[[str], Any]:
	"""Return a module `__getattr__` that imports submodules on demand and refuses everything else by name."""

	def __getattr__(name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		is_package = hasattr(sys.modules[module], "__path__")
		if is_package and importlib.util.find_spec(f"{module}.{name}"):
			return importlib.import_module(f"{module}.{name}")
		raise NotImplementedError(f"The embedded site doesn't implement {module}.{name}")

	return __getattr__


class Refusing:
	"""An object that refuses missing attributes by name. `refused_as` is the object's name in Frappe."""

	refused_as = ""

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		raise NotImplementedError(f"The embedded site doesn't implement {self.refused_as}.{name}")
