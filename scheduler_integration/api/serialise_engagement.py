"""Turns the analytics into the JSON of docs/api.md."""

from typing import Any

from scheduler_integration.engagement.analytics import Analytics, RecentBooking, TypeCounts
from scheduler_integration.platform.clock import iso_z

JSON = dict[str, Any]


def analytics_of(found: Analytics) -> JSON:
	"""The data of `analytics.scheduler_analytics`."""
	return {
		"summary": {
			"total_clicks": found.total.clicks,
			"total_bookings": found.total.bookings,
			"conversion_rate": found.total.conversion_rate(1),
			"total_completed": found.total.completed,
		},
		"by_meeting_type": [_of_type(each) for each in found.by_type],
		"by_phase": {
			phase: {"clicks": counts.clicks, "bookings": counts.bookings} for phase, counts in found.by_phase.items()
		},
		"recent_bookings": [_recent(each) for each in found.recent],
	}


def _of_type(found: TypeCounts) -> JSON:
	return {
		"meeting_type_id": found.meeting_type,
		"name": found.name,
		"clicks": found.counts.clicks,
		"bookings": found.counts.bookings,
		"completed": found.counts.completed,
		"conversion_rate": found.counts.conversion_rate(2),
	}


def _recent(booking: RecentBooking) -> JSON:
	return {
		"assessment_id": booking.assessment,
		"client_name": booking.client_name,
		"meeting_type": booking.meeting_type,
		"booked_at": iso_z(booking.booked_at),
		"scheduled_for": None if booking.scheduled_for is None else iso_z(booking.scheduled_for),
		"status": booking.status.lower().replace(" ", "_"),
	}
