"""The facts that help a visitor choose a meeting type: duration, seats, place, price, confirmation, and its description."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from babel import Locale
from frappe import _

from scheduler_integration.catalogue.price import price_text
from scheduler_integration.catalogue.public import PublicMeetingType
from scheduler_integration.catalogue.repeats import Repeat
from scheduler_integration.platform import lengths
from scheduler_integration.platform.language import counted

_ICONS = {"phone": "phone", "in_person": "pin", "custom": "pin"}


def facts(meeting: PublicMeetingType, locale: Locale, with_duration: bool = True) -> list[dict]:
	"""Return `[{"icon", "text"}]` for a meeting type, without durations if the page offers them to choose from."""
	length = length_text(meeting.duration_options if with_duration else (), meeting.number_of_days, locale)
	rows = [{"icon": "clock", "text": length}] if length else []
	if meeting.repeat:
		rows.append({"icon": "calendar", "text": repeat_text(meeting.repeat)})
	if meeting.seats > 1:
		rows.append({"icon": "person", "text": _("A group of up to {0}").format(meeting.seats)})
	rows.append({"icon": place_icon(meeting.location_type or "custom"), "text": _place_text(meeting)})
	if meeting.price:
		when_paid = {"is_paid_first": meeting.is_paid_first}
		text = price_text(meeting.price, meeting.deposit, meeting.currency, locale, **when_paid)
		rows.append({"icon": "tag", "text": text})
	if meeting.requires_confirmation:
		rows.append({"icon": "check", "text": _("{0} confirms each request").format(_host(meeting))})
	return rows


def repeat_text(repeat: Repeat) -> str:
	"""Return `Every week, 6 times`, or `Every 2 weeks, up to 6 times`."""
	times = _("once | up to {0} times") if repeat.is_chosen else _("once | {0} times")
	return _("{0}, {1}").format(every_text(repeat), counted(times, repeat.most).format(repeat.most))


def every_text(repeat: Repeat) -> str:
	"""Return `Every week`, or `Every 2 weeks`."""
	return counted(_("Every week | Every {0} weeks"), repeat.weeks).format(repeat.weeks)


def _place_text(meeting: PublicMeetingType) -> str:
	"""Return the places to choose from, or for a single one who calls whom. Addresses aren't public."""
	if not meeting.locations:
		return _("{0} tells you where").format(_host(meeting))
	if len(meeting.locations) > 1 or meeting.location_type != "phone":
		return " · ".join(place.label for place in meeting.locations)
	by_host = meeting.locations[0].needs_phone
	return (_("{0} calls you") if by_host else _("You call {0}")).format(_host(meeting))


def _host(meeting: PublicMeetingType) -> str:
	return meeting.hosts[0].name if len(meeting.hosts) == 1 else _("Your host")


def place_icon(location_type: str | None) -> str:
	return _ICONS.get(location_type or "", "video")


def length_text(durations: Iterable[int], days: int, locale: Locale) -> str:
	"""Return the durations, or `3 days, 2 hr a day`. Empty if there is nothing to show."""
	hours = " · ".join(lengths.duration(length, locale) for length in durations)
	if days < 2:
		return hours
	days_text = lengths.days(days, locale)
	return _("{0}, {1} a day").format(days_text, hours) if hours else days_text


_POINT = "- "


def blocks(text: str) -> list[dict]:
	"""Return `[{"text"}, {"points"}]` in the order of the text. Lines that follow each other stay together."""
	grouped = groupby(text.strip().splitlines(), key=_is_point)
	return [
		{"points": [line.strip().removeprefix(_POINT) for line in lines]}
		if is_list
		else {"text": "\n".join(lines).strip("\n")}
		for is_list, lines in grouped
	]


def first_line(text: str) -> str:
	"""Return the first line that isn't empty or a point of a list."""
	return next((line for line in text.splitlines() if line.strip() and not _is_point(line)), "")


def _is_point(line: str) -> bool:
	return line.strip().startswith(_POINT)
