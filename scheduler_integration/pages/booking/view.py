"""The view of a booking page: the meeting, the month, the times of a day, and the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from frappe import _

from scheduler_integration.availability.away import Notice
from scheduler_integration.catalogue.booking_links import LinkTerms
from scheduler_integration.catalogue.public import PublicHost, PublicMeetingType, PublicPage
from scheduler_integration.domains.links import local_path, page_url
from scheduler_integration.engine import local_date, wall_clock
from scheduler_integration.exceptions import SchedulingError, SlotTaken
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
from scheduler_integration.pages.kit.respond import View
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

	def near_day(self, instant: int) -> str:
		"""`today`, `tomorrow`, or the day in short."""
		day = local_date(instant, self.zone)
		if day == self.today:
			return _("today")
		return _("tomorrow") if day == self.today + timedelta(days=1) else dates.short_day(day, self.locale)

	def duration(self, minutes: int) -> str:
		return lengths.duration(minutes, self.locale)

	def start_url(self, start: int) -> str:
		return self.query.url(start=iso(start, self.zone))

	def wait_url(self, start: int | None = None) -> str:
		"""Return the address at which people wait for a start, or for a time on the chosen day."""
		if start is None:
			return self.query.waitlist_url(tz=self.zone, first_date=self.day, last_date=self.day)
		day, clock = local_date(start, self.zone), f"{wall_clock(start, self.zone):%H:%M}"
		bounds = {"first_date": day, "last_date": day, "from_time": clock, "to_time": clock}
		return self.query.waitlist_url(tz=self.zone, **bounds)


def booking_view(shown: BookingPage) -> View:
	"""Return the view of a meeting type's page."""
	page, meeting, query, slots, error = shown.page, shown.meeting, shown.query, shown.slots, shown.error
	errors = error.details if error else {}
	if shown.moving:
		reason, is_request = shown.moving.reschedule_reason, meeting.requires_confirmation
		form = moving_form_view(reason, _values(shown), errors, is_request=is_request)
	else:
		form = form_view(meeting, _values(shown), errors)
	met = [each.name for each in meeting.host_choices if each.id == query.host] or names(shown.hosts)
	whom = (with_words(meeting, met, shown.locale) or page.title, page.organization)
	return {
		"document": _document(shown),
		"shown": shown,
		"page_url": stay(local_path(page.slug)),
		"logo": own_image(page.logo),
		"faces": faces(shown.hosts),
		"with": ", ".join(filter(None, whom)),
		"facts": facts(meeting, shown.locale, with_duration=len(meeting.duration_options) < 2),
		"description": blocks(meeting.description or ""),
		# With some 45 letters in a line, a text of more than eight lines would push the days off a phone's screen.
		"is_long": sum(len(line) // 45 + 1 for line in (meeting.description or "").splitlines()) > 8,
		"notices": [*(notice_view(each, shown.style) for each in shown.notices), *_terms(shown)],
		"city": dates.city(shown.zone, shown.locale),
		"zone_options": zone_options(shown.locale, shown.zone, page.timezone) if query.lists_zones else None,
		"month": month_view(
			slots.month,
			shown.day,
			shown.today,
			slots.in_month,
			query,
			shown.locale,
			slots.partial_days,
			_later_days(shown),
			goes_on=bool(slots.in_month or slots.later),
		),
		"month_url": query.url(month=f"{slots.month:%Y-%m}"),
		"later": slots.later and dates.day_and_month(slots.later, shown.locale),
		"times": shown.day and _times(shown, shown.day),
		"wait": _wait(shown) if shown.waits else None,
		"chosen": shown.start and _chosen(shown, shown.start),
		"alternatives": _alternatives(error, shown) if isinstance(error, SlotTaken) else [],
		"problem": error.message if error and not shown.is_lost else None,
		"moving": shown.moving and _moving(shown, shown.moving),
		"form": form,
		"series": shown.series and dates_view(shown.series, shown.start, shown.style, shown.values, meeting),
		"scope": query.carried.get("scope") if shown.moving else None,
		"action": query.url(start=shown.start and iso(shown.start, shown.zone)),
		"csrf_token": csrf_token(),
		"data": script_json(_script_data(shown, has_conditions=any(each["condition"] for each in form["fields"]))),
		"status": error.http_status_code if error else 200,
	}


def _document(shown: BookingPage) -> dict[str, Any]:
	page, meeting = shown.page, shown.meeting
	has_token = bool(shown.moving or shown.again or shown.link)
	# Screen readers read the title first. After a refused form it begins with the error.
	news = [shown.error.message if shown.error else "", _("Choose another time") if shown.moving else ""]
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
		picture=next((host.image for host in meeting.hosts if host.image), None),
	)


