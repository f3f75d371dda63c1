"""`/scheduling/book`: a host or manager books for a contact, a lead, a deal, or a person whose address they type.

The desk's forms link here with `?doctype=Contact&record=...`. If the type repeats, the form is sent once more for its dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.offer import offer_around
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import OfferedSlots, first_month_with_slots, slots_between
from scheduler_integration.bookings import UNDO_SECONDS, book_for_somebody_undoably
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.lookup import find_own_bookable
from scheduler_integration.catalogue.public import PublicMeetingType, public_meeting_type
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.catalogue.repeats import repeat_of
from scheduler_integration.crm.people import Person, find_person, finds_all_records, search_people
from scheduler_integration.engine import local_date
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import InvalidRequest, SchedulingError, SlotTaken, details_of
from scheduler_integration.meetings.hosted import most_used_first
from scheduler_integration.meetings.lookup import earlier_choices
from scheduler_integration.pages.host.acting import DONE
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody
from scheduler_integration.pages.host.house import MEETINGS, with_arguments
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.fields import (
	field_view,
	new_key,
	question_views,
	read_answers,
	split_addresses,
	typed_values,
)
from scheduler_integration.pages.kit.query import read_day, read_instant, read_wall_time
from scheduler_integration.pages.kit.respond import View, argument, submitted
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.pages.kit.series import (
	Dates,
	date_fields,
	dates_view,
	has_seen_dates,
	load_dates,
	read_dates,
)
from scheduler_integration.pages.kit.spans import by_part_of_day, days_in_short
from scheduler_integration.pages.kit.zones import zone_groups
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.platform.language import known_languages, language_for_visitors, locale_of, translated
from scheduler_integration.platform.records import picked
from scheduler_integration.times import Slot

PATH = "/scheduling/book"
_PERSON = ("attendee_name", "attendee_email", "attendee_phone", "attendee_company")
_SHOWN = (*_PERSON, "notes", "guests")
FIELDS = (*_SHOWN, "idempotency_key", "timezone", "language", "location", "start", "other_time")


@dataclass(frozen=True)
class Wish:
	"""The choices in the page's address. `doctype` and `record` name a contact, lead or deal; `search` is typed text."""

	meeting_type: str = ""
	day: date | None = None
	duration: int | None = None
	doctype: str = ""
	record: str = ""
	search: str = ""

	def url(self, **changes: Any) -> str:
		"""Return the address of the page for this wish, with changes."""
		asked = replace(self, **changes)
		parts = {"type": asked.meeting_type, "date": asked.day, "duration": asked.duration}
		return with_arguments(PATH, {**parts, **picked(asked, "doctype", "record"), "q": asked.search})


@dataclass(frozen=True)
class Offered:
	"""The meeting type to book, its slots on `day` in the host's zone, and the next date that has some."""

	meeting: PublicMeetingType
	day: date
	slots: OfferedSlots
	next_day: date | None = None


def _asked() -> Wish:
	return Wish(
		meeting_type=argument("type")[:140],
		day=read_day(argument("date")),
		duration=_whole(argument("duration")),
		doctype=argument("doctype"),
		record=argument("record"),
		search=argument("q").strip()[:140],
	)


def _whole(text: str) -> int | None:
	return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _wish(zone: str) -> Wish:
	"""Return what the address asks for, by default the most used type. A time that the page suggests instead of a taken one
	may be on another day."""
	wish = _asked()
	if not wish.meeting_type:
		used = most_used_first(readable_meeting_types(), frappe.session.user, now())
		wish = replace(wish, meeting_type=used[0].name if used else "")
	if submitted() and (suggested := read_instant(frappe.request.form.get("choose_start", "").partition(" ")[0])):
		wish = replace(wish, day=local_date(suggested, zone))
	return wish


def _chosen(day: date | None, zone: str) -> str:
	"""Return the start of the submitted form, or the starts of a multi-day meeting. A typed time wins over the list."""
	form = frappe.request.form
	typed = read_wall_time(day, form.get("other_time", ""), zone)
	return form.get("choose_start") or (iso(typed, zone) if typed else form.get("start")) or ""


def _asks_dates() -> bool:
	"""Whether the form hasn't shown the dates yet that it asks for."""
	if not submitted():
		return False
	form, zone = frappe.request.form, timezone_of(frappe.session.user)
	wish = _wish(zone)
	try:
		repeats = repeat_of(find_own_bookable(wish.meeting_type).meeting_type)
	except SchedulingError:
		return False
	return bool(repeats and (form.get("look") or not has_seen_dates(form, _chosen(wish.day, zone).partition(" ")[0])))


