"""Turns the rooms' objects into the JSON of docs/reference/api.md. Instants become ISO 8601 with the offset of a zone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.conflicts import CalendarCheck
from scheduler_integration.availability.explain import Explanation, HostExplanation
from scheduler_integration.availability.slots import FirstMonth, OfferedSlots
from scheduler_integration.bookings import HeldSlot
from scheduler_integration.calendars.connections import ConnectionSummary
from scheduler_integration.calendars.mirror.calendar_changes import CalendarChange
from scheduler_integration.catalogue.places import location_label
from scheduler_integration.catalogue.public import Listing, PublicMeetingType
from scheduler_integration.catalogue.repeats import Repeat
from scheduler_integration.conferencing.connect import VideoAccount, VideoProvider
from scheduler_integration.engine import Interval, PartlyFree, local_date
from scheduler_integration.exceptions import (
	ClockDiffers,
	DatesTaken,
	HostNotFree,
	ProofNeeded,
	RateLimited,
	SchedulingError,
	SlotTaken,
	TimeNotFree,
	TimesAreFree,
)
from scheduler_integration.insights.providers import Period, ProviderPerformance
from scheduler_integration.meetings.series import Series
from scheduler_integration.meetings.summaries import AttendeeBooking, BookingSummary, HostBooking
from scheduler_integration.outbox.steer import TaskSummary
from scheduler_integration.payments.terms import due_now, is_charged
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import CalendarEntry, Objection, SeriesDates, Slot

JSON = dict[str, Any]
T = TypeVar("T")
# Fields of a meeting type that visitors don't get, or only with a value.
_SOMETIMES = ("hidden_keys", "joining", "repeat", "has_waitlist")


def listing(page: Listing) -> JSON:
	"""The data of `public.get_page`."""
	return {**asdict(page.page), "meeting_types": [_public_type(meeting_type) for meeting_type in page.meeting_types]}


def _public_type(meeting_type: PublicMeetingType) -> JSON:
	"""Return the meeting type without its hidden fields: visitors don't learn what a link can carry."""
	fields = {name: value for name, value in asdict(meeting_type).items() if name not in _SOMETIMES}
	waitlist = {"has_waitlist": True} if meeting_type.has_waitlist else {}
	repeat = {"repeat": _repeat(meeting_type.repeat)} if meeting_type.repeat else {}
	return {**fields, **waitlist, **repeat}


def _repeat(repeat: Repeat) -> JSON:
	return {"every_weeks": repeat.weeks, "at_least": repeat.least, "at_most": repeat.most}


def connection(summary: ConnectionSummary) -> JSON:
	"""A connection of `calendars.list`. Addresses, tokens and passwords are never part of it."""
	return {
		"name": summary.name,
		"user": summary.user,
		"provider": summary.provider,
		"account": summary.account,
		"status": summary.status,
		"is_active": summary.is_active,
		"is_trusted": summary.distrust is None,
		"distrust": summary.distrust.value if summary.distrust else None,
		"last_read": iso(summary.last_read, "UTC") if summary.last_read else None,
		"error": summary.error,
		"error_count": summary.error_count,
		"unwritten": summary.unwritten,
		"closes": summary.closes,
		**summary.switches,
		"calendars": [asdict(calendar) for calendar in summary.calendars],
	}


def calendar_change(change: CalendarChange) -> JSON:
	"""Return an item of `calendars.changes`: an event that a host or an attendee changed in the calendar."""
	event = "deleted" if change.is_deleted else "moved" if change.starts_at is not None else "declined"
	return {
		"user": change.user,
		"account": change.account,
		"event": event,
		"starts_at": iso(change.starts_at, "UTC") if change.starts_at is not None else None,
		"ends_at": iso(change.ends_at, "UTC") if change.ends_at is not None else None,
		"declined_by": change.declined_by,
	}


def offered_slots(offered: OfferedSlots, *, ends: bool = True) -> JSON:
	"""The data of `public.get_slots`, with the slots' `end` unless `ends` is False."""
	zone = offered.zone
	answer = {
		"timezone": zone,
		"duration_minutes": offered.duration,
		"days": _by_day(offered.days, lambda each: slot(each, zone, ends=ends)),
	}
	if offered.partial is not None:
		answer["partial"] = _by_day(offered.partial, lambda each: _partly_free(each, zone))
	if offered.taken is not None:
		answer["taken"] = _by_day(offered.taken, lambda each: slot(each, zone, ends=ends))
	return answer


def first_month(month: FirstMonth) -> JSON:
	"""The data of `public.next_slots`."""
	return {
		"month": f"{month.month:%Y-%m}",
		"earliest": month.earliest.isoformat() if month.earliest else None,
		**offered_slots(month.offered),
	}


def slot(offered: Slot, zone: str, *, ends: bool = True) -> JSON:
	"""A slot, with `seats_left` if seats are counted, and with `parts` for a multi-day meeting."""
	answer: JSON = _span((offered.start, offered.end), zone) if ends else {"start": iso(offered.start, zone)}
	if offered.seats_left is not None:
		answer["seats_left"] = offered.seats_left
	if offered.parts:
		answer["parts"] = _spans(offered.parts, zone)
	return answer


