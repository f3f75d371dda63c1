"""The errors of the app, each with a code, a sentence and an HTTP status.

They derive from Frappe's ValidationError, so that a desk form shows them as messages.
"""

from collections.abc import Sequence

import frappe
from babel.dates import format_timedelta
from frappe import _

from scheduler_integration.engine import Interval
from scheduler_integration.language import current_locale
from scheduler_integration.times import CalendarEntry, Objection, Slot


class SchedulingError(frappe.ValidationError):
	"""Base of all errors of this app.

	`code` is for programs. `message` is a translated sentence that says what to do. `details` maps fields of the
	request to sentences that say what is wrong with them.
	"""

	code = "SCHEDULING_ERROR"
	http_status_code = 400
	# After how many seconds the same call may succeed; None if waiting doesn't help.
	retry_after: int | None = None

	def __init__(self, message: str | None = None, details: dict[str, str] | None = None):
		self.message = message or self.default_message()
		self.details = details or {}
		super().__init__(self.message)

	def default_message(self) -> str:
		return _("This could not be done.")


class InvalidRequest(SchedulingError):
	code = "VALIDATION_ERROR"

	def default_message(self) -> str:
		return _("Please check the marked fields.")


class UnknownTimeZone(InvalidRequest):
	code = "UNKNOWN_TIMEZONE"

	def default_message(self) -> str:
		return _("This time zone is not known. Use a name such as Europe/Berlin.")


class InvalidDate(InvalidRequest):
	code = "INVALID_DATE"

	def default_message(self) -> str:
		return _("This is not a date. Write it as 2026-11-23.")


class RangeTooLong(InvalidRequest):
	code = "RANGE_TOO_LONG"


class NotSignedIn(SchedulingError):
	code = "NOT_SIGNED_IN"
	http_status_code = 401

	def default_message(self) -> str:
		return _("Please sign in first.")


class NotPermitted(SchedulingError, frappe.PermissionError):
	code = "NOT_PERMITTED"
	http_status_code = 403

	def default_message(self) -> str:
		return _("You may not do this.")


class MoveNotAllowed(NotPermitted):
	"""The booking's state doesn't allow the command, or not by this actor, or not now (see meetings/moves.py)."""

	code = "MOVE_NOT_ALLOWED"


class CancelNotAllowed(NotPermitted):
	code = "CANCEL_NOT_ALLOWED"

	def default_message(self) -> str:
		return _("This meeting can't be cancelled here. Please write to your host.")


class RescheduleNotAllowed(NotPermitted):
	code = "RESCHEDULE_NOT_ALLOWED"

	def default_message(self) -> str:
		return _("This meeting can't be moved here. Please write to your host.")


class TooManyChanges(NotPermitted):
	code = "TOO_MANY_CHANGES"

	def default_message(self) -> str:
		return _("You have moved this meeting as often as possible. Please write to your host.")


class TooLateToChange(NotPermitted):
	code = "TOO_LATE_TO_CHANGE"

	def default_message(self) -> str:
		return _("It is too late to change this meeting here. Please write to your host.")


class NotFound(SchedulingError):
	code = "NOT_FOUND"
	http_status_code = 404


class PageNotFound(NotFound):
	code = "PAGE_NOT_FOUND"

	def default_message(self) -> str:
		return _("There is no booking page at this address.")


class MeetingTypeNotFound(NotFound):
	code = "MEETING_TYPE_NOT_FOUND"

	def default_message(self) -> str:
		return _("This kind of meeting can't be booked here.")


class SettingsNotFound(NotFound):
	code = "SETTINGS_NOT_FOUND"

	def default_message(self) -> str:
		return _("This consultant has no scheduler settings yet.")


class BookingNotFound(NotFound):
	code = "BOOKING_NOT_FOUND"

	def default_message(self) -> str:
		return _("There is no meeting at this address. Please use the link in your confirmation e-mail.")


