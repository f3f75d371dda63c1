"""The view of a booking page: the meeting, the month, the times of a day, and the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from frappe import _

from scheduler_integration.catalogue.public import PublicHost, PublicMeetingType, PublicPage
from scheduler_integration.domains.links import local_path, page_url
from scheduler_integration.engine import local_date
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.booking.form import code_field, form_view, moving_form_view
from scheduler_integration.pages.booking.month import month_view
from scheduler_integration.pages.booking.page import BookingPage
from scheduler_integration.pages.booking.times import DayOfTimes, host_date, seats, times_view
from scheduler_integration.pages.booking.waiting import waiting_data, waiting_view, with_taken_links
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_address, script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.embedding import embedded, stay
from scheduler_integration.pages.kit.facts import blocks, facts
from scheduler_integration.pages.kit.fields import earlier_answers, field_names, link_answers, new_key
from scheduler_integration.pages.kit.money import back_after_late_move
from scheduler_integration.pages.kit.people import faces, names, own_image, with_words
from scheduler_integration.pages.kit.query import PREFILLED, Query
from scheduler_integration.pages.kit.series import dates_view
from scheduler_integration.pages.kit.spans import days_in_short, notice_view, when_view
from scheduler_integration.pages.kit.strings import booking_strings
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.parsing.text import as_typed
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.zone_words import home_cities
from scheduler_integration.times import Slot


def booking_view(page: BookingPage) -> dict:
	"""Return the view of a meeting type's page."""
	error, slots, query = page.attempt.error, page.slots, page.query
	form = _form(page)
	return {
		"document": _document(page),
		"slug": page.page.slug,
		"type_slug": page.meeting.slug,
		"step": page.step,
		"page": _page(page.page),
		"meeting": _meeting(page),
		"notices": [*(notice_view(each, page.style) for each in page.notices), *_terms(page)],
		"durations": _durations(page),
		"host_choices": _host_choices(page),
		"zone": _zone(page),
		"clock": _clock(page),
		"month": month_view(
			slots.month,
			page.day,
			page.today,
			slots.in_month,
			query,
			page.locale,
			slots.partial_days,
			_later_days(page),
			goes_on=bool(slots.in_month or slots.later),
		),
		"next_free": _next_free(page),
		"month_url": query.url(month=f"{slots.month:%Y-%m}"),
		"empty": None if slots.in_month else _empty(page),
		"gone": bool(query.start and not page.start),
		"nearest": _nearest(page),
		"times": page.day and with_taken_links(_times(page, page.day), page),
		"wait": waiting_view(page),
		"chosen": page.start and _chosen(page, page.start),
		"alternatives": _alternatives(page),
		"holds": bool(page.meeting.hold_minutes),
		"problem": error.message if error and not page.attempt.lost_race else None,
		"moving": page.moving and _moving(page, page.moving),
		"form": form,
		"series": page.series and dates_view(page.series, page.start, page.style, page.attempt.values, page.meeting),
		"scope": query.carried.get("scope") if page.moving else None,
		"action": query.url(start=page.start and iso(page.start, page.zone)),
		"csrf_token": csrf_token(),
		"data": script_json(_script_data(page, form)),
		"status": error.http_status_code if error else 200,
	}


def _terms(page: BookingPage) -> list[dict]:
	"""Return the sentences that say what the booking link allows; empty without one."""
	if not page.link:
		return []
	until = dates.full_date(local_date(page.link.expires_at - 1, page.zone), page.locale)
	first, *others = filter(
		None,
		(
			_("Your host chose these times for you.") if page.link.starts is not None else None,
			_("This link is for one meeting.") if page.link.is_single_use else None,
			_("You can book until {0}.").format(until),
		),
	)
	return [{"text": first, "message": " ".join(others)}]


def _nearest(page: BookingPage) -> list[dict]:
	return [
		{
			"label": f"{_near_day(page, local_date(slot.start, page.zone))} · {dates.clock_time(slot.start, page.style)}",
			"url": page.query.url(start=iso(slot.start, page.zone)),
			"start": slot.start,
		}
		for slot in page.nearest
	]


