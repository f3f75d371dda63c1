"""The few facts about a meeting that help a guest choose: how long, where, what it costs, who."""

from __future__ import annotations

from babel import Locale
from frappe import _

from . import dates
from .contrast import clean_hex

_ICONS = {"phone": "phone", "in_person": "pin", "custom": "pin"}


def facts(meeting: dict, locale: Locale, with_duration: bool = True) -> list[dict]:
	"""`[{"icon", "text"}]` of a meeting type; without its durations where they are shown to choose from."""
	lengths = meeting["duration_options"] or [meeting["duration_minutes"]]
	found = [{"icon": "clock", "text": _durations(lengths, locale)}] if with_duration else []
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


def _durations(lengths: list[int], locale: Locale) -> str:
	return " · ".join(dates.duration(length, locale) for length in lengths)
