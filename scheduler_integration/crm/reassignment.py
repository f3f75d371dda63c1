"""Updates the Event of a booking that was reassigned."""

from frappe.model.document import Document

from scheduler_integration.crm.activities import address_of, event_subject, event_to_change


def log_reassignment(booking: Document, leaving: str) -> None:
	"""Replace the host `leaving` by the booking's present hosts in its Event. Does nothing if the Event was deleted."""
	event = event_to_change(booking.event)
	if not event:
		return
	event.subject = event_subject(booking)
	staying = [row for row in event.event_participants if not _is(row, leaving)]
	event.set("event_participants", staying)
	for user in booking.host_users():
		if not any(_is(row, user) for row in staying):
			row = {"reference_doctype": "User", "reference_docname": user, "email": address_of(user)}
			event.append("event_participants", row)
	# The owner is set before the save, because the save writes the timeline and names the owner as the sender there.
	event.db_set("owner", booking.host, update_modified=False)
	# A manager of meetings may have no right to another user's private Event.
	event.save(ignore_permissions=True)


def _is(participant: Document, user: str) -> bool:
	return (participant.reference_doctype, participant.reference_docname) == ("User", user)
