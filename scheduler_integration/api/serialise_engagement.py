"""Turns the analytics into the JSON of docs/reference/api.md."""

from typing import Any

from scheduler_integration.engagement.analytics import Analytics, RecentBooking, TypeCounts
from scheduler_integration.platform.clock import iso_z

JSON = dict[str, Any]


def analytics_of(analytics: Analytics) -> JSON:
	"""The data of `analytics.scheduler_analytics`."""
	return {
		"summary": {
			"total_clicks": analytics.total.clicks,
			"total_bookings": analytics.total.bookings,
			"conversion_rate": analytics.total.conversion_rate(1),
			"total_completed": analytics.total.completed,
		},
		"by_meeting_type": [_of_type(each) for each in analytics.by_type],
		"by_phase": {
			phase: {"clicks": counts.clicks, "bookings": counts.bookings}
			for phase, counts in analytics.by_phase.items()
		},
		"recent_bookings": [_recent(each) for each in analytics.recent],
	}


def _of_type(figures: TypeCounts) -> JSON:
	return {
		"meeting_type_id": figures.meeting_type,
		"name": figures.name,
		"clicks": figures.counts.clicks,
		"bookings": figures.counts.bookings,
		"completed": figures.counts.completed,
		"conversion_rate": figures.counts.conversion_rate(2),
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
