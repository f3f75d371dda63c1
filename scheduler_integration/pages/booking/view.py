"""The view of a booking page: the meeting, the month, the times of a day, and the form."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from frappe import _

from scheduler_integration.catalogue.public import PublicMeetingType, PublicPage
from scheduler_integration.engine import local_date
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.booking.form import form_view, moving_form_view
from scheduler_integration.pages.booking.month import month_view
from scheduler_integration.pages.booking.page import BookingPage
from scheduler_integration.pages.booking.times import DayOfTimes, host_date, times_view
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.facts import facts
from scheduler_integration.pages.kit.fields import new_key
from scheduler_integration.pages.kit.people import faces, names, own_image
from scheduler_integration.pages.kit.script_json import script_json
from scheduler_integration.pages.kit.spans import days_in_short, when_view
from scheduler_integration.pages.kit.strings import booking_strings
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import Slot


def booking_view(shown: BookingPage) -> dict:
	"""Return the view of a meeting type's page."""
	error, slots, query = shown.attempt.error, shown.slots, shown.query
	return {
		"document": _document(shown),
		"step": shown.step,
		"page": _page(shown.page),
		"meeting": _meeting(shown),
		"durations": _durations(shown),
		"zone": _zone(shown),
		"clock": _clock(shown),
		"month": month_view(
			slots.month,
			shown.day,
			shown.today,
			slots.in_month,
			query,
			shown.locale,
			slots.partial_days,
			_later_days(shown),
		),
		"month_url": query.url(month=f"{slots.month:%Y-%m}"),
		"empty": None if slots.in_month else _empty(shown),
		"gone": bool(query.start and not shown.start),
		"times": shown.day and _times(shown, shown.day),
		"chosen": shown.start and _chosen(shown, shown.start),
		"alternatives": _alternatives(shown),
		"holds": bool(shown.meeting.hold_minutes),
		"problem": error.message if error and not shown.attempt.lost_race else None,
		"moving": shown.moving and _moving(shown, shown.moving),
		"form": _form(shown),
		"action": query.url(start=shown.start and iso(shown.start, shown.zone)),
		"csrf_token": csrf_token(),
		"data": script_json(_script_data(shown)),
		"status": error.http_status_code if error else 200,
	}


def _later_days(shown: BookingPage) -> set[date]:
	"""Return the later days of the multi-day meeting that begins on the chosen day, at the chosen or its first time."""
	of_day = shown.slots.slots_on(shown.day) if shown.day else []
	slot = shown.slots.find(shown.start) or next(iter(of_day), None)
	return {local_date(since, shown.zone) for since, _until in slot.parts[1:]} if slot else set()


def _document(shown: BookingPage) -> dict:
	page, meeting, error = shown.page, shown.meeting, shown.attempt.error
	# Screen readers read the title first. After a refused form it begins with the error.
	news = [error.message] if error else []
	if shown.moving:
		news.append(_("Choose another time"))
	return document(
		shown.visitor,
		title=" · ".join([*news, meeting.title, page.title]),
		description=meeting.description or page.description or _("Choose a time that suits you."),
		brand=page.brand,
		styles=("booking", "calendar", "form"),
		script="booking",
		indexed=not shown.moving,
		secret_address=bool(shown.moving),
		framed=True,
		path=shown.query.path,
	)


def _moving(shown: BookingPage, booking: AttendeeBooking) -> dict:
	"""Return the present time of the meeting that is moved, and the way back without moving it."""
	return {
		**when_view(booking.stretches, shown.style),
		"url": urlsplit(booking.manage_url).path,
		"email": booking.attendee.email,
		"is_asked": booking.is_asked_to_reschedule,
		"message": booking.reschedule_message if booking.is_asked_to_reschedule else None,
		"is_released": booking.status == "Rescheduled",
	}


def _form(shown: BookingPage) -> dict:
	errors = shown.attempt.error.details if shown.attempt.error else {}
	if not shown.moving:
		return form_view(shown.meeting, _values(shown), errors)
	return moving_form_view(
		shown.moving.reschedule_reason, _values(shown), errors, is_request=shown.meeting.requires_confirmation
	)


def _page(page: PublicPage) -> dict:
	return {"title": page.title, "url": f"/schedule/{page.slug}", "logo": own_image(page.logo)}


def _meeting(shown: BookingPage) -> dict:
	meeting = shown.meeting
	hosts = meeting.hosts or shown.page.hosts
	return {
		"title": meeting.title,
		"description": meeting.description,
		"is_long": _is_long(meeting.description or ""),
		"faces": faces(hosts),
		"with": _with(meeting, names(hosts), shown.locale) or shown.page.title,
		"facts": facts(meeting, shown.locale, with_duration=not _has_choice(meeting)),
		"requires_confirmation": meeting.requires_confirmation,
	}


