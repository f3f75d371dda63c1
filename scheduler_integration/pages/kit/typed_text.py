"""Text that hosts type: paragraphs, and lists whose lines begin with "- "."""

from __future__ import annotations

from itertools import groupby

_POINT = "- "


def blocks(text: str) -> list[dict]:
	"""Return `[{"text"}, {"points"}]` in the order of the text. Lines that follow each other stay together."""
	grouped = groupby(text.strip().splitlines(), key=_is_point)
	return [
		{"points": [line.strip().removeprefix(_POINT) for line in lines]}
		if is_list
		else {"text": "\n".join(lines).strip("\n")}
		for is_list, lines in grouped
	]


def first_line(text: str) -> str:
	"""Return the first line that isn't empty or a point of a list."""
	return next((line for line in text.splitlines() if line.strip() and not _is_point(line)), "")


def _is_point(line: str) -> bool:
	return line.strip().startswith(_POINT)
