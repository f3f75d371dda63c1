"""The view of a booking page: the meeting, the month, the times of a day, and the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from frappe import _

from scheduler_integration.availability.away import Notice
from scheduler_integration.catalogue.booking_links import LinkTerms
from scheduler_integration.catalogue.card import card_url
from scheduler_integration.catalogue.public import PublicHost, PublicMeetingType, PublicPage
from scheduler_integration.domains.links import local_path, page_url
from scheduler_integration.engine import local_date, wall_clock
from scheduler_integration.exceptions import SchedulingError, SlotTaken, details_of
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.booking.days import host_date, month_view, seats, times_view
from scheduler_integration.pages.booking.form import code_field, form_view, linked_values, moving_form_view
from scheduler_integration.pages.booking.slots import MonthOfSlots
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_address, script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.embedding import embedded, stay
from scheduler_integration.pages.kit.facts import blocks, facts
from scheduler_integration.pages.kit.fields import earlier_answers, field_names
from scheduler_integration.pages.kit.money import back_after_late_move
from scheduler_integration.pages.kit.people import faces, names, own_image, with_words
from scheduler_integration.pages.kit.query import PREFILLED, Query
from scheduler_integration.pages.kit.respond import View, refusal_told
from scheduler_integration.pages.kit.series import Dates, dates_view
from scheduler_integration.pages.kit.spans import days_in_short, notice_view, when_view
from scheduler_integration.pages.kit.strings import booking_strings
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.parsing.text import as_typed
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.zone_words import home_cities
from scheduler_integration.times import Slot


@dataclass(frozen=True)
class BookingPage:
	"""The data of a meeting type's page, which its templates read. `now` is in epoch seconds.

	`values` are those of a submitted form, and `error` is why it was refused; without an error, it only asked to see the dates
	of a series. `moving` is the booking for which the attendee chooses another time, `again` one that isn't any more, whose
	details the form begins with. `counts`: the script reports the visitor's steps. `asks`: a booking may need a proof or a code.
	`notices` say when the host is away. `link` are the terms of the booking link that leads here. `series` are the dates of a
	meeting that repeats.
	"""

	page: PublicPage
	meeting: PublicMeetingType
	query: Query
	visitor: Visitor
	slots: MonthOfSlots
	now: int
	values: dict[str, Any] = field(default_factory=dict)
	error: SchedulingError | None = None
	moving: AttendeeBooking | None = None
	again: AttendeeBooking | None = None
	counts: bool = False
	asks: bool = False
	notices: Sequence[Notice] = ()
	link: LinkTerms | None = None
	series: Dates | None = None

	@property
	def zone(self) -> str:
		return self.slots.zone

	@property
	def style(self) -> dates.TimeStyle:
		return self.visitor.style(self.zone)

	@property
	def locale(self) -> dates.Locale:
		return self.visitor.locale

	@property
	def today(self) -> date:
		return local_date(self.now, self.zone)

	@property
	def hosts(self) -> Sequence[PublicHost]:
		return self.meeting.hosts or self.page.hosts

	@property
	def is_lost(self) -> bool:
		"""Whether somebody else took the chosen time before the form was sent."""
		return isinstance(self.error, SlotTaken)

	@cached_property
	def start(self) -> int | None:
		"""The start in the address, if it is free. After a refused form, a start that isn't free is kept too."""
		return self.query.start if self.slots.find(self.query.start) or self.error else None

	@cached_property
	def day(self) -> date | None:
		"""The chosen day, even if nothing is free on it, or else the first day with a free time."""
		wanted = self.start or self.query.start
		day = local_date(wanted, self.zone) if wanted else self.query.day
		first, last = self.slots.sheet
		is_shown = day and max(self.today, first) <= day <= last and self.slots.first_free_day
		return day if is_shown else self.slots.first_free_day

	@property
	def step(self) -> str:
		if self.start:
			return "details"
		return "time" if self.query.day or self.query.start else "day"

	@property
	def nearest(self) -> list[Slot]:
		"""The free slots of the loaded days nearest to the start in the address, at most three; empty if that one is free."""
		wanted = self.query.start
		if not wanted or self.start:
			return []
		free = [slot for slots in self.slots.offered.days.values() for slot in slots]
		return sorted(sorted(free, key=lambda slot: abs(slot.start - wanted))[:3], key=lambda slot: slot.start)

	@property
	def waits(self) -> bool:
		"""Whether the page leads to a waitlist: not if a meeting is moved, nor by a booking link, which has its own times."""
		return self.meeting.has_waitlist and not self.moving and not self.link

	def clock(self, instant: int) -> str:
		return dates.clock_time(instant, self.style)

	def short_day(self, instant: int) -> str:
		return dates.short_day(local_date(instant, self.zone), self.locale)

	def near_day(self, instant: int) -> str:
		"""`today`, `tomorrow`, or the day in short."""
		days = (local_date(instant, self.zone) - self.today).days
		return _("today") if days == 0 else _("tomorrow") if days == 1 else self.short_day(instant)

	def duration(self, minutes: int) -> str:
		return lengths.duration(minutes, self.locale)

	def start_url(self, start: int) -> str:
		return self.query.url(start=iso(start, self.zone))

	@property
	def month_url(self) -> str:
		return self.query.url(month=f"{self.slots.month:%Y-%m}")

	def day_url(self, start: int) -> str:
		return self.query.url(date=local_date(start, self.zone))

	def wait_url(self, start: int | None = None) -> str:
		"""Return the address at which people wait for a start, or for a time on the chosen day."""
		if start is None:
			return self.query.waitlist_url(tz=self.zone, first_date=self.day, last_date=self.day)
		day, clock = local_date(start, self.zone), f"{wall_clock(start, self.zone):%H:%M}"
		bounds = {"first_date": day, "last_date": day, "from_time": clock, "to_time": clock}
		return self.query.waitlist_url(tz=self.zone, **bounds)

	@property
	def wait_month_url(self) -> str:
		"""The address at which people wait for a time in the month, or at any time if nothing at all is free."""
		first, last = self.slots.sheet
		has_free = self.slots.in_month or self.slots.later
		bounds = {"first_date": max(first, self.today), "last_date": last} if has_free else {}
		return self.query.waitlist_url(tz=self.zone, **bounds)

	@property
	def whom(self) -> str:
		"""The hosts whom the attendee may meet, the chosen one or all, and their organisation."""
		chosen = [each.name for each in self.meeting.host_choices if each.id == self.query.host]
		words = with_words(self.meeting, chosen or names(self.hosts), self.locale) or self.page.title
		return ", ".join(filter(None, (words, self.page.organization)))

	@property
	def terms(self) -> list[str]:
		"""The sentences that say what the booking link allows; empty without one."""
		if not self.link:
			return []
		until = dates.full_date(local_date(self.link.expires_at - 1, self.zone), self.locale)
		sentences = [_("Your host chose these times for you.")] if self.link.starts is not None else []
		if self.link.is_single_use:
			sentences.append(_("This link is for one meeting."))
		return [*sentences, _("You can book until {0}.").format(until)]

	@property
	def is_long(self) -> bool:
		"""Whether the description would push the days off a phone's screen: with some 45 letters in a line, after eight lines."""
		return sum(len(line) // 45 + 1 for line in (self.meeting.description or "").splitlines()) > 8

	@property
	def later(self) -> str | None:
		"""The first free day after a month without one, in words."""
		return dates.day_and_month(self.slots.later, self.locale) if self.slots.later else None

	@cached_property
	def month(self) -> dict[str, Any]:
		slots, of_day = self.slots, self.slots.slots_on(self.day) if self.day else []
		# Later days of the multi-day meeting that begins on the chosen day, at the chosen or its first time.
		slot = slots.find(self.start) or next(iter(of_day), None)
		along = {local_date(since, self.zone) for since, _until in slot.parts[1:]} if slot else set()
		goes_on = bool(slots.in_month or slots.later)
		days = (slots.month, self.day, self.today, slots.in_month)
		return month_view(*days, self.query, self.locale, slots.partial_days, along, goes_on)

	@cached_property
	def times(self) -> dict[str, Any] | None:
		"""The times of the chosen day. `after` is the next free start in the month, if that day has none."""
		day, slots = self.day, self.slots
		if not day:
			return None
		free, partly_free, taken = slots.slots_on(day), (slots.offered.partial or {}).get(day, []), slots.taken_on(day)
		view = times_view(day, free, self.style, self.page.timezone, self.query, partly_free, taken)
		if not free:
			view["after"] = next((later[0].start for date, later in slots.in_month.items() if date > day), None)
		return view

	@cached_property
	def chosen(self) -> dict[str, Any] | None:
		"""The chosen time: its words, and the values of the form. Each day of a multi-day meeting is one of its `parts`."""
		start = self.start
		if not start:
			return None
		slot = self.slots.find(start) or Slot(start, start + self.slots.duration * 60)
		return {
			**when_view(slot.stretches, self.style),
			"note": host_date(start, self.page.timezone, self.style),
			"seats": seats(slot.seats_left),
			"value": iso(start, self.zone),
			"parts": " ".join(iso(since, self.zone) for since, _until in slot.parts),
		}

	@cached_property
	def alternatives(self) -> list[dict[str, str]]:
		"""The free times to choose from if the chosen one was just taken."""
		offered = self.error.suggestions if isinstance(self.error, SlotTaken) else ()
		return [
			{
				"value": " ".join(iso(start, self.zone) for start, _end in slot.stretches),
				"day": days_in_short(slot.stretches, self.zone, self.locale),
				"time": self.clock(slot.start),
			}
			for slot in sorted(offered, key=lambda slot: slot.stretches)
		]

	@cached_property
	def form(self) -> dict[str, Any]:
		errors, meeting, moving = details_of(self.error), self.meeting, self.moving
		if moving:
			return moving_form_view(moving.reschedule_reason, self._values, errors)
		return form_view(meeting, self._values, errors)

	@property
	def _values(self) -> dict[str, Any]:
		"""The values of the form: those that were typed before, otherwise those in the link, or of an earlier booking."""
		if self.values:
			return self.values
		before: dict[str, Any] = dict(self.link.prefilled) if self.link else {}
		if booking := self.again:
			answers = {each.question_id: as_typed(each.answer) for each in booking.answers}
			before = {
				f"attendee_{field}": getattr(booking.attendee, field) for field in ("name", "email", "phone", "company")
			}
			before |= {"notes": as_typed(booking.notes or ""), "guests": ", ".join(booking.guests)}
			before |= earlier_answers(self.meeting.questions, answers)
		return {**before, **linked_values(self.meeting, self.query)}


def booking_view(shown: BookingPage) -> View:
	"""Return the view of a meeting type's page. Its templates ask `shown` for most of what they print."""
	page, meeting, moving = shown.page, shown.meeting, shown.moving
	view: View = {
		"document": _document(shown),
		"shown": shown,
		"page_url": stay(local_path(page.slug)),
		"logo": own_image(page.logo),
		"faces": faces(shown.hosts),
		"facts": facts(meeting, shown.locale, with_duration=len(meeting.duration_options) < 2),
		"description": blocks(meeting.description or ""),
		"notices": [notice_view(each, shown.style) for each in shown.notices],
		"city": dates.city(shown.zone, shown.locale),
		"zone_options": zone_options(shown.locale, shown.zone, page.timezone) if shown.query.lists_zones else None,
		"csrf_token": csrf_token(),
		"data": script_json(_script_data(shown)),
		"status": shown.error.http_status_code if shown.error else 200,
		"told": refusal_told(shown.error) if shown.error else None,
	}
	if moving:
		back = back_after_late_move(moving, shown.now, shown.locale)
		view |= {"old": when_view(moving.stretches, shown.style), "old_url": stay(urlsplit(moving.manage_url).path)}
		view |= {"back": back, "scope": shown.query.carried.get("scope")}
	if shown.series:
		view["series"] = dates_view(shown.series, shown.style, shown.values, meeting)
	return view


def _document(shown: BookingPage) -> dict[str, Any]:
	page, meeting, error = shown.page, shown.meeting, shown.error
	has_token = bool(shown.moving or shown.again or shown.link)
	# Screen readers read the title first. After a refused form it begins with the error.
	news = [error.message if error else "", _("Choose another time") if shown.moving else ""]
	return document(
		shown.visitor,
		title=" · ".join(filter(None, [*news, meeting.title, page.title])),
		description=meeting.description or page.description or _("Choose a time that suits you."),
		brand=page.brand,
		style="booking",
		script="booking",
		indexed=not has_token,
		secret_address=has_token,
		framed=True,
		canonical=None if shown.link else page_url(page.slug, meeting.slug),
		card=card_url(page),
		words=None if has_token else f"{local_path(page.slug, meeting.slug)}.md",
	)


def _script_data(shown: BookingPage) -> dict[str, Any]:
	query, visitor, meeting = shown.query, shown.visitor, shown.meeting
	has_conditions = any(field["condition"] for field in shown.form["fields"])
	data: dict[str, Any] = {
		"slug": query.slug,
		"meetingType": query.meeting_type,
		"duration": shown.slots.duration,
		"hostZone": shown.page.timezone,
		"zone": shown.zone,
		"zoneIsChosen": visitor.zone_is_chosen,
		"locale": visitor.language_tag,
		"firstWeekday": visitor.locale.first_week_day,
		"twelveHours": visitor.twelve_hours,
		"today": shown.today.isoformat(),
		"month": f"{shown.slots.month:%Y-%m}",
		"day": shown.day and (query.day or query.start) and shown.day.isoformat(),
		"start": shown.start,
		"step": shown.step,
		"slots": shown.slots.for_script(),
		"holdMinutes": meeting.hold_minutes,
		"origin": query.origin,
		"host": query.host or "",
		"prefill": {key: text for key, text in query.carried.items() if key in meeting.hidden_keys},
		"csrfToken": csrf_token(),
		"strings": booking_strings(
			is_moving=bool(shown.moving),
			is_request=meeting.requires_confirmation,
			has_conditions=has_conditions,
			has_taken=shown.slots.offered.taken is not None,
		),
		"rescheduling": query.carried.get("reschedule", ""),
		"news": stay("?moved=1" if shown.moving else "?booked=1"),
		"counts": shown.counts,
		"zonePicker": script_address("zones"),
		"booked": script_address("booked"),
	}
	if has_conditions:
		data["askedAfter"] = script_address("asked_after")
	if shown.asks:
		# The server asks for a proof or a code.
		field, again = code_field(), _("Send a new code")
		data["gate"] = {"script": script_address("gate"), "solver": script_address("solver")}
		data["gate"] |= {"label": field["label"], "missing": field["missing"], "again": again}
	if shown.series:
		data["series"] = script_address("series")
	if shown.waits:
		data["waitlist"] = {
			"script": script_address("wait_links"),
			"url": query.waitlist_url(),
			"day": _("Tell me when a time becomes free on {0}"),
			"taken": _("{0}, taken. Tell me when it becomes free."),
		}
	data["cities"] = home_cities(shown.locale, shown.zone, shown.page.timezone)
	if embedded():
		# The form's fields by the names that links use for them. The value of a hidden question is empty.
		hidden = dict.fromkeys(meeting.hidden_keys, "")
		data["fields"] = {**PREFILLED, **hidden, **field_names(meeting.questions)}
	return data
