"""The meeting types to choose from in a host's forms, by page."""

from collections.abc import Sequence

from scheduler_integration.catalogue.readable_meeting_types import ReadableType


def types_by_page(types: Sequence[ReadableType]) -> list[dict]:
	"""Return `[{"title", "types"}]`, in the order of the types."""
	pages: dict[str, list[ReadableType]] = {}
	for meeting_type in types:
		pages.setdefault(meeting_type.page, []).append(meeting_type)
	return [{"title": title, "types": group} for title, group in pages.items()]
