"""The facts that help a visitor choose a meeting type: duration, seats, place, price, confirmation."""

from __future__ import annotations

from babel import Locale
from frappe import _

from scheduler_integration.catalogue.public import PublicMeetingType
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.contrast import clean_hex
from scheduler_integration.platform import lengths

_ICONS = {"phone": "phone", "in_person": "pin", "custom": "pin"}


def facts(meeting: PublicMeetingType, locale: Locale, with_duration: bool = True) -> list[dict]:
	"""Return `[{"icon", "text"}]` for a meeting type, without durations if the page offers them to choose from."""
	rows = [{"icon": "clock", "text": length}] if (length := _length(meeting, locale, with_duration)) else []
	if meeting.seats > 1:
		rows.append({"icon": "person", "text": _("A group of up to {0}").format(meeting.seats)})
	if meeting.locations:
		labels = " · ".join(place.label for place in meeting.locations)
		rows.append({"icon": place_icon(meeting.location_type), "text": labels})
	if meeting.price:
		rows.append({"icon": "tag", "text": dates.money(meeting.price, meeting.currency, locale)})
	if meeting.requires_confirmation:
		rows.append({"icon": "check", "text": _("The host confirms your request")})
	return rows


def place_icon(location_type: str | None) -> str:
	return _ICONS.get(location_type or "", "video")


def dot_colour(meeting: PublicMeetingType) -> str | None:
	"""Return the meeting type's colour as `#rrggbb`, or None if it has no valid one."""
	return clean_hex(meeting.color)


def _length(meeting: PublicMeetingType, locale: Locale, with_duration: bool) -> str:
	"""Return the durations, or `3 days, 2 hr a day`. Empty if there is nothing to show."""
	durations = (lengths.duration(length, locale) for length in meeting.duration_options)
	hours = " · ".join(durations) if with_duration else ""
	if meeting.number_of_days < 2:
		return hours
	days = lengths.days(meeting.number_of_days, locale)
	return _("{0}, {1} a day").format(days, hours) if hours else days
