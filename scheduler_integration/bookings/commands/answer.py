"""Confirms or declines a request with the link in a host's e-mail, as the host to whom it was sent."""

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.commands.cancel import release
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import LinkExpired
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.tokens import find_by_answer_token
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.platform.acting import acting_as


@command
def answer_by_link(token: str, accepts: bool, reason: str, now: int) -> None:
	"""Confirm the request, or decline it with the `reason`, which may be empty. `now` is in epoch seconds.

	Raises BookingNotFound if the token is wrong, LinkExpired if the meeting is over, and AlreadyCancelled or
	TransitionNotAllowed if the request has its answer. The caller must roll back then.
	"""
	booking, user = find_by_answer_token(token, for_update=True)
	if booking.ends_at <= now:
		raise LinkExpired
	with acting_as(user):
		if accepts:
			change_status([booking], "Scheduled", Kind.CONFIRMED, Actor.HOST, now)
		else:
			release([booking], "Declined", Actor.HOST, reason, now)