def _is_long(text: str) -> bool:
	"""Whether a text would push the days off a phone's screen: with some 45 letters in a line, after eight lines."""
	return sum(len(line) // 45 + 1 for line in text.splitlines()) > 8


def _with(meeting: PublicMeetingType, hosts: list[str], locale: dates.Locale) -> str:
	"""Return the words for the hosts whom the attendee meets: all in a collective meeting, one in a round robin."""
	if meeting.assignment == "Round Robin" and len(hosts) > 1:
		return _("One of {0}").format(dates.listed(hosts, locale, style="or"))
	return dates.listed(hosts, locale)


def _has_choice(meeting: PublicMeetingType) -> bool:
	return len(meeting.duration_options) > 1


def _durations(shown: BookingPage) -> list[dict]:
	"""Return the durations to choose from; empty unless there are several."""
	if not _has_choice(shown.meeting):
		return []
	return [
		{
			"minutes": minutes,
			"label": lengths.duration(minutes, shown.locale),
			"is_chosen": minutes == shown.slots.duration,
			"url": shown.query.url(duration=minutes),
		}
		for minutes in shown.meeting.duration_options
	]


def _zone(shown: BookingPage) -> dict:
	query = shown.query
	return {
		"name": shown.zone,
		"city": dates.city(shown.zone, shown.locale),
		"now": dates.clock_time(shown.now, shown.style),
		"options": zone_options(shown.locale, shown.zone, shown.page.timezone),
		"action": query.path,
		"hidden": {
			"month": query.month and f"{query.month:%Y-%m}",
			"duration": query.duration,
			"clock": query.clock,
			**query.carried,
		},
	}


def _clock(shown: BookingPage) -> dict:
	query = shown.query
	place = {"date": query.day and query.day.isoformat(), "month": query.month and f"{query.month:%Y-%m}"}
	return {
		"twelve_hours": shown.visitor.twelve_hours,
		"url_12": query.url(clock="12", **place),
		"url_24": query.url(clock="24", **place),
	}


def _empty(shown: BookingPage) -> dict:
	"""Return the text of an empty month, and the link to the next free day."""
	later = shown.slots.later
	return {
		"text": _("No free times in {0}").format(dates.month_title(shown.slots.month, shown.locale)),
		"url": shown.query.url(date=later.isoformat()) if later else shown.query.url(),
		"label": _("Go to {0}").format(dates.day_and_month(later, shown.locale))
		if later
		else _("Back to the first free day"),
		"hint": None if later else _("There are no free times later either. Please check back soon."),
	}


def _times(shown: BookingPage, day: date) -> dict:
	of_day = DayOfTimes(day, shown.slots.slots_on(day), shown.slots.partly_free_on(day))
	return times_view(of_day, shown.style, shown.page.timezone, shown.query)


def _chosen(shown: BookingPage, start: int) -> dict:
	zone, duration = shown.zone, shown.slots.duration
	slot = shown.slots.find(start) or Slot(start, start + duration * 60)
	return {
		**when_view(slot.stretches, shown.style),
		"note": host_date(start, zone, shown.page.timezone, shown.locale),
		"value": iso(start, zone),
		"parts": " ".join(iso(since, zone) for since, _until in slot.parts),
		"zone": zone,
		"duration": duration,
		"is_lost": shown.attempt.lost_race,
		"change_url": shown.query.url(date=local_date(start, zone).isoformat()),
	}


def _alternatives(shown: BookingPage) -> list[dict]:
	offered = sorted(shown.attempt.suggestions, key=lambda slot: slot.stretches)
	return [
		{
			"value": " ".join(iso(start, shown.zone) for start, _end in slot.stretches),
			"day": days_in_short(slot.stretches, shown.zone, shown.locale),
			"time": dates.clock_time(slot.start, shown.style),
		}
		for slot in offered
	]


def _values(shown: BookingPage) -> dict[str, Any]:
	"""Return the values of the form: those that were typed before, otherwise those in the link."""
	if shown.attempt.error:
		return shown.attempt.values
	return {
		"attendee_name": shown.query.carried.get("name"),
		"attendee_email": shown.query.carried.get("email"),
		"idempotency_key": new_key(),
	}


def _script_data(shown: BookingPage) -> dict:
	query, visitor = shown.query, shown.visitor
	return {
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
		"holdMinutes": shown.meeting.hold_minutes,
		"origin": query.origin,
		"carried": query.carried,
		"csrfToken": csrf_token(),
		"strings": booking_strings(is_moving=bool(shown.moving)),
		"rescheduling": query.carried.get("reschedule", ""),
	}