def _later_days(page: BookingPage) -> set[date]:
	"""Return the later days of the multi-day meeting that begins on the chosen day, at the chosen or its first time."""
	of_day = page.slots.slots_on(page.day) if page.day else []
	slot = page.slots.find(page.start) or next(iter(of_day), None)
	return {local_date(since, page.zone) for since, _until in slot.parts[1:]} if slot else set()


def _next_free(page: BookingPage) -> dict | None:
	"""Return the day and the next free times with their links, or None if they aren't known or nothing is free."""
	slots = page.slots.next_free(page.now)
	if not slots:
		return None
	day = local_date(slots[0].start, page.zone)
	return {
		"text": _("Next free: {0}").format(_near_day(page, day)),
		"times": [
			{"label": dates.clock_time(slot.start, page.style), "url": page.query.url(start=iso(slot.start, page.zone))}
			for slot in slots
		],
	}


def _near_day(page: BookingPage, day: date) -> str:
	if day == page.today:
		return _("today")
	return _("tomorrow") if day == page.today + timedelta(days=1) else dates.short_day(day, page.locale)


def _document(state: BookingPage) -> dict:
	page, meeting, error = state.page, state.meeting, state.attempt.error
	has_token = bool(state.moving or state.again or state.link)
	# Screen readers read the title first. After a refused form it begins with the error.
	news = [error.message] if error else []
	if state.moving:
		news.append(_("Choose another time"))
	return document(
		state.visitor,
		title=" · ".join([*news, meeting.title, page.title]),
		description=meeting.description or page.description or _("Choose a time that suits you."),
		brand=page.brand,
		style="booking",
		script="booking",
		indexed=not has_token,
		secret_address=has_token,
		framed=True,
		canonical=None if state.link else page_url(page.slug, meeting.slug),
		picture=next((host.image for host in meeting.hosts if host.image), None),
	)


def _moving(page: BookingPage, booking: AttendeeBooking) -> dict:
	"""Return the present time of the meeting that is moved, and the way back without moving it."""
	return {
		**when_view(booking.stretches, page.style),
		"url": stay(urlsplit(booking.manage_url).path),
		"email": booking.attendee.email,
		"is_asked": booking.is_asked_to_reschedule,
		"back": None
		if booking.is_asked_to_reschedule
		else back_after_late_move(booking, page.now, page.visitor.locale),
		"message": booking.reschedule_message if booking.is_asked_to_reschedule else None,
		"is_released": booking.status == "Rescheduled",
	}


def _form(page: BookingPage) -> dict:
	errors = page.attempt.error.details if page.attempt.error else {}
	if not page.moving:
		return form_view(page.meeting, _values(page), errors)
	return moving_form_view(
		page.moving.reschedule_reason, _values(page), errors, is_request=page.meeting.requires_confirmation
	)


def _page(page: PublicPage) -> dict:
	return {"title": page.title, "url": stay(local_path(page.slug)), "logo": own_image(page.logo)}


def _meeting(page: BookingPage) -> dict:
	meeting = page.meeting
	hosts = meeting.hosts or page.page.hosts
	return {
		"title": meeting.title,
		"description": blocks(meeting.description or ""),
		"is_long": _is_long(meeting.description or ""),
		"faces": faces(hosts),
		"with": ", ".join(
			filter(
				None, (with_words(meeting, _met(page, hosts), page.locale) or page.page.title, page.page.organization)
			)
		),
		"facts": facts(meeting, page.locale, with_duration=not _has_choice(meeting)),
		"requires_confirmation": meeting.requires_confirmation,
	}


