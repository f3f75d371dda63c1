"""Finds out who joined a video call, by its provider's reports.

These are only hints: people also join by phone, or twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from scheduler_integration.meetings.calls import CALENDAR
from scheduler_integration.platform.clock import from_site_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
	"""The number of people who joined besides the host, and the instant at which the first did, as `provider` reported."""

	provider: str
	others: int
	first_at: int | None
	host_came: bool


def attendance_of(bookings: Sequence[Document], now: int) -> dict[str, Attendance]:
	"""Return the attendance of bookings that have begun, by booking. `now` is in epoch seconds.

	Calls without a report of the provider are left out. Makes a query only if a booking with a call has begun.
	"""
	begun = {
		each.name: each.video_meeting
		for each in bookings
		if each.starts_at <= now and (each.video_meeting not in (None, "", CALENDAR))
	}
	if not begun:
		return {}
	filters = {"name": ["in", list(begun.values())]}
	fields = ["name", "provider", "participants", "first_guest_at", "host_joined_at", "ended_on"]
	rows = {row.name: row for row in frappe.get_all("Video Meeting", filters, fields)}
	attendances = {name: rows.get(meeting) for name, meeting in begun.items()}
	return {name: _attendance(row) for name, row in attendances.items() if row and _was_told(row)}


def _was_told(row: frappe._dict) -> bool:
	return bool(row.participants or row.host_joined_at or row.ended_on)


def _attendance(row: frappe._dict) -> Attendance:
	return Attendance(
		provider=row.provider,
		others=row.participants or 0,
		first_at=from_site_time(row.first_guest_at) if row.first_guest_at else None,
		host_came=bool(row.host_joined_at),
	)
