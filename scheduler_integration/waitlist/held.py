"""The data that waitlists hold about a person."""

from typing import Any

import frappe

from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.records import picked, set_or_none
from scheduler_integration.platform.sql import field_by_name
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.retention import names_of


def held_message(task: frappe._dict) -> dict[str, Any]:
	"""Return what is held about a message to the person, as JSON values."""
	sent = iso(task.done_at, "UTC") if task.done_at else None
	return {"message": task.purpose, "status": task.status, "sent": sent}


def waiting_names(address: str) -> list[str]:
	"""Return the names of the person's entries on all waitlists, also of those that ended."""
	return names_of({"attendee_email": address})


def held_waiting(address: str) -> list[dict[str, Any]]:
	"""Return what is held on waitlists about the person with this e-mail address, as JSON values, newest first."""
	entries = records.all_of(address)
	if not entries:
		return []
	names = [each.name for each in entries]
	offers = records.offers_to(names)
	titles = field_by_name("Meeting Type", (each.meeting_type for each in entries), "title")
	mails = {"booking": ["in", names], "purpose": ["like", "waitlist%"]}
	tasks = frappe.get_all("Outbox Task", mails, ["booking", "purpose", "status", "done_at"], order_by="creation asc")
	return [
		{
			"meeting": titles.get(each.meeting_type),
			"status": each.status,
			"joined": iso(each.joined_at, "UTC"),
			**picked(each, "attendee_name", "attendee_email", "by_text"),
			**set_or_none(each, "attendee_phone", "language"),
			"timezone": each.zone,
			"first_date": str(each.bounds.first),
			"last_date": str(each.bounds.last),
			"weekdays": sorted(each.bounds.weekdays),
			**picked(each.bounds, "from_minute", "to_minute"),
			# Their addresses at push services open something, so only their number is shown.
			"devices": len(each.devices),
			# The fields of the booking form, as the person typed them.
			"details": dict(each.details),
			"offers": [
				{"start": iso(offer.start, "UTC"), "status": offer.status, "offered": iso(offer.offered_at, "UTC")}
				for offer in offers.get(each.name, ())
			],
			"messages": [held_message(row) for row in tasks if row.booking == each.name],
		}
		for each in entries
	]