def _is_long(text: str) -> bool:
	"""Whether a text would push the days off a phone's screen: with some 45 letters in a line, after eight lines."""
	return sum(len(line) // 45 + 1 for line in text.splitlines()) > 8


def _chosen_host(shown: BookingPage) -> str | None:
	return next((choice.name for choice in shown.meeting.host_choices if choice.id == shown.query.host), None)


def _met(page: BookingPage, hosts: Sequence[PublicHost]) -> list[str]:
	"""Return the names of the hosts whom the attendee may meet: the chosen one, or all."""
	return [choice.name for choice in page.meeting.host_choices if choice.id == page.query.host] or names(hosts)


def _has_choice(meeting: PublicMeetingType) -> bool:
	return len(meeting.duration_options) > 1


def _durations(page: BookingPage) -> list[dict]:
	"""Return the durations to choose from; empty unless there are several."""
	if not _has_choice(page.meeting):
		return []
	return [
		{
			"minutes": minutes,
			"label": lengths.duration(minutes, page.locale),
			"is_chosen": minutes == page.slots.duration,
			"url": page.query.url(duration=minutes),
		}
		for minutes in page.meeting.duration_options
	]


def _host_choices(page: BookingPage) -> list[dict]:
	"""Return "With anyone" and the hosts to choose from; empty if there is no choice."""
	choices = page.meeting.host_choices
	if len(choices) < 2 or page.moving:
		return []
	labels: dict[str | None, str] = {
		None: _("With anyone"),
		**{choice.id: _("With {0}").format(choice.name) for choice in choices},
	}
	return [
		{"label": label, "is_chosen": key == page.query.host, "url": replace(page.query, host=key).url()}
		for key, label in labels.items()
	]


def _zone(page: BookingPage) -> dict:
	query = page.query
	return {
		"name": page.zone,
		"city": dates.city(page.zone, page.locale),
		"now": dates.clock_time(page.now, page.style),
		"options": zone_options(page.locale, page.zone, page.page.timezone) if query.lists_zones else None,
		"list_url": f"{query.url(zones=1, **_place(query))}#zone",
		"action": query.path,
		"hidden": {
			"month": query.month and f"{query.month:%Y-%m}",
			"duration": query.duration,
			"clock": query.clock,
			"with": query.host,
			**query.carried,
		},
	}


def _clock(page: BookingPage) -> dict:
	query = page.query
	return {
		"twelve_hours": page.visitor.twelve_hours,
		"url_12": query.url(clock="12", **_place(query)),
		"url_24": query.url(clock="24", **_place(query)),
	}


def _place(query: Query) -> dict[str, str | None]:
	"""Return the arguments of links that lead to the day or month that is shown."""
	return {
		"date": query.day.isoformat() if query.day else None,
		"month": f"{query.month:%Y-%m}" if query.month else None,
	}


def _empty(page: BookingPage) -> dict:
	"""Return the text of an empty month, and the link to the next free day, or to the first one. `url` is None without any."""
	later, query = page.slots.later, page.query
	# Without a month or day in its address, the page opens at the first free day.
	first = query.url() if query.month or query.day else None
	return {
		"text": _("No free times in {0}").format(dates.sheet_title(*page.slots.sheet, page.locale)),
		"url": query.url(date=later.isoformat()) if later else first,
		"label": _("Go to {0}").format(dates.day_and_month(later, page.locale))
		if later
		else _("Back to the first free day"),
		"hint": None if later else _("Nothing is free after that either. Please check back soon."),
	}


def _times(page: BookingPage, day: date) -> dict:
	of_day = DayOfTimes(day, page.slots.slots_on(day), page.slots.partly_free_on(day), page.slots.taken_on(day))
	view = times_view(of_day, page.style, page.page.timezone, page.query)
	after = next((slots[0] for date, slots in page.slots.in_month.items() if date > day), None)
	if of_day.slots or not after:
		return view
	words = f"{dates.short_day(local_date(after.start, page.zone), page.locale)} · {dates.clock_time(after.start, page.style)}"
	url = page.query.url(date=local_date(after.start, page.zone).isoformat())
	return {**view, "next": {"label": _("Next free: {0}").format(words), "url": url}}


def _chosen(page: BookingPage, start: int) -> dict:
	zone, duration = page.zone, page.slots.duration
	slot = page.slots.find(start) or Slot(start, start + duration * 60)
	return {
		**when_view(slot.stretches, page.style),
		"note": host_date(start, zone, page.page.timezone, page.locale),
		"seats": seats(slot.seats_left),
		"value": iso(start, zone),
		"parts": " ".join(iso(since, zone) for since, _until in slot.parts),
		"zone": zone,
		"duration": duration,
		"is_lost": page.attempt.lost_race,
		"change_url": page.query.url(date=local_date(start, zone).isoformat()),
	}


def _alternatives(page: BookingPage) -> list[dict]:
	offered = sorted(page.attempt.suggestions, key=lambda slot: slot.stretches)
	return [
		{
			"value": " ".join(iso(start, page.zone) for start, _end in slot.stretches),
			"day": days_in_short(slot.stretches, page.zone, page.locale),
			"time": dates.clock_time(slot.start, page.style),
		}
		for slot in offered
	]


def _values(page: BookingPage) -> dict[str, Any]:
	"""Return the values of the form: those that were typed before, otherwise those in the link."""
	if page.attempt.values:
		return page.attempt.values
	carried = page.query.carried
	linked = {
		**{field: carried.get(name) for name, field in PREFILLED.items()},
		**link_answers(page.meeting.questions, carried),
	}
	before = _booked_before(page, page.again) if page.again else dict(page.link.prefilled) if page.link else {}
	return {**before, **{name: value for name, value in linked.items() if value}, "idempotency_key": new_key()}


def _booked_before(page: BookingPage, booking: AttendeeBooking) -> dict[str, Any]:
	"""Return the values with which an earlier meeting was booked."""
	return {
		"attendee_name": booking.attendee.name,
		"attendee_email": booking.attendee.email,
		"attendee_phone": booking.attendee.phone,
		"attendee_company": booking.attendee.company,
		"notes": as_typed(booking.notes or ""),
		"guests": ", ".join(booking.guests),
		**earlier_answers(
			page.meeting.questions, {each.question_id: as_typed(each.answer) for each in booking.answers}
		),
	}


def _gate() -> dict[str, str]:
	"""Return what the script needs if the server asks for a proof or a code."""
	return {
		"script": script_address("gate"),
		"solver": script_address("solver"),
		"label": code_field()["label"],
		"missing": code_field()["missing"],
		"again": _("Send a new code"),
	}


def _script_data(page: BookingPage, form: dict) -> dict:
	query, visitor = page.query, page.visitor
	has_conditions = any(field["condition"] for field in form["fields"])
	return {
		"slug": query.slug,
		"meetingType": query.meeting_type,
		"duration": page.slots.duration,
		"hostZone": page.page.timezone,
		"zone": page.zone,
		"zoneIsChosen": visitor.zone_is_chosen,
		"locale": visitor.language_tag,
		"firstWeekday": visitor.locale.first_week_day,
		"twelveHours": visitor.twelve_hours,
		"today": page.today.isoformat(),
		"month": f"{page.slots.month:%Y-%m}",
		"day": page.day and (query.day or query.start) and page.day.isoformat(),
		"start": page.start,
		"step": page.step,
		"slots": page.slots.for_script(),
		"holdMinutes": page.meeting.hold_minutes,
		"origin": query.origin,
		"host": query.host or "",
		"prefill": {key: text for key, text in query.carried.items() if key in page.meeting.hidden_keys},
		"csrfToken": csrf_token(),
		"strings": booking_strings(
			is_moving=bool(page.moving),
			is_request=page.meeting.requires_confirmation,
			has_conditions=has_conditions,
			has_taken=page.slots.offered.taken is not None,
		),
		"rescheduling": query.carried.get("reschedule", ""),
		"news": stay("?moved=1" if page.moving else "?booked=1"),
		"counts": page.counts,
		"zonePicker": script_address("zones"),
		"booked": script_address("booked"),
		**({"askedAfter": script_address("asked_after")} if has_conditions else {}),
		**({"gate": _gate()} if page.asks else {}),
		**({"series": script_address("series")} if page.series else {}),
		**waiting_data(page),
		"cities": home_cities(page.locale, page.zone, page.page.timezone),
		**({"fields": _link_fields(page.meeting)} if embedded() else {}),
	}


def _link_fields(meeting: PublicMeetingType) -> dict[str, str]:
	"""Return the form's fields by the names that links use for them. The value of a hidden question is empty."""
	return {**PREFILLED, **dict.fromkeys(meeting.hidden_keys, ""), **field_names(meeting.questions)}
