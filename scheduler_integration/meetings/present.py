"""A booking as its attendee and its hosts may see it; the shape is that of docs/api.md."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.present import location_label, page_url
from scheduler_integration.clock import iso
from scheduler_integration.meetings.calendar_links import calendar_links
from scheduler_integration.meetings.load import People, people_of
from scheduler_integration.meetings.policy import cancel_refusal
from scheduler_integration.meetings.tokens import manage_url


def booking_view(booking: Document, now: int) -> dict[str, Any]:
	"""The booking as `public.book` answers it; times in the attendee's zone."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	refusal = cancel_refusal(booking, meeting_type, now)
	return {
		**shared_view(booking, people_of([booking]), now),
		"can_cancel": refusal is None,
		"cannot_cancel_reason": refusal.message if refusal else None,
		"manage_url": manage_url(booking),
		"calendar": calendar_links(booking, meeting_type),
	}


def shared_view(booking: Document, people: People, now: int) -> dict[str, Any]:
	"""What the attendee and the hosts alike may see. It asks the database for nothing that `people` and caches hold."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
	return {
		"id": booking.name,
		"status": booking.status,
		"title": booking.subject,
		"start": iso(booking.starts_at, booking.timezone),
		"end": iso(booking.ends_at, booking.timezone),
		"timezone": booking.timezone,
		"parts": _parts(booking),
		"duration_minutes": booking.duration_minutes,
		"page": {"slug": page.slug, "title": page.title},
		"meeting_type": {"slug": meeting_type.slug, "title": meeting_type.title},
		"hosts": _hosts(booking, people),
		"attendee": {
			"name": booking.attendee_name,
			"email": booking.attendee_email,
			"phone": booking.attendee_phone or None,
			"company": booking.attendee_company or None,
		},
		"guests": [row.email for row in booking.guests],
		"notes": booking.notes or None,
		"location_type": frappe.scrub(booking.location_type) if booking.location_type else None,
		"location_label": location_label(booking.location_type),
		"location": booking.location or None,
		"meeting_link": booking.meeting_link or None,
		"confirmation_message": meeting_type.confirmation_message or None,
		"redirect_url": meeting_type.redirect_url or None,
		"cancel_reason": booking.cancel_reason or None,
		"is_over": booking.ends_at <= now,
		"book_again_url": page_url(page.slug, meeting_type.slug),
	}


def _parts(booking: Document) -> list[dict[str, str]]:
	"""Each date of a meeting over several; empty for one on a single date."""
	parts = booking.parts()
	if len(parts) == 1:
		return []
	return [{"start": iso(start, booking.timezone), "end": iso(end, booking.timezone)} for start, end in parts]


def _hosts(booking: Document, people: People) -> list[dict[str, Any]]:
	"""The hosts, but for those whose User was deleted since: of them nothing is known that a guest may read."""
	known = [people[user] for user in booking.host_users() if user in people]
	return [{"name": person.full_name or person.name, "image": person.user_image or None} for person in known]
