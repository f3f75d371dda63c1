"""Recognises bookings among the events of a calendar: they never make busy times, the booking itself does."""

from collections.abc import Iterable

from scheduler_integration.calendars.provider import Changes, RemoteEvent


def own_among(user: str, changes: Changes, now: int) -> set[str]:
	"""Return the ids of the events that are this host's bookings."""
	return {event.id for event in _marked(changes.events)}


def _marked(events: Iterable[RemoteEvent]) -> Iterable[RemoteEvent]:
	return (event for event in events if event.mark)
