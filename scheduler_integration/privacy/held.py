"""Collects what the app holds about a person: everything that is stored with their e-mail address.

Left out are keys that open something (of the manage link, of repeated requests), and notes that hosts wrote for themselves.
The CRM's own records, such as a Contact, belong to the organisation, which answers for them.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import frappe

from scheduler_integration.catalogue.booking_links import links_for
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.sql import field_by_name
from scheduler_integration.waitlist.held import held_message, held_waiting, waiting_names

Facts = dict[str, Any]

_OF_BOOKING = (
	"status", "attendee_name", "attendee_email", "attendee_phone", "attendee_company", "timezone", "language", "writing",
	"location", "meeting_link", "price", "currency", "payment_status", "amount_paid", "amount_refunded", "notes", "cancel_reason", "reschedule_reason", "reschedule_message", "source",
	"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
)  # fmt: skip
_OF_OUTSIDE = (
	"title", "provider", "status", "attendee_name", "attendee_email", "attendee_phone", "attendee_company", "meeting_link",
)  # fmt: skip
_ANSWER = ("question", "answer")


def held_data(address: str) -> Facts:
	"""Return what is held about the person with this e-mail address, as JSON values. Times are ISO 8601.

	The lists are `bookings`, newest first, each with its `answers`, `guests` and `messages`; `invitations` to other
	people's meetings; `outside_bookings` of Calendly, Acuity and OnceHub; `report_events`, such as a click in a report;
	`booking_links` that hosts made for the person; and `waitlists`, each with its `offers` and `messages`.
	Makes the same number of statements whatever there is.
	"""
	rows = frappe.get_all(
		"Booking",
		{"attendee_email": address, "is_forgotten": 0},
		["name", "meeting_type", "host", "starts_at", "ends_at", "creation", *_OF_BOOKING],
		order_by="starts_at desc",
	)
	names = [row.name for row in rows]
	answers = _by_parent("Booking Answer", "parent", names, _ANSWER)
	guests = _by_parent("Booking Guest", "parent", names, ("email",))
	messages = _by_parent("Outbox Task", "booking", names, ("purpose", "target", "status", "done_at"))
	invitations = _invitations(address)
	meetings = [*rows, *invitations]
	titles = field_by_name("Meeting Type", (row.meeting_type for row in meetings), "title")
	hosts = field_by_name("User", (row.host for row in meetings), "full_name")
	return {
		"address": address,
		"bookings": [
			{
				"id": row.name,
				**_meeting(row, titles, hosts),
				"booked_on": str(row.creation),
				**{field: row.get(field) or None for field in _OF_BOOKING},
				"answers": [dict(each) for each in answers[row.name]],
				"guests": [each.email for each in guests[row.name]],
				"messages": [held_message(each) for each in messages[row.name] if _is_to(each, address)],
			}
			for row in rows
		],
		"invitations": [
			{**_meeting(row, titles, hosts), "status": row.status, "invited_by": row.attendee_name}
			for row in invitations
		],
		"outside_bookings": _outside_bookings(address),
		"report_events": _report_events(names),
		"booking_links": [{**row, "expires_on": str(row.expires_on)} for row in links_for(address)],
		"waitlists": held_waiting(address),
	}


def is_held(address: str) -> bool:
	"""Whether anything is held about the person with this e-mail address."""
	return bool(
		frappe.db.exists("Booking", {"attendee_email": address})
		or frappe.db.exists("Booking Guest", {"email": address})
		or frappe.db.exists("Outside Booking", {"attendee_email": address})
		or links_for(address)
		or waiting_names(address)
	)


def booked_names(address: str) -> list[str]:
	"""Return the names of the person's own bookings that aren't erased, oldest first."""
	filters = {"attendee_email": address, "is_forgotten": 0}
	return list(frappe.get_all("Booking", filters, pluck="name", order_by="starts_at asc"))


def _invitations(address: str) -> list[frappe._dict]:
	"""Return the meetings that somebody else booked and invited the person to."""
	guest, booking = frappe.qb.DocType("Booking Guest"), frappe.qb.DocType("Booking")
	query = frappe.qb.from_(guest).join(booking).on(booking.name == guest.parent)
	query = query.select(
		booking.name,
		booking.meeting_type,
		booking.host,
		booking.starts_at,
		booking.ends_at,
		booking.status,
		booking.attendee_name,
	)
	return query.where((guest.email == address) & (guest.parenttype == "Booking")).run(as_dict=True)


def _meeting(row: frappe._dict, titles: dict[str, str], hosts: dict[str, str]) -> Facts:
	return {
		"meeting": titles.get(row.meeting_type),
		"host": hosts.get(row.host),
		"start": iso(row.starts_at, "UTC"),
		"end": iso(row.ends_at, "UTC"),
	}


def _outside_bookings(address: str) -> list[Facts]:
	fields = ["starts_at", "ends_at", *_OF_OUTSIDE]
	rows = frappe.get_all("Outside Booking", {"attendee_email": address}, fields, order_by="starts_at desc")
	return [
		{
			"start": iso(row.starts_at, "UTC") if row.starts_at else None,
			"end": iso(row.ends_at, "UTC") if row.ends_at else None,
			**{field: row.get(field) or None for field in _OF_OUTSIDE},
		}
		for row in rows
	]


def _report_events(bookings: list[str]) -> list[Facts]:
	if not bookings:
		return []
	fields = ["event_type", "creation", "referrer", "user_agent"]
	rows = frappe.get_all("Scheduler Engagement", {"booking": ["in", bookings]}, fields, order_by="creation asc")
	return [{**row, "creation": str(row.creation)} for row in rows]


def _is_to(task: frappe._dict, address: str) -> bool:
	return (task.target or "").lower() == address


def _by_parent(doctype: str, key: str, names: list[str], fields: Iterable[str]) -> dict[str, list[frappe._dict]]:
	found: dict[str, list[frappe._dict]] = defaultdict(list)
	if names:
		for row in frappe.get_all(doctype, {key: ["in", names]}, [key, *fields], order_by="creation asc"):
			found[row.pop(key)].append(row)
	return found
