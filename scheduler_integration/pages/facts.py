"""The few facts about a meeting that help a guest choose: how long, where, what it costs, who."""

from __future__ import annotations

from babel import Locale
from frappe import _

from . import dates
from .contrast import clean_hex

_ICONS = {"phone": "phone", "in_person": "pin", "custom": "pin"}


def facts(meeting: dict, locale: Locale, with_duration: bool = True) -> list[dict]:
	"""`[{"icon", "text"}]` of a meeting type; without its durations where they are shown to choose from."""
	found = [{"icon": "clock", "text": length}] if (length := _length(meeting, locale, with_duration)) else []
	if meeting.get("seats", 1) > 1:
		found.append({"icon": "person", "text": _("A group of up to {0}").format(meeting["seats"])})
	if meeting.get("location_label"):
		found.append({"icon": place_icon(meeting.get("location_type")), "text": meeting["location_label"]})
	if meeting.get("price"):
		found.append({"icon": "tag", "text": dates.money(meeting["price"], meeting.get("currency"), locale)})
	if meeting.get("requires_confirmation"):
		found.append({"icon": "check", "text": _("The host confirms your request")})
	return found


def place_icon(location_type: str | None) -> str:
	return _ICONS.get(location_type, "video")


def dot_colour(meeting: dict) -> str | None:
	"""The meeting type's own colour, if it is one."""
	return clean_hex(meeting.get("color"))


def _length(meeting: dict, locale: Locale, with_duration: bool) -> str:
	"""How long it takes: hours, or days of so many hours each."""
	lengths = meeting["duration_options"] or [meeting["duration_minutes"]]
	hours = " · ".join(dates.duration(length, locale) for length in lengths) if with_duration else ""
	count = meeting.get("number_of_days", 1)
	if count < 2:
		return hours
	days = dates.days(count, locale)
	return _("{0}, {1} a day").format(days, hours) if hours else days
