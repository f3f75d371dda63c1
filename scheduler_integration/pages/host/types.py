"""The meeting types to choose from in a host's forms, by page, and the one that the address names."""

from collections.abc import Sequence

from scheduler_integration.catalogue.lookup import Bookable, find_own_bookable
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.hosted import most_used_first
from scheduler_integration.pages.kit.respond import argument


def types_by_page(types: Sequence[ReadableType]) -> list[dict]:
	"""Return `[{"title", "types"}]`, in the order of the types."""
	pages: dict[tuple[str, str], list[ReadableType]] = {}
	for meeting_type in types:
		pages.setdefault((meeting_type.page_slug, meeting_type.page), []).append(meeting_type)
	return [{"title": group[0].page, "types": group} for group in pages.values()]


def chosen_type(types: list[ReadableType], user: str, now: int) -> Bookable | None:
	"""Return the type of `types` that the address names as `type`, or the most used one that the signed-in user hosts.

	`now` is in epoch seconds.
	"""
	names = [each.name for each in most_used_first(types, user, now)]
	for name in [argument("type")] if argument("type") in names else names:
		try:
			return find_own_bookable(name)
		except SchedulingError:
			continue
	return None
