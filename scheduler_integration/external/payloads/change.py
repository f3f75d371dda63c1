"""A change of a booking on an external scheduler, in the same form for all schedulers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalChange:
	"""A report of an external scheduler about one of its bookings. Instants are epoch seconds.

	- `provider` is an option of Outside Booking, `external_id` the scheduler's own ID.
	- `happened_at`: when the scheduler made the change. An older change never overwrites a newer one.
	- `status`: Scheduled, Completed, Cancelled or No Show. None keeps the stored status.
	- `start`, `end`: None if unknown.
	- `meeting_type`: the name of our Meeting Type, if the scheduler knows it.
	- `reference`: text in the form of a reference, or empty.
	- `replaces`: the ID of the booking that this one replaces, if the attendee moved the meeting.
	- `is_hearsay`: only the attendee's browser reported the change. Nothing blocks time or reaches the CRM before the scheduler itself
	confirms it.
	"""

	provider: str
	external_id: str
	happened_at: int
	status: str | None
	start: int | None = None
	end: int | None = None
	title: str = ""
	attendee_name: str = ""
	attendee_email: str = ""
	attendee_phone: str = ""
	attendee_company: str = ""
	meeting_type: str = ""
	meeting_link: str = ""
	reference: str = ""
	replaces: str | None = None
	is_hearsay: bool = False
