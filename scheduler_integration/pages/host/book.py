"""The page on which a host books for somebody: who, which meeting, when, and the attendee's details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from frappe import _

from scheduler_integration.availability.slots import OfferedSlots
from scheduler_integration.catalogue.public import PublicMeetingType
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.crm.people import Person
from scheduler_integration.exceptions import SchedulingError, SlotTaken
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.fields import field_view, new_key, question_views
from scheduler_integration.pages.kit.series import Dates, dates_view
from scheduler_integration.pages.kit.spans import by_part_of_day, days_in_short, moment_in_short
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.pages.kit.zones import zone_groups
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.language import locale_of
from scheduler_integration.times import Slot

PATH = "/scheduling/book"
FIELDS = (
	"attendee_name", "attendee_email", "attendee_phone", "attendee_company", "notes", "guests", "idempotency_key",
	"timezone", "language", "location", "start", "other_time",
)  # fmt: skip


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
		parts = {
			"type": asked.meeting_type,
			"date": asked.day and asked.day.isoformat(),
			"duration": asked.duration,
			"doctype": asked.doctype,
			"record": asked.record,
			"q": asked.search,
		}
		query = urlencode({name: value for name, value in parts.items() if value})
		return f"{PATH}?{query}" if query else PATH


@dataclass(frozen=True)
class Attempt:
	"""A submitted form: the typed `values`, and the error why it was refused."""

	values: Mapping[str, Any] = field(default_factory=dict)
	error: SchedulingError | None = None


@dataclass(frozen=True)
class Offered:
	"""The meeting type to book, its slots on `day` in the host's zone, and the next date that has some."""

	meeting: PublicMeetingType
	day: date
	slots: OfferedSlots
	next_day: date | None = None


@dataclass(frozen=True)
class BookingForm:
	"""The data of the page. `zone` is the host's, `choices` are the attendee's time zone and language.

	`finds_all` says whether the search finds contacts of others too, and not only people whom the host has met. `series` are
	the dates of a type that repeats.
	"""

	house: House
	wish: Wish
	types: Sequence[ReadableType]
	offered: Offered | None
	zone: str
	person: Person | None = None
	people: Sequence[Person] = ()
	finds_all: bool = True
	choices: tuple[str, str] = ("", "")
	languages: Sequence[str] = ()
	attempt: Attempt = Attempt()
	series: Dates | None = None

	@property
	def visitor(self) -> Visitor:
		return self.house.visitor

	@property
	def style(self) -> dates.TimeStyle:
		return self.visitor.style(self.zone)


def booking_form_view(form: BookingForm) -> dict:
	"""Return the view of `/scheduling/book`."""
	error = form.attempt.error
	return {
		**form.house.frame(_("Book for somebody"), said=error.message if error else ""),
		"subtitle": _("They get the usual invitation. Minimum notice and booking window don't apply to you."),
		"city": dates.city(form.zone, form.visitor.locale),
		"wish": form.wish,
		"pages": types_by_page(form.types),
		"durations": _durations(form),
		"day": form.offered and form.offered.day.isoformat(),
		"person": form.person and _person(form.person, form.wish),
		"found": [_found(person, form.wish) for person in form.people],
		"searched": _searched(form),
		"nobody_found": _nobody_found(form) if form.wish.search and not form.people else None,
		"times": form.offered and _times(form, form.offered),
		"series": form.series and dates_view(form.series, None, form.style, form.attempt.values),
		"fields": form.offered and _fields(form, form.offered),
		"zones": _zones(form),
		"languages": _languages(form),
		"problem": error and (_("This time isn't free.") if isinstance(error, SlotTaken) else error.message),
		"other_errors": _other_errors(error),
		"alternatives": _alternatives(form),
		"why_url": _why_url(form) if isinstance(error, SlotTaken) else None,
		"action": form.wish.url(search=""),
		"key": form.attempt.values.get("idempotency_key") or new_key(),
		"status": error.http_status_code if error else 200,
	}


def _durations(form: BookingForm) -> list[dict]:
	"""Return the durations to choose from; empty unless there are several."""
	options = form.offered.meeting.duration_options if form.offered else ()
	if len(options) < 2:
		return []
	chosen = form.offered and form.offered.slots.duration
	return [
		{
			"minutes": minutes,
			"label": lengths.duration(minutes, form.visitor.locale),
			"is_chosen": minutes == chosen,
		}
		for minutes in options
	]


def _person(person: Person, wish: Wish) -> dict:
	return {**_names(person), "forget_url": wish.url(doctype="", record="")}


def _found(person: Person, wish: Wish) -> dict:
	return {**_names(person), "url": wish.url(doctype=person.doctype, record=person.record, search="")}


def _searched(form: BookingForm) -> str:
	"""Return whom the search finds, as the label of its field."""
	return _("Find an attendee, contact, lead or deal") if form.finds_all else _("Find somebody you have met")


