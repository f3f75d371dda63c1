"""Confirms or declines a request with the link in a host's e-mail, as the host to whom it was sent."""

from frappe.model.document import Document

from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.bookings.commands.cancel import allowed, release
from scheduler_integration.bookings.together import dates_in
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import LinkExpired
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.series import ALL
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
			change_status(_all_of(booking, "Scheduled", now), "Scheduled", Kind.CONFIRMED, Actor.HOST, now)
		else:
			release(_all_of(booking, "Declined", now), "Declined", Actor.HOST, reason, now)


def _all_of(booking: Document, after: str, now: int) -> list[Document]:
	"""Return the booking, and the other requests of its series: the e-mail with the link asked about all of them."""
	return allowed(dates_in(booking, ALL, now), booking, after, now)