def _terms(shown: BookingPage) -> list[dict[str, str]]:
	"""Return the sentences that say what the booking link allows; empty without one."""
	link = shown.link
	if not link:
		return []
	until = dates.full_date(local_date(link.expires_at - 1, shown.zone), shown.locale)
	sentences = [_("You can book until {0}.").format(until)]
	if link.is_single_use:
		sentences.insert(0, _("This link is for one meeting."))
	if link.starts is not None:
		sentences.insert(0, _("Your host chose these times for you."))
	return [{"text": sentences[0], "message": " ".join(sentences[1:])}]


def _later_days(shown: BookingPage) -> set[date]:
	"""Return the later days of the multi-day meeting that begins on the chosen day, at the chosen or its first time."""
	of_day = shown.slots.slots_on(shown.day) if shown.day else []
	slot = shown.slots.find(shown.start) or next(iter(of_day), None)
	return {local_date(since, shown.zone) for since, _until in slot.parts[1:]} if slot else set()


def _times(shown: BookingPage, day: date) -> dict[str, Any]:
	slots, host_zone = shown.slots, shown.page.timezone
	partly_free, taken = (slots.offered.partial or {}).get(day, []), slots.taken_on(day)
	view = times_view(day, slots.slots_on(day), shown.style, host_zone, shown.query, partly_free, taken)
	after = next((free[0].start for other, free in slots.in_month.items() if other > day), None)
	if after and not slots.slots_on(day):
		following = local_date(after, shown.zone)
		words = f"{dates.short_day(following, shown.locale)} · {shown.clock(after)}"
		url = shown.query.url(date=following.isoformat())
		view["next"] = {"label": _("Next free: {0}").format(words), "url": url}
	return view


def _wait(shown: BookingPage) -> dict[str, str]:
	"""Return the addresses at which people wait for a time on the chosen day, or in the month."""
	first, last = shown.slots.sheet
	# If nothing at all is free, any day will do.
	has_free = shown.slots.in_month or shown.slots.later
	bounds = {"first_date": max(first, shown.today), "last_date": last} if has_free else {}
	return {"day_url": shown.wait_url(), "month_url": shown.query.waitlist_url(tz=shown.zone, **bounds)}


def _chosen(shown: BookingPage, start: int) -> dict[str, Any]:
	slot = shown.slots.find(start) or Slot(start, start + shown.slots.duration * 60)
	return {
		**when_view(slot.stretches, shown.style),
		"note": host_date(start, shown.page.timezone, shown.style),
		"seats": seats(slot.seats_left),
		"value": iso(start, shown.zone),
		"parts": " ".join(iso(since, shown.zone) for since, _until in slot.parts),
		"change_url": shown.query.url(date=local_date(start, shown.zone).isoformat()),
	}


def _alternatives(error: SlotTaken, shown: BookingPage) -> list[dict[str, str]]:
	return [
		{
			"value": " ".join(iso(start, shown.zone) for start, _end in slot.stretches),
			"day": days_in_short(slot.stretches, shown.zone, shown.locale),
			"time": shown.clock(slot.start),
		}
		for slot in sorted(error.suggestions, key=lambda slot: slot.stretches)
	]


def _moving(shown: BookingPage, booking: AttendeeBooking) -> dict[str, Any]:
	"""Return the present time of the meeting that is moved, and the way back without moving it."""
	is_asked = booking.is_asked_to_reschedule
	return {
		**when_view(booking.stretches, shown.style),
		"url": stay(urlsplit(booking.manage_url).path),
		"back": None if is_asked else back_after_late_move(booking, shown.now, shown.locale),
		"message": booking.reschedule_message if is_asked else None,
	}


def _values(shown: BookingPage) -> dict[str, Any]:
	"""Return the values of the form: those that were typed before, otherwise those in the link, or of an earlier booking."""
	if shown.values:
		return shown.values
	before: dict[str, Any] = dict(shown.link.prefilled) if shown.link else {}
	if booking := shown.again:
		answers = {each.question_id: as_typed(each.answer) for each in booking.answers}
		before = {
			"attendee_name": booking.attendee.name,
			"attendee_email": booking.attendee.email,
			"attendee_phone": booking.attendee.phone,
			"attendee_company": booking.attendee.company,
			"notes": as_typed(booking.notes or ""),
			"guests": ", ".join(booking.guests),
			**earlier_answers(shown.meeting.questions, answers),
		}
	return {**before, **linked_values(shown.meeting, shown.query)}


def _script_data(shown: BookingPage, *, has_conditions: bool) -> dict[str, Any]:
	query, visitor, meeting = shown.query, shown.visitor, shown.meeting
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
