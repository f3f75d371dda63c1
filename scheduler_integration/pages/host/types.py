"""The meeting types to choose from in a host's forms, by page."""

from collections.abc import Sequence

from scheduler_integration.catalogue.readable_meeting_types import ReadableType


def types_by_page(types: Sequence[ReadableType]) -> list[dict]:
	"""Return `[{"title", "types"}]`, in the order of the types."""
	pages: dict[str, list[ReadableType]] = {}
	for each in types:
		pages.setdefault(each.page, []).append(each)
	return [{"title": title, "types": group} for title, group in pages.items()]
