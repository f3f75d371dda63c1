"""Splits a meeting type's description into paragraphs and points."""

from dataclasses import dataclass

_POINT = "- "


@dataclass(frozen=True, slots=True)
class Description:
	"""The lines of a description: those that begin with "- " are points, and the others text."""

	paragraphs: tuple[str, ...]
	points: tuple[str, ...]


def parse_description(text: str) -> Description:
	"""Return the description's points, without "- ", and its other lines, both in order and without empty ones."""
	lines = [line.strip() for line in text.splitlines()]
	points = [line.removeprefix(_POINT).strip() for line in lines if line.startswith(_POINT)]
	return Description(
		paragraphs=tuple(line for line in lines if line and not line.startswith(_POINT) and line != "-"),
		points=tuple(point for point in points if point),
	)
