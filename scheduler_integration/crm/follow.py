"""The CRM's consequences of a change of a booking."""

from scheduler_integration.crm.activities import (
	log_cancellation,
	log_link,
	log_meeting,
	log_move,
	log_outcome,
	log_reassignment,
	log_return,
)
from scheduler_integration.crm.contacts import create_contact, find_contact
from scheduler_integration.meetings.changes import Change, Fields, Kind


def keep_contact(change: Change) -> Fields:
	"""Link a new booking to its attendee's Contact, which is created if it doesn't exist.

	A host who books for a Contact has linked it already.
	"""
	if change.kind is not Kind.BOOKED or change.booking.contact:
		return {}
	contact = find_contact(change.booking.attendee_email)
	# A new Contact has no links to customers, so the Event needn't look for them.
	change.booking.flags.is_contact_new = not contact
	return {"contact": contact or create_contact(change.booking)}


def keep_activity(change: Change) -> Fields:
	"""Update the Event, which shows the meeting on the timeline of the contact, lead or deal."""
	if change.kind is Kind.BOOKED:
		return log_meeting(change.booking)
	if change.kind is Kind.UNDONE:
		log_return(change.booking, change.moved_from, change.leaving)
		return {}
	if change.moved_from:
		return log_move(change.booking, change.moved_from)
	if change.kind is Kind.LINKED:
		log_link(change.booking)
	elif change.releases_time:
		log_cancellation(change.booking)
	elif change.kind in (Kind.COMPLETED, Kind.NO_SHOW):
		log_outcome(change.booking)
	elif change.leaving and change.is_first:
		log_reassignment(change.booking, change.leaving)
	return {}
