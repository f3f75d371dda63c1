"""The shapes of bookings, times, waitlists and errors in answers. Other shapes are in their resource's module."""

from datetime import date
from typing import Annotated, Any, Literal

from scheduler_integration.api.as_json import (
	Like,
	Part,
	Told,
	as_json,
	flat,
	group,
	if_any,
	instant,
	instant_z,
	made,
	maybe,
	object_of,
	shown,
	span,
	spans,
	written,
)
from scheduler_integration.availability.slots import FirstMonth, OfferedSlots
from scheduler_integration.bookings import HeldSlot
from scheduler_integration.catalogue.consultant_types import ConsultantType
from scheduler_integration.catalogue.public import (
	Condition,
	HostChoice,
	Listing,
	PublicHost,
	PublicMeetingType,
	PublicPage,
	PublicPlace,
	PublicQuestion,
)
from scheduler_integration.catalogue.repeats import Repeat
from scheduler_integration.engine import PartlyFree, SeriesDate, local_date
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
from scheduler_integration.meetings.calendar_links import CalendarLinks
from scheduler_integration.meetings.payment import Amounts, PaymentFacts
from scheduler_integration.meetings.series import DateOfSeries, Series
from scheduler_integration.meetings.summaries import Attendee, AttendeeBooking, BookingHost, HostBooking, Named
from scheduler_integration.parsing.answers import Answer
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import Bounds, CalendarEntry, Objection, SeriesDates, Slot
from scheduler_integration.waitlist.links import entry_url
from scheduler_integration.waitlist.listing import Line, Waitlist
from scheduler_integration.waitlist.shown import ShownEntry

# Pages and their meeting types, for visitors. They don't learn what a link can carry, so `hidden_keys` aren't shown.
for public in (PublicPage, PublicPlace, PublicHost, HostChoice, PublicQuestion, Condition):
	shown(public)
shown(
	PublicMeetingType,
	"slug title description color duration_minutes duration_options location_type location_label locations price currency",
	"requires_confirmation assignment seats number_of_days hold_minutes hosts host_choices questions is_paid_first deposit",
	made("", lambda it: {"has_waitlist": True} if it.has_waitlist else {}),
	if_any("repeat"),
)
shown(Repeat, "every_weeks=weeks at_least=least at_most=most")
shown(Listing, made("", lambda it: it.page, PublicPage), "meeting_types")

# A consultant's meeting types, and those in the settings of the consultant's scheduler
BRIEF = flat(
	"id=name name=title duration_minutes",
	maybe("description"),
	"scheduler_event_url recommended_phases=phases priority is_active sort_order",
)
shown(ConsultantType, "id=name consultant_id=consultant", BRIEF, instant_z("created_at"))

# Times
_START = flat(instant("start"), if_any("seats_left"), if_any(spans("parts")))
shown(Slot, instant("start end"), _START[1:])
shown(
	PartlyFree,
	written("=parts", lambda parts, zone: span(parts[0], zone)),
	made("number_of_days", lambda it: len(it.parts), int),
	made("days_free", lambda it: len(it.parts) - len(it.missing), int),
	written("missing", lambda parts, zone: [local_date(start, zone).isoformat() for start, _end in parts], [date]),
	spans("missing_parts=missing"),
)
shown(OfferedSlots, "timezone=zone duration_minutes=duration days", if_any("partial"), if_any("taken"), zone="zone")


def _starts(names: str) -> list[Part]:
	"""Slots by day, without their ends."""
	return written(
		names,
		lambda days, zone: (
			days and {day.isoformat(): [object_of(each, _START, zone) for each in slots] for day, slots in days.items()}
		),
		dict[str, list[Annotated[dict[str, Any], Like(_START, of=Slot)]]],
	)


WITHOUT_ENDS = flat(
	"timezone=zone duration_minutes=duration", _starts("days"), if_any("partial"), if_any(_starts("taken"))
)
shown(
	FirstMonth,
	made("month", lambda it: f"{it.month:%Y-%m}", str),
	"earliest",
	made("", lambda it: it.offered, OfferedSlots),
)
shown(HeldSlot, "hold=key", instant("expires_at"), zone="zone")
shown(CalendarEntry, "doctype name label url", instant("start end"))
shown(Objection, "code message conflicts")
shown(
	SeriesDate,
	instant("start=wanted"),
	"is_free",
	written("nearest", lambda starts, zone: [iso(start, zone) for start in starts], [str]),
)


def series_dates(plan: SeriesDates, zone: str) -> dict[str, Any]:
	"""Each date by the rule, whether it is free, and otherwise the nearest other times, in the caller's zone."""
	return {"timezone": zone, "every_weeks": plan.weeks, "dates": as_json(plan.dates, zone)}