def series_dates(plan: SeriesDates, zone: str) -> JSON:
	"""Each date by the rule, whether it is free, and otherwise the nearest other times."""
	return {
		"timezone": zone,
		"every_weeks": plan.weeks,
		"dates": [
			{
				"start": iso(each.wanted, zone),
				"is_free": each.is_free,
				"nearest": [iso(start, zone) for start in each.nearest],
			}
			for each in plan.dates
		],
	}


def series_offer(plan: SeriesDates, zone: str, meeting_type: Document) -> JSON:
	"""The data of `public.get_series`: the dates, and what is paid for each of them and each seat."""
	payment = {
		"price": meeting_type.price,
		"due": float(due_now(meeting_type, 1)),
		"currency": meeting_type.currency,
	}
	return {**series_dates(plan, zone), "payment": payment if is_charged(meeting_type) else None}


def held_slot(held: HeldSlot, challenge: JSON | None) -> JSON:
	"""The data of `public.hold_slot`, with the challenge if the booking will need a proof."""
	answer = {"hold": held.key, "expires_at": iso(held.expires_at, held.zone)}
	return {**answer, "challenge": challenge} if challenge else answer


def attendee_booking(booking: AttendeeBooking) -> JSON:
	"""A booking as its attendee may see it: the data of `public.book`."""
	return {
		**_shared(booking),
		"hosts": [asdict(host) for host in booking.hosts],
		"cannot_cancel_reason": booking.cannot_cancel_reason,
		"cannot_reschedule_reason": booking.cannot_reschedule_reason,
		"guests_wait": booking.guests_wait,
		"reschedule_reason": booking.reschedule_reason,
		"is_asked_to_reschedule": booking.is_asked_to_reschedule,
		"reschedule_message": booking.reschedule_message,
		"earlier": _span(booking.earlier, booking.timezone) if booking.earlier else None,
		"manage_url": booking.manage_url,
		"calendar": asdict(booking.calendar),
		**({"series": _series(booking.series, booking.timezone)} if booking.series else {}),
	}


def _series(series: Series, zone: str) -> JSON:
	return {
		"id": series.id,
		"every_weeks": series.weeks,
		"dates": [
			{
				"id": each.id,
				"status": each.status,
				**_span((each.start, each.end), zone),
				"manage_url": each.manage_url,
				"payment": asdict(each.amounts) if each.amounts else None,
			}
			for each in series.dates
		],
		"payment": asdict(series.amounts) if series.amounts else None,
	}


def host_booking(booking: HostBooking) -> JSON:
	"""A booking as its hosts may see it: the data of `bookings.get`."""
	return {
		**_shared(booking),
		"name": booking.id,
		"starts_at": booking.start,
		"ends_at": booking.end,
		"hosts": [asdict(host) for host in booking.hosts],
		"session": booking.session,
		"seats": booking.seats,
		"host_link": booking.host_link,
		"answers": [{"question": answer.question, "answer": answer.answer} for answer in booking.answers],
		"delivery_error": booking.delivery_error,
		"actions": list(booking.actions),
	}


def outbox_task(task: TaskSummary) -> JSON:
	"""A task as in the data of `outbox.list`. Its instants are in UTC."""
	return {
		"name": task.name,
		"kind": task.kind,
		"purpose": task.purpose,
		"target": task.target,
		"status": task.status,
		"due_at": iso(task.due_at, "UTC"),
		"done_at": iso(task.done_at, "UTC") if task.done_at else None,
		"attempts": task.attempts,
		"is_late": task.is_late,
		# Jobs store their reasons in English.
		"error": _(task.error) if task.error else None,
		"automation": task.automation,
	}


def video_accounts(connected: Iterable[VideoAccount], providers: Iterable[VideoProvider]) -> JSON:
	"""The data of `video.list`."""
	return {"accounts": [asdict(each) for each in connected], "providers": [asdict(provider) for provider in providers]}


def video_providers(asked: Period, providers: Iterable[ProviderPerformance]) -> JSON:
	"""The data of `analytics.video_providers`."""
	return {
		"start_date": asked.first.isoformat(),
		"end_date": asked.last.isoformat(),
		"providers": [
			{"provider": each.provider, "label": location_label(each.provider) or each.provider, **asdict(each)}
			for each in providers
		],
	}


def explanation(explained: Explanation) -> JSON:
	"""The data of `availability.explain`."""
	zone = explained.zone
	return {
		"bookable": explained.is_bookable,
		"start": iso(explained.start, zone),
		"timezone": zone,
		"meeting_type": {"name": explained.meeting_type, "title": explained.title, "slug": explained.slug},
		"reasons": [_objection(objection, zone) for objection in explained.objections],
		"hosts": [_host_explanation(host) for host in explained.hosts],
		"suggestions": [_span((suggestion.start, suggestion.end), zone) for suggestion in explained.suggestions],
	}


