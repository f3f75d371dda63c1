"""The words of error pages: not found, expired, too many requests."""

from __future__ import annotations

from frappe import _

from scheduler_integration.exceptions import SchedulingError


def state_of(error: SchedulingError) -> dict:
	"""Return the icon, title, text and hint for an error, and its HTTP status as `code`."""
	icon, title, hint = _words(error)
	return {"icon": icon, "title": title, "text": error.message, "hint": hint, "code": error.http_status_code}


def _words(error: SchedulingError) -> tuple[str, str, str | None]:
	words = {
		"PAGE_NOT_FOUND": ("search", _("Nothing here"), _("Check the address, or ask your host for the link again.")),
		"MEETING_TYPE_NOT_FOUND": ("search", _("Not available"), _("It may have been renamed or closed.")),
		"REPORT_LINK_NOT_FOUND": ("search", _("Nothing here"), None),
		"BOOKING_NOT_FOUND": ("search", _("We can't find this meeting"), None),
		"LINK_EXPIRED": ("clock", _("This link has expired"), _("Your confirmation e-mail may have a newer one.")),
		"RATE_LIMITED": ("clock", _("A short break"), None),
		"BUSY": ("clock", _("A short break"), None),
	}
	return words.get(error.code, ("alert", _("This did not work"), None))