PAGE = HostPage(
	PATH,
	here=MEETINGS,
	chooses=("type", "date", "duration", "doctype", "record"),
	allowed=anybody,
	address=lambda: _asked().url(),
	also=DONE,
	previews=_asks_dates,
)


@PAGE.action("")
def _book() -> Saved:
	"""Book the meeting and go on to the host's meetings."""
	form, zone = frappe.request.form, timezone_of(frappe.session.user)
	wish = _wish(zone)
	offered = _offered(wish, zone)
	chosen = _chosen(offered.day, zone)
	payload = BookingPayload.of(
		{
			**{name: form.get(name) for name in FIELDS},
			**(read_dates(form) if offered.meeting.repeat else {}),
			"start": chosen.partition(" ")[0],
			"parts": chosen if len(chosen.split()) > 1 else None,
			"duration": offered.slots.duration,
			"guests": split_addresses(form.get("guests", "")),
			"answers": read_answers(form, offered.meeting.questions),
		}
	)
	facts = book_for_somebody_undoably(wish.meeting_type, payload, wish.doctype, wish.record, now())
	return Saved("book", undo={"commands": [facts], "page": MEETINGS}, seconds=UNDO_SECONDS, address=MEETINGS)


def _offered(wish: Wish, zone: str) -> Offered:
	"""Return the slots of the day in the address, or else of the first day with a free time."""
	bookable = find_own_bookable(wish.meeting_type)
	minutes = wish.duration if wish.duration in durations_of(bookable.meeting_type) else None
	request = SlotRequest(minutes or bookable.meeting_type.duration_minutes, by_host=True)
	meeting, instant = public_meeting_type(bookable), now()
	if not wish.day:
		month = first_month_with_slots(bookable, request, zone, instant)
		return Offered(meeting, month.earliest or local_date(instant, zone), month.offered)
	slots = slots_between(bookable, request, wish.day, wish.day, zone, instant)
	if slots.days:
		return Offered(meeting, wish.day, slots)
	later = first_month_with_slots(bookable, request, zone, instant, after=wish.day)
	return Offered(meeting, wish.day, slots, later.earliest)


@PAGE.view
def _view(reader: Reader) -> View:
	zone, error, offered = reader.zone, reader.error, None
	wish, types = _wish(zone), readable_meeting_types()
	person = find_person(wish.doctype, wish.record) if wish.doctype or wish.record else None
	try:
		with refusals():
			offered = _offered(wish, zone) if wish.meeting_type else None
			if offered and _asks_dates():
				_check_dates(wish, offered, read_instant(_chosen(offered.day, zone).partition(" ")[0]))
	except SchedulingError as refused:
		# Somebody may read a team's meeting type without hosting it. They can choose another type in the form.
		error = error or refused
	values = _typed(offered, zone) if offered and submitted() else {}
	wish = replace(wish, day=offered.day) if offered else wish
	view: View = {
		"title": _("Book for somebody"),
		"subtitle": _("They get the usual invitation. Minimum notice and booking window don't apply to you."),
		"error": error,
		"problem": error and (_("This time isn't free.") if isinstance(error, SlotTaken) else error.message),
		"wish": wish,
		"offered": offered,
		"pages": types_by_page(types),
		"person": person,
		"found": search_people(wish.search) if wish.search else (),
		"finds_all": finds_all_records(),
		"typed": values,
		"key": values.get("idempotency_key") or new_key(),
	}
	return view | _form(wish, offered, person, values, error, reader) if offered else view


def _form(
	wish: Wish,
	offered: Offered,
	person: Person | None,
	values: dict[str, Any],
	error: SchedulingError | None,
	reader: Reader,
) -> View:
	"""Return the form: the times of the day, the dates of a series, and the attendee's details."""
	zone, details = reader.zone, details_of(error)
	earlier = earlier_choices(person.email) if person else ("", "")
	series = _series(wish, offered, reader, error)
	return {
		"series": series and dates_view(series, reader.style, values),
		"times": by_part_of_day(
			[_time(each, reader) for each in offered.slots.days.get(offered.day, [])], reader.style
		),
		**_fields(offered, person, values, details),
		"zone": (chosen := values.get("timezone") or earlier[0] or zone),
		"zones": zone_groups(reader.locale, chosen, zone),
		**_languages(values.get("language") or earlier[1], reader),
		"other_errors": [
			_("Choose a time.") if name == "start" else text
			for name, text in details.items()
			if name not in _SHOWN and not name.startswith("answers.")
		],
		"alternatives": [
			(_value(each, zone), reader.moment(each.start))
			for each in sorted(error.suggestions, key=lambda slot: slot.start)
		]
		if isinstance(error, SlotTaken)
		else [],
		"why_url": _why_url(wish, values) if isinstance(error, SlotTaken) else None,
	}