class ReportLinkNotFound(NotFound):
	code = "REPORT_LINK_NOT_FOUND"

	def default_message(self) -> str:
		return _("This link doesn't lead anywhere. Please ask your consultant for a new one.")


class SignatureRefused(SchedulingError):
	"""A webhook isn't signed as it should be. The reason isn't told: it would help whoever forges signatures."""

	code = "SIGNATURE_REFUSED"
	http_status_code = 401

	def default_message(self) -> str:
		return _("The signature is missing, wrong or too old.")


class SlotTaken(SchedulingError):
	"""The requested time isn't free, or isn't offered.

	`conflicts` are the hosts' busy times within it. `suggestions` are the nearest slots. `zone` is the caller's.
	"""

	code = "SLOT_TAKEN"
	http_status_code = 409

	def __init__(self, conflicts: Sequence[Interval] = (), suggestions: Sequence[Slot] = (), zone: str = "UTC"):
		self.conflicts, self.suggestions, self.zone = tuple(conflicts), tuple(suggestions), zone
		super().__init__()

	def default_message(self) -> str:
		return _("That time was just taken. Please choose another.")


class TimeNotFree(SlotTaken):
	"""A host or manager can't move a meeting to this time. `objections` say why.

	`can_force` is true if the user is a manager and only rules are in the way.
	"""

	def __init__(
		self,
		objections: Sequence[Objection],
		conflicts: Sequence[Interval] = (),
		suggestions: Sequence[Slot] = (),
		zone: str = "UTC",
		*,
		can_force: bool,
	):
		self.objections, self.can_force = tuple(objections), can_force
		super().__init__(conflicts, suggestions, zone)

	def default_message(self) -> str:
		return _("The meeting can't be moved to this time.")


class HostNotFree(SchedulingError):
	"""A meeting can't be reassigned to this host.

	Only managers may see `conflicts` and `objections`. `zone` is the host's. `can_force` is true if only rules are in
	the way.
	"""

	code = "HOST_NOT_FREE"
	http_status_code = 409

	def __init__(
		self, conflicts: Sequence[CalendarEntry], objections: Sequence[Objection], zone: str, *, can_force: bool
	):
		self.conflicts, self.objections, self.zone = tuple(conflicts), tuple(objections), zone
		self.can_force = can_force
		super().__init__()

	def default_message(self) -> str:
		return _("This host isn't free at that time. Please choose another.")


class HasBookings(SchedulingError, frappe.LinkExistsError):
	"""A meeting type that was booked can't be deleted."""

	code = "HAS_BOOKINGS"
	http_status_code = 409

	def default_message(self) -> str:
		return _(
			"Meetings of this type were booked. Deactivate it instead: it will no longer be offered, and its meetings are kept."
		)


class AlreadyCancelled(SchedulingError):
	code = "ALREADY_CANCELLED"
	http_status_code = 409

	def default_message(self) -> str:
		return _("This meeting was already cancelled.")


class LinkExpired(SchedulingError):
	code = "LINK_EXPIRED"
	http_status_code = 410

	def default_message(self) -> str:
		return _("This link is no longer valid.")


class RateLimited(SchedulingError):
	"""There were too many requests. `retry_after` is in seconds."""

	code = "RATE_LIMITED"
	http_status_code = 429
	retry_after: int

	def __init__(self, retry_after: int):
		self.retry_after = retry_after
		super().__init__()

	def default_message(self) -> str:
		return _("There are too many requests right now. Please try again in {0}.").format(_duration(self.retry_after))


class Busy(SchedulingError):
	code = "BUSY"
	http_status_code = 503
	retry_after = 5

	def default_message(self) -> str:
		return _("Many people are booking right now. Nothing was stored: please try again.")


def _duration(seconds: int) -> str:
	"""Return "40 seconds" or "12 minutes", in the language of the request."""
	return format_timedelta(seconds, threshold=2, locale=current_locale())