def _nobody_found(form: BookingForm) -> str:
	if form.finds_all:
		return _("No match. Enter a name and an e-mail address below.")
	return _(
		"No match among the people you have met. You may not search the contacts of others: an administrator can"
		" allow it. Enter a name and an e-mail address below."
	)


def _names(person: Person) -> dict:
	kind = _("Attendee") if person.doctype == "Booking" else _(person.doctype)
	return {
		"name": person.name or person.email or person.record,
		"about": " · ".join(filter(None, (kind, person.email, person.company))),
	}


def _times(form: BookingForm, offered: Offered) -> dict:
	rows = [_time(slot, form.style) for slot in offered.slots.days.get(offered.day, [])]
	day = dates.full_date(offered.day, form.visitor.locale)
	following = offered.next_day
	return {
		"title": day,
		"groups": by_part_of_day(rows, form.style),
		"chosen": form.attempt.values.get("start"),
		"none": None if rows else _("No free times on {0}.").format(day),
		"next": following
		and {
			"url": form.wish.url(day=following),
			"label": _("Go to {0}").format(dates.day_and_month(following, form.visitor.locale)),
		},
		"other": form.attempt.values.get("other_time", ""),
	}


def _time(slot: Slot, style: dates.TimeStyle) -> dict:
	note = days_in_short(slot.parts, style.zone, style.locale) if slot.parts else None
	return {
		"start": slot.start,
		"value": _value(slot, style.zone),
		"label": dates.clock_time(slot.start, style),
		"note": note,
	}


def _value(slot: Slot, zone: str) -> str:
	return " ".join(iso(start, zone) for start, _end in slot.stretches)


def _fields(form: BookingForm, offered: Offered) -> dict:
	errors = form.attempt.error.details if form.attempt.error else {}
	values = {**_facts(form.person), **form.attempt.values}
	by_phone = any(place.type == "phone" for place in offered.meeting.locations)
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
	first = ["attendee_name", "attendee_email", *(["attendee_phone"] if by_phone else [])]
	if len(offered.meeting.locations) > 1:
		views["location"] = _place(offered, values, errors)
		first.append("location")
	# The host may not know the answers, so none of them is required here.
	questions = question_views([replace(each, required=False) for each in offered.meeting.questions], values, errors)
	folded = [*(view for name, view in views.items() if name not in first), *questions]
	return {
		"first": [views[name] for name in first],
		"folded": folded,
		"unfolds": any(view["error"] or form.attempt.values.get(view["name"]) for view in folded),
	}


def _place(offered: Offered, values: dict[str, Any], errors: dict[str, str]) -> dict:
	places = offered.meeting.locations
	choices = [{"value": place.id, "label": place.label} for place in places]
	chosen = {"location": values.get("location") or places[0].id}
	return field_view("location", chosen, errors, label=_("Where"), type="radio", required=True, choices=choices)


def _facts(person: Person | None) -> dict[str, str]:
	if not person:
		return {}
	return {
		"attendee_name": person.name,
		"attendee_email": person.email,
		"attendee_phone": person.phone,
		"attendee_company": person.company,
	}


def _zones(form: BookingForm) -> dict:
	chosen = form.attempt.values.get("timezone") or form.choices[0] or form.zone
	return {"chosen": chosen, "groups": zone_groups(form.visitor.locale, chosen, form.zone)}


def _languages(form: BookingForm) -> list[dict]:
	chosen = form.attempt.values.get("language") or form.choices[1] or form.languages[0]
	return [
		{"code": code, "name": _language_name(code, form.visitor.locale), "is_chosen": code == chosen}
		for code in dict.fromkeys((*form.languages, chosen))
	]


def _language_name(code: str, locale: Locale) -> str:
	return locale_of(code).get_display_name(locale) or code


def _other_errors(error: SchedulingError | None) -> list[str]:
	fields = {"attendee_name", "attendee_email", "attendee_phone", "attendee_company", "guests", "notes"}
	details = dict(error.details) if error else {}
	if "start" in details:
		details["start"] = _("Choose a time.")
	return [text for name, text in details.items() if name not in fields and not name.startswith("answers.")]


def _alternatives(form: BookingForm) -> list[dict]:
	error = form.attempt.error
	offered = sorted(error.suggestions, key=lambda slot: slot.start) if isinstance(error, SlotTaken) else []
	return [{"value": _value(slot, form.zone), "label": moment_in_short(slot.start, form.style)} for slot in offered]


def _why_url(form: BookingForm) -> str:
	"""Return the address of the page that explains the refused time."""
	values = form.attempt.values
	clock = values.get("other_time") or str(values.get("start", ""))[11:16]
	day = str(values.get("start", ""))[:10] if not values.get("other_time") else form.wish.day
	return f"/scheduling/why?{urlencode({'type': form.wish.meeting_type, 'date': day or '', 'time': clock})}"
