"""Turns scheduling pages and their meeting types into the JSON of docs/reference/api.md."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.api.serialise import JSON
from scheduler_integration.catalogue.booking_links import link_url
from scheduler_integration.catalogue.durations import parse_durations
from scheduler_integration.catalogue.questions import choices_of, lines_of
from scheduler_integration.catalogue.reminders import parse_reminders
from scheduler_integration.domains.links import page_url
from scheduler_integration.mailed_times.write import OfferedTimes, as_html, as_simple_html, as_text
from scheduler_integration.meetings.link_uses import state_of
from scheduler_integration.parsing.meeting_type_fields import setting_fields
from scheduler_integration.platform.clock import from_site_time, iso_z


def page(doc: Document) -> JSON:
	"""An item of `pages.list`."""
	return {
		"id": doc.name,
		"user_id": doc.user,
		"slug": doc.slug,
		"name": doc.title,
		"page_type": doc.page_type.lower(),
		"organization": doc.organization or None,
		"description": doc.description or None,
		"is_active": bool(doc.is_active),
		"show_taken_times": bool(doc.show_taken_times),
		"timezone": doc.timezone,
		"branding": {
			"brand_color": doc.brand_color or None,
			"logo": doc.logo or None,
			"welcome_message": doc.welcome_message or None,
		},
		"hosts": [
			{
				"user": row.user,
				"weight": row.weight,
				"priority": row.priority,
				"is_required": bool(row.is_required),
				"is_active": bool(row.is_active),
			}
			for row in doc.hosts
		],
		"url": page_url(doc.slug),
		"created_at": iso_z(from_site_time(doc.creation)),
		"updated_at": iso_z(from_site_time(doc.modified)),
	}


def native_fields(doc: Document) -> JSON:
	"""The further fields of a meeting type that is booked on this site."""
	return {
		"scheduling_page_id": doc.scheduling_page,
		"slug": doc.slug,
		"url": page_url(frappe.get_cached_value("Scheduling Page", doc.scheduling_page, "slug"), doc.slug),
		"duration_options": parse_durations(doc.duration_options),
		"color": doc.color or None,
		"location_type": frappe.scrub(doc.location_type) if doc.location_type else None,
		"location_details": doc.location_details or None,
		"locations": [
			{"type": frappe.scrub(row.place_type), "label": row.label or None, "details": row.details or None}
			for row in doc.places
		],
		"questions": [
			{
				"label": row.label,
				"type": frappe.scrub(row.question_type),
				"required": bool(row.required),
				"options": choices_of(row),
				"placeholder": row.placeholder or None,
				"help": row.help_text or None,
				"show_if": {"question": row.show_if, "answers": lines_of(row.show_if_answers)} if row.show_if else None,
				"key": row.prefill_key or None,
				"hidden": bool(row.is_hidden),
			}
			for row in doc.questions
		],
		"hosts": [{"user": row.user, "is_required": bool(row.is_required)} for row in doc.hosts],
		"confirmation_message": doc.confirmation_message or None,
		"redirect_url": doc.redirect_url or None,
		"event_title": doc.event_title or None,
		"event_description": doc.event_description or None,
		"display_order": doc.sort_order,
		"is_unlisted": bool(doc.is_unlisted),
		"settings": _settings(doc),
		"updated_at": iso_z(from_site_time(doc.modified)),
	}


def booking_link(link: Document | frappe._dict, uses: Sequence[frappe._dict], now: int) -> JSON:
	"""An item of `booking_links.list`. `uses` are the bookings that take its use, `now` is in epoch seconds."""
	return {
		"id": link.name,
		"url": link_url(link.name, link.meeting_type),
		"meeting_type": link.meeting_type,
		"user": link.user,
		"host": link.host or None,
		"title": link.title or None,
		"single_use": bool(link.single_use),
		"expires_on": str(link.expires_on),
		"duration": link.duration_minutes or None,
		"times": (link.own_times or "").split(),
		"attendee_name": link.attendee_name or None,
		"attendee_email": link.attendee_email or None,
		"status": state_of(link, len(uses), now),
		"used_by": [
			{"booking": use.name, "attendee_name": use.attendee_name, "start": iso_z(use.starts_at)} for use in uses
		],
		"created_at": iso_z(from_site_time(link.creation)),
	}


def mailed_times(times: OfferedTimes, link: str | None) -> JSON:
	"""The answer of `booking_links.times_for_mail`. `link` is the name of the booking link that was made, if one was."""
	return {
		"html": str(as_html(times)),
		"simple_html": str(as_simple_html(times)),
		"text": as_text(times),
		"times": [{"day": day, "time": time, "url": url} for day, own in times.days for time, url in own],
		"link": link,
	}


def _settings(doc: Document) -> JSON:
	return {field.fieldname: _setting(field, doc.get(field.fieldname)) for field in setting_fields()}


def _setting(field: frappe._dict, value: Any) -> Any:
	if field.fieldname == "reminders":
		return parse_reminders(value) if value else None
	if field.fieldtype == "Check":
		return bool(value)
	if field.fieldtype in ("Int", "Currency"):
		return value or (0 if field.fieldtype == "Int" else 0.0)
	return (frappe.scrub(value) if field.fieldtype == "Select" else str(value)) if value else None
