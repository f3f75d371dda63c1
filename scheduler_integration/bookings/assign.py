"""Which hosts a meeting is given to."""

from collections.abc import Callable

from scheduler_integration.availability.offer import Offer


def choose_hosts(offer: Offer, start: int) -> list[str]:
	"""The users who take the meeting at `start`, a bookable one; the first is the one the attendee deals with."""
	free = offer.free_hosts(start)
	if offer.assignment == "Collective":
		# Optional hosts join when they are free.
		return sorted(free, key=lambda user: (not offer.host(user).is_required, free.index(user)))
	if offer.assignment == "Round Robin":
		return [min(free, key=_load_then_name(offer, start))]
	return free[:1]


def _load_then_name(offer: Offer, start: int) -> Callable[[str], tuple[int, str]]:
	"""Whoever has the fewest meetings of this type around that time comes first; ties fall to the name."""
	load = {member.host.name: sum(booked.counts for booked in member.host.booked) for member in offer.team.members}
	return lambda user: (load[user], user)