def calendar_check(check: CalendarCheck) -> JSON:
	"""The data of `bookings.check_conflicts`."""
	return {
		"has_conflict": check.has_conflict,
		"host": check.host,
		**_span((check.start, check.end), check.zone),
		"conflicts": [_entry(conflict, check.zone) for conflict in check.conflicts],
		"suggestions": [slot(suggestion, check.zone) for suggestion in check.suggestions],
	}


def error(refused: SchedulingError) -> JSON:
	"""The JSON of an error."""
	return {
		"success": False,
		"error": refused.message,
		"code": refused.code,
		"details": refused.details,
		**_particulars(refused),
	}


def _particulars(refused: SchedulingError) -> JSON:
	if isinstance(refused, SlotTaken):
		return {
			"conflicts": [{**_span(conflict, refused.zone), "reason": "BUSY"} for conflict in refused.conflicts],
			"suggestions": [slot(suggestion, refused.zone) for suggestion in refused.suggestions],
			**(_obstacles(refused) if isinstance(refused, TimeNotFree) else {}),
		}
	if isinstance(refused, TimesAreFree):
		return {"suggestions": [{"start": iso(start, refused.zone)} for start in refused.starts]}
	if isinstance(refused, DatesTaken):
		return series_dates(refused.plan, refused.zone)
	if isinstance(refused, HostNotFree):
		return {
			"conflicts": [_entry(conflict, refused.zone) for conflict in refused.conflicts],
			**_obstacles(refused),
		}
	if isinstance(refused, ClockDiffers):
		return {"start": iso(refused.start, refused.zone), "utc_offset": refused.utc_offset}
	if isinstance(refused, ProofNeeded):
		return {"challenge": refused.challenge}
	return {"retry_after": refused.retry_after} if isinstance(refused, RateLimited) else {}


def _obstacles(refused: HostNotFree | TimeNotFree) -> JSON:
	return {
		"reasons": [{"code": objection.code, "message": objection.message} for objection in refused.objections],
		"can_force": refused.can_force,
	}


def _shared(booking: BookingSummary) -> JSON:
	return {
		"id": booking.id,
		"status": booking.status,
		"title": booking.title,
		**_span((booking.start, booking.end), booking.timezone),
		"timezone": booking.timezone,
		"parts": _spans(booking.parts, booking.timezone),
		"duration_minutes": booking.duration_minutes,
		"page": asdict(booking.page),
		"meeting_type": asdict(booking.meeting_type),
		"attendee": asdict(booking.attendee),
		"guests": list(booking.guests),
		"notes": booking.notes,
		"location_type": booking.location_type,
		"location_label": booking.location_label,
		"location": booking.location,
		"meeting_link": booking.meeting_link,
		"meeting_id": booking.meeting_id,
		"meeting_password": booking.meeting_password,
		"video_status": booking.video_status,
		"confirmation_message": booking.confirmation_message,
		"redirect_url": booking.redirect_url,
		"cancel_reason": booking.cancel_reason,
		"can_cancel": booking.can_cancel,
		"can_reschedule": booking.can_reschedule,
		"rescheduled_from": booking.rescheduled_from,
		"is_over": booking.is_over,
		"book_again_url": booking.book_again_url,
		"payment": _payment(booking) if booking.payment else None,
	}


def _payment(booking: BookingSummary) -> JSON:
	payment = booking.payment
	assert payment
	instants = {
		field: iso(value, booking.timezone) if (value := getattr(payment, field)) else None
		for field in ("pay_until", "full_refund_until")
	}
	return {**asdict(payment), **instants}


def _partly_free(partly: PartlyFree, zone: str) -> JSON:
	return {
		**_span(partly.parts[0], zone),
		"number_of_days": len(partly.parts),
		"days_free": len(partly.parts) - len(partly.missing),
		"missing": [local_date(start, zone).isoformat() for start, _end in partly.missing],
		"missing_parts": _spans(partly.missing, zone),
	}


def _host_explanation(host: HostExplanation) -> JSON:
	return {
		"name": host.name,
		"user": host.user,
		"bookable": host.is_bookable,
		"reasons": [_objection(objection, host.zone) for objection in host.objections],
	}


def _objection(objection: Objection, zone: str) -> JSON:
	conflicts = [_entry(conflict, zone) for conflict in objection.conflicts]
	return {"code": objection.code, "message": objection.message, "conflicts": conflicts}


def _entry(entry: CalendarEntry, zone: str) -> JSON:
	return {
		"doctype": entry.doctype,
		"name": entry.name,
		"label": entry.label,
		"url": entry.url,
		**_span((entry.start, entry.end), zone),
	}


def _by_day(days: Mapping[date, Iterable[T]], view: Callable[[T], JSON]) -> dict[str, list[JSON]]:
	return {day.isoformat(): [view(each) for each in group] for day, group in days.items()}


def _spans(spans: Iterable[Interval], zone: str) -> list[JSON]:
	return [_span(span, zone) for span in spans]


def _span(span: Interval, zone: str) -> JSON:
	return {"start": iso(span[0], zone), "end": iso(span[1], zone)}