def _check_dates(wish: Wish, offered: Offered, start: int | None) -> None:
	"""Raise the error why the dates from `start` (epoch seconds) on can't be shown."""
	if not start:
		raise InvalidRequest(details={"start": ""})
	bookable, minutes = find_own_bookable(wish.meeting_type), offered.slots.duration
	offer = offer_around(bookable, SlotRequest(minutes, by_host=True), start, now())
	offer.check_bookable(start, minutes, bookable.page.timezone, any_start=True)


def _typed(offered: Offered, zone: str) -> dict[str, Any]:
	form = frappe.request.form
	values = {**typed_values(form, FIELDS, offered.meeting.questions), **date_fields(form)}
	if form.get("choose_start"):
		# It is one of the listed times of its day, and a typed time would win over it.
		values.update({"start": _chosen(offered.day, zone), "other_time": ""})
	return values


def _series(wish: Wish, offered: Offered, reader: Reader, error: SchedulingError | None) -> Dates | None:
	"""Return the dates of a type that repeats. A host may book fewer of them than attendees must."""
	repeat = offered.meeting.repeat
	if not repeat:
		return None
	is_chosen = submitted() and not isinstance(error, SlotTaken)
	start = read_instant(_chosen(offered.day, reader.zone)) if is_chosen else None
	times = _whole(frappe.request.form.get("times", "")) or repeat.least
	request = SlotRequest(offered.slots.duration, by_host=True)
	return load_dates(
		find_own_bookable(wish.meeting_type), request, replace(repeat, is_chosen=True), times, start, now()
	)


def _time(slot: Slot, reader: Reader) -> dict[str, Any]:
	note = days_in_short(slot.parts, reader.zone, reader.locale) if slot.parts else None
	label = dates.clock_time(slot.start, reader.style)
	return {"start": slot.start, "value": _value(slot, reader.zone), "label": label, "note": note}


def _value(slot: Slot, zone: str) -> str:
	return " ".join(iso(start, zone) for start, _end in slot.stretches)


def _fields(
	offered: Offered, person: Person | None, typed: Mapping[str, Any], errors: dict[str, str]
) -> dict[str, Any]:
	"""Return the `fields` of the form, and those that are `folded`."""
	known = (person.name, person.email, person.phone, person.company) if person else ()
	values, places = {**dict(zip(_PERSON, known, strict=False)), **typed}, offered.meeting.locations
	own: dict[str, dict[str, Any]] = {
		"attendee_name": {"label": _("Attendee name"), "required": True},
		"attendee_email": {
			"label": _("E-mail"), "type": "email", "required": True, "help": _("We'll send the invitation here."),
		},
		"attendee_phone": {"label": _("Phone"), "type": "phone"},
		"attendee_company": {"label": _("Company")},
		"guests": {"label": _("Invite others"), "help": _("E-mail addresses, separated by commas.")},
		"notes": {"label": _("Notes"), "type": "long_text", "help": _("The attendee reads this.")},
	}  # fmt: skip
	views = {name: field_view(name, values, errors, **about) for name, about in own.items()}
	by_phone = any(place.type == "phone" for place in places)
	first = [views.pop(name) for name in (*_PERSON[:2], *(_PERSON[2:3] if by_phone else ()))]
	if len(places) > 1:
		choices = [{"value": place.id, "label": place.label} for place in places]
		chosen = {"location": values.get("location") or places[0].id}
		about = {"type": "radio", "required": True, "choices": choices}
		first.append(field_view("location", chosen, errors, label=_("Where"), **about))
	# The host may not know the answers, so none of them is required here.
	questions = question_views([replace(each, required=False) for each in offered.meeting.questions], values, errors)
	folded = [*views.values(), *questions]
	unfolds = any(view["error"] or typed.get(view["name"]) for view in folded)
	return {"fields": first, "folded": folded, "unfolds": unfolds}


def _languages(wanted: str, reader: Reader) -> dict[str, Any]:
	"""Return the `languages` to choose from by their codes, and the attendee's `language`."""
	codes = known_languages(dict.fromkeys((language_for_visitors(), "en", *sorted(translated())))) or ["en"]
	chosen = wanted or codes[0]
	names = {code: locale_of(code).get_display_name(reader.locale) or code for code in dict.fromkeys((*codes, chosen))}
	return {"languages": names, "language": chosen}


def _why_url(wish: Wish, values: Mapping[str, Any]) -> str:
	"""Return the address of the page that explains the refused time."""
	start, typed = str(values.get("start", "")), values.get("other_time")
	asked = {"type": wish.meeting_type, "date": wish.day if typed else start[:10], "time": typed or start[11:16]}
	return with_arguments("/scheduling/why", asked)
