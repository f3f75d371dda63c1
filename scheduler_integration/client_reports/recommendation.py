"""Chooses the meeting types that a report recommends."""

from collections.abc import Sequence

from scheduler_integration.catalogue.consultant_types import ConsultantType

MOST = 3
MOST_WITHOUT_MATCH = 2


def recommended(types: Sequence[ConsultantType], phase: str | None) -> list[ConsultantType]:
	"""Return the first three active types for the phase; if there is none, the first two active types of all.

	Higher priority comes first, then lower sort order, then the order of `types`.
	"""
	active = [meeting_type for meeting_type in types if meeting_type.is_active]
	# The sort is stable: of equals, the one that comes first in `types` stays first.
	active.sort(key=lambda each: (-each.priority, each.sort_order))
	matching = [each for each in active if phase in each.phases]
	return matching[:MOST] if matching else active[:MOST_WITHOUT_MATCH]
