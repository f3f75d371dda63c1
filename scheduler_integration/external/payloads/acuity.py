"""Reads Acuity's webhooks and appointments (developers.acuityscheduling.com: "Webhooks", "appointments/:id").

A webhook names only the appointment that changed. The appointment itself is read from Acuity's API, in its present
state. So neither the order of webhooks nor a repeated webhook matters.
"""

from collections.abc import Mapping
from typing import Any

from scheduler_integration.external.payloads import payload as read
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.parsing.references import find_reference
from scheduler_integration.platform.records import text_at

PROVIDER = "Acuity"
# "changed" comes together with each of the other kinds. Orders aren't appointments.
_ACTIONS = ("scheduled", "rescheduled", "canceled", "changed")


def changed_appointment(form: Mapping[str, Any]) -> str | None:
	"""Return the ID of the appointment in a webhook's form, or None if it concerns none. Raises InvalidRequest."""
	action = text_at(form, "action").removeprefix("appointment.")
	if action not in _ACTIONS:
		return None
	appointment = read.identifier(form, "id")
	return appointment if appointment.isascii() and appointment.isdigit() else None


def read_appointment(appointment: object, asked_at: int) -> ExternalChange:
	"""Return the appointment that Acuity answered at `asked_at` (epoch seconds). Raises InvalidRequest."""
	fields = appointment if isinstance(appointment, dict) else {}
	start = read.instant(fields, "datetime")
	# The status. Acuity marks a no-show on a cancelled appointment.
	if fields.get("noShow") is True:
		status = "No Show"
	else:
		status = "Cancelled" if fields.get("canceled") is True else "Scheduled"
	return ExternalChange(
		provider=PROVIDER,
		external_id=read.identifier(fields, "id"),
		happened_at=asked_at,
		status=status,
		start=start,
		end=start + 60 * read.minutes(fields, "duration"),
		title=read.words(fields.get("type")),
		attendee_name=read.words(f"{fields.get('firstName') or ''} {fields.get('lastName') or ''}", 120),
		attendee_email=read.address(fields.get("email")),
		attendee_phone=read.number(fields.get("phone")),
		reference=find_reference(fields.get("forms")),
	)
