"""`/scheduling/book`: a host or manager books for a contact, a lead, a deal, or a person whose address they type.

The desk's forms link here with `?doctype=Contact&record=...`.
"""

from __future__ import annotations

from dataclasses import replace

import frappe

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.offer import offer_around
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import first_month_with_slots, slots_between
from scheduler_integration.bookings import UNDO_SECONDS
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.lookup import find_own_bookable
from scheduler_integration.catalogue.public import public_meeting_type
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.crm.people import Person, find_person, finds_all_records, search_people
from scheduler_integration.engine import local_date
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.on_behalf import book_for_somebody_undoably
from scheduler_integration.exceptions import InvalidRequest, SchedulingError, SlotTaken
from scheduler_integration.meetings.hosted import most_used_first
from scheduler_integration.meetings.lookup import earlier_choices
from scheduler_integration.pages.host.acting import sentences
from scheduler_integration.pages.host.book import FIELDS, Attempt, BookingForm, Offered, Wish, booking_form_view
from scheduler_integration.pages.host.house import MEETINGS, open_house
from scheduler_integration.pages.kit.fields import read_answers, split_addresses, typed_values
from scheduler_integration.pages.kit.query import read_day, read_instant, read_wall_time
from scheduler_integration.pages.kit.respond import argument, respond, submitted, to_your_meetings
from scheduler_integration.pages.kit.saving import Saved, answer_form
from scheduler_integration.pages.kit.series import Dates, date_fields, has_seen_dates, load_dates, read_dates
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.platform.clock import iso, now

no_cache = 1
sitemap = 0

# The app's messages are translated into these.
_LANGUAGES = ("en", "de", "es", "fr")


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: _wish().url(), way_out=to_your_meetings)


def _view() -> dict:
	zone, wish = timezone_of(frappe.session.user), _wish()
	types = readable_meeting_types()
	person = find_person(wish.doctype, wish.record) if wish.doctype or wish.record else None
	wish = replace(
		wish,
		meeting_type=wish.meeting_type
		or next((each.name for each in most_used_first(types, frappe.session.user, now())), ""),
	)
	offered, attempt = None, Attempt()
	try:
		with refusals():
			offered = _offered(wish, zone) if wish.meeting_type else None
	except SchedulingError as error:
		# Somebody may read a team's meeting type without hosting it. They can choose another type in the form.
		attempt = Attempt(error=error)
	if submitted() and offered:
		attempt = _submit(wish, offered, zone)
	series = _series(wish, offered, zone, attempt) if offered else None
	languages = dict.fromkeys((frappe.local.lang, *_LANGUAGES))
	return booking_form_view(
		BookingForm(
			house=open_house(frappe.session.user, current_visitor(), now(), MEETINGS),
			wish=replace(wish, day=offered.day) if offered else wish,
			types=types,
			offered=offered,
			zone=zone,
			person=person,
			people=search_people(wish.search) if wish.search else (),
			finds_all=finds_all_records(),
			choices=_choices(person),
			languages=[code for code in languages if frappe.db.exists("Language", code)] or ["en"],
			attempt=attempt,
			series=series,
		)
	)


def _choices(person: Person | None) -> tuple[str, str]:
	return earlier_choices(person.email) if person else ("", "")


def _wish() -> Wish:
	return Wish(
		meeting_type=argument("type"),
		day=read_day(argument("date")),
		duration=_minutes(argument("duration")),
		doctype=argument("doctype"),
		record=argument("record"),
		search=argument("q").strip()[:140],
	)


def _offered(wish: Wish, zone: str) -> Offered:
	"""Return the slots of the day in the address, or else of the first day with a free time. A time that the page suggests
	instead of a taken one may be on another day."""
	if submitted() and (suggested := read_instant(frappe.request.form.get("choose_start", "").partition(" ")[0])):
		wish = replace(wish, day=local_date(suggested, zone))
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


def _chosen(offered: Offered, zone: str) -> str:
	"""Return the start of the submitted form, or the starts of a multi-day meeting. A typed time wins over the list."""
	form = frappe.request.form
	typed = read_wall_time(offered.day, form.get("other_time", ""), zone)
	return form.get("choose_start") or (iso(typed, zone) if typed else form.get("start")) or ""


def _series(wish: Wish, offered: Offered, zone: str, attempt: Attempt) -> Dates | None:
	"""Return the dates of a type that repeats. A host may book fewer of them than attendees must."""
	repeat = offered.meeting.repeat
	if not repeat:
		return None
	start = read_instant(_chosen(offered, zone)) if submitted() and not isinstance(attempt.error, SlotTaken) else None
	times = _minutes(frappe.request.form.get("times", "")) or repeat.least
	request = SlotRequest(offered.slots.duration, by_host=True)
	return load_dates(
		find_own_bookable(wish.meeting_type), request, replace(repeat, is_chosen=True), times, start, now()
	)


def _look(wish: Wish, offered: Offered, start: int | None) -> SchedulingError | None:
	"""Return why the dates from `start` (epoch seconds) on can't be shown, or None."""
	try:
		with refusals():
			if not start:
				raise InvalidRequest(details={"start": ""})
			bookable, minutes = find_own_bookable(wish.meeting_type), offered.slots.duration
			offer = offer_around(bookable, SlotRequest(minutes, by_host=True), start, now())
			offer.check_bookable(start, minutes, bookable.page.timezone, any_start=True)
	except SchedulingError as error:
		return error
	return None


def _submit(wish: Wish, offered: Offered, zone: str) -> Attempt:
	"""Book the meeting and redirect to the host's meetings. Returns an Attempt if the booking is refused, or if the form
	hasn't shown the dates yet that it asks for."""
	form = frappe.request.form
	chosen = _chosen(offered, zone)
	values = {**typed_values(form, FIELDS, offered.meeting.questions), **date_fields(form)}
	if form.get("choose_start"):
		# It is one of the listed times of its day, and a typed time would win over it.
		values.update({"start": chosen, "other_time": ""})
	start = chosen.partition(" ")[0]
	if offered.meeting.repeat and (form.get("look") or not has_seen_dates(form, start)):
		return Attempt(values, _look(wish, offered, read_instant(start)))
	payload = BookingPayload.of(
		{
			**{name: form.get(name) for name in FIELDS},
			**(read_dates(form) if offered.meeting.repeat else {}),
			"start": start,
			"parts": chosen if len(chosen.split()) > 1 else None,
			"duration": offered.slots.duration,
			"guests": split_addresses(form.get("guests", "")),
			"answers": read_answers(form, offered.meeting.questions),
		}
	)

	def book() -> Saved:
		facts = book_for_somebody_undoably(wish.meeting_type, payload, wish.doctype, wish.record)
		return Saved("book", undo={"commands": [facts], "page": MEETINGS}, seconds=UNDO_SECONDS)

	return Attempt(values, answer_form(book, MEETINGS, sentences()))


def _minutes(text: str) -> int | None:
	return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
