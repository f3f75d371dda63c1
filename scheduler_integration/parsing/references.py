"""The form of references, the signed strings of report links. `engagement/references.py` writes and verifies them."""

import re
from collections.abc import Iterator

REFERENCE = re.compile(r"[A-Za-z0-9_-]{4,200}\.[A-Za-z0-9_-]{22}")
_DEEPEST = 12


def parse_reference(value: object) -> str:
	"""Return the value if it has the form of a reference, otherwise "": a wrong reference mustn't stop a booking."""
	return value if isinstance(value, str) and REFERENCE.fullmatch(value) else ""


def find_reference(payload: object) -> str:
	"""Return the first text in the JSON payload that has the form of a reference, or "".

	External schedulers return the reference in different places: as a UTM value, or as the answer to a hidden question.
	"""
	return next((text for text in _texts(payload, 0) if REFERENCE.fullmatch(text)), "")


def _texts(value: object, depth: int) -> Iterator[str]:
	if isinstance(value, str):
		yield value.strip()
	elif depth < _DEEPEST and isinstance(value, dict | list):
		for inner in value.values() if isinstance(value, dict) else value:
			yield from _texts(inner, depth + 1)
