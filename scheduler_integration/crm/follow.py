"""The CRM's consequences of a change of a booking."""

from scheduler_integration.crm.activities import (
	log_cancellation,
	log_correction,
	log_link,
	log_meeting,
	log_outcome,
	log_reassignment,
	log_rescheduled,
	log_return,
)
from scheduler_integration.crm.contacts import create_contact, find_contact
from scheduler_integration.meetings.changes import Changes, Fields, Kind, bookings_of
from scheduler_integration.meetings.series import later_dates


def keep_contact(changes: Changes) -> dict[str, Fields]:
	"""Link a new booking to its attendee's Contact, which is created if it doesn't exist.

	A host who books for a Contact has linked it already.
	"""
	booking = changes[0].booking
	if changes[0].kind is not Kind.BOOKED or booking.contact:
		return {}
	found = find_contact(booking.attendee_email)
	contact = found or create_contact(booking)
	for change in changes:
		# A new Contact has no links to customers, so the Event needn't look for them.
		change.booking.flags.is_contact_new = not found
	return {change.booking.name: {"contact": contact} for change in changes}


# The functions that note a change in the Event, if nothing moves.
_LOGGED = {
	Kind.LINKED: log_link,
	Kind.PLACED: log_link,
	Kind.CORRECTED: log_correction,
	Kind.COMPLETED: log_outcome,
	Kind.NO_SHOW: log_outcome,
}


def keep_activity(changes: Changes) -> dict[str, Fields]:
	"""Update the Event, which shows the meeting on the timeline of the contact, lead or deal."""
	change = changes[0]
	if change.kind is Kind.BOOKED:
		# Timelines show a series once, by its first date.
		later = later_dates(bookings_of(changes))
		return {
			each.booking.name: log_meeting(each.booking, has_entries=each.booking.name not in later) for each in changes
		}
	if change.kind is Kind.UNDONE:
		log_return(change.booking, change.moved_from, change.leaving)
		return {}
	if change.moved_from:
		meetings = [changes] if change.booking.session else [[each] for each in changes]
		return {name: fields for meeting in meetings for name, fields in log_rescheduled(meeting).items()}
	if change.kind in _LOGGED:
		_LOGGED[change.kind](change.booking)
	elif change.releases_time:
		log_cancellation(bookings_of(changes), change.reason)
	elif change.leaving:
		log_reassignment(change.booking, change.leaving)
	return {}