# Bookings
_BOOKING = flat(
	"id status title",
	instant("start end"),
	"timezone",
	spans("parts"),
	"duration_minutes page meeting_type attendee guests notes location_type location_label location meeting_link meeting_id",
	"meeting_password video_status confirmation_message redirect_url cancel_reason can_cancel can_reschedule",
	"rescheduled_from is_over book_again_url payment",
)
for common in (Named, Attendee, BookingHost, CalendarLinks, Amounts):
	shown(common)
shown(
	PaymentFacts,
	"status price due paid refunded currency",
	instant("pay_until"),
	"url notice_hours late_percent",
	instant("full_refund_until"),
)
shown(
	AttendeeBooking,
	_BOOKING,
	"hosts cannot_cancel_reason cannot_reschedule_reason guests_wait reschedule_reason is_asked_to_reschedule",
	"reschedule_message",
	written(
		"earlier",
		lambda time, zone: span(time, zone) if time else None,
		Annotated[dict[str, str], Like(start=str, end=str)] | None,
	),
	"manage_url calendar",
	if_any("series"),
	zone="timezone",
)
shown(Series, "id every_weeks=weeks dates payment=amounts")
shown(DateOfSeries, "id status", instant("start end"), "manage_url payment=amounts")
shown(
	HostBooking,
	_BOOKING,
	"name=id starts_at=start ends_at=end hosts session seats host_link answers delivery_error actions",
	zone="timezone",
)
shown(Answer, "question answer")

# Waitlists. An entry is for its person, a whole list for its hosts, who read instants in the page's zone.
_BOOKED = flat("id status", instant("start end"), "manage_url")
_OFFERED = flat("id=name", instant("start end expires_at"))
_PERSON = group("attendee", "name=attendee_name email=attendee_email", maybe("phone=attendee_phone"))
_TOLD = flat(
	made("notify_by", lambda it: "text" if it.is_told_by_text else "email", Literal["text", "email"]),
	"most_offers=most_unanswered unanswered timezone=zone",
	made("", lambda it: it.bounds, Bounds),
)


shown(
	Bounds,
	"first_date=first last_date=last",
	written("weekdays", lambda days, _zone: sorted(days), [int]),
	# The end of the day is `24:00`.
	written(
		"from_time=from_minute to_time=to_minute", lambda minute, _zone: f"{minute // 60:02}:{minute % 60:02}", str
	),
)
shown(
	ShownEntry,
	"status=entry.status",
	maybe("ended_because=entry.ended_because"),
	made("url", lambda it: entry_url(it.entry), str),
	"page meeting_type",
	group("=entry", _PERSON, "duration_minutes=duration"),
	"before",
	group("=entry", _TOLD),
	group("offer=offer", _OFFERED),
	group("late_offer=late", _OFFERED),
	group("booking=booking", _BOOKED, zone="timezone"),
	group("taken=taken", _BOOKED, zone="timezone"),
	zone="entry.zone",
)
shown(
	Waitlist,
	group("meeting_type=found", written("id=meeting_type.name name=meeting_type.title page=page.title", as_json, str)),
	"has_waitlist=is_on",
	written("timezone=found.page.timezone", as_json, str),
	"offered=results.offered taken=results.taken entries=lines",
	zone="found.page.timezone",
)


shown(
	Line,
	group("=entry", "id=name", _PERSON, "duration_minutes=duration", _TOLD, instant("joined_at")),
	[
		Part(
			"booking",
			lambda line: line if line.entry.booking and line.moves_from is not None else None,
			lambda line, zone: line and {"id": line.entry.booking, "start": iso(line.moves_from, zone)},
			told=Told(kind=Annotated[dict[str, Any], Like(id=str, start=str)] | None),
		)
	],
	group("offer=offer", _OFFERED),
)

# Errors
_ERROR = flat(made("success", lambda it: False, bool), "error=message code details")
_OBSTACLES = flat(
	written("reasons=objections", lambda given, _zone: [{"code": it.code, "message": it.message} for it in given]),
	"can_force",
)
_TAKEN = flat(
	_ERROR,
	written("conflicts", lambda given, zone: [{**span(each, zone), "reason": "BUSY"} for each in given]),
	"suggestions",
)
shown(SchedulingError, _ERROR)
shown(SlotTaken, _TAKEN, zone="zone")
shown(TimeNotFree, _TAKEN, _OBSTACLES, zone="zone")
shown(
	TimesAreFree,
	_ERROR,
	written("suggestions=starts", lambda starts, zone: [{"start": iso(start, zone)} for start in starts]),
	zone="zone",
)
shown(DatesTaken, _ERROR, made("", lambda it: series_dates(it.plan, it.zone)))
shown(HostNotFree, _ERROR, "conflicts", _OBSTACLES, zone="zone")
shown(ClockDiffers, _ERROR, instant("start"), "utc_offset", zone="zone")
shown(ProofNeeded, _ERROR, "challenge")
shown(RateLimited, _ERROR, "retry_after")
