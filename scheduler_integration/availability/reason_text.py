"""Sentences that tell a host why a start can't be booked."""

from dataclasses import replace
from datetime import date, datetime, time

from babel.dates import format_skeleton, format_time, get_timezone_location
from frappe import _

from scheduler_integration import engine
from scheduler_integration.platform.language import current_locale

HOUR = 60
DAY = 24 * HOUR


def reason_text(
	refusal: engine.Refusal, member: engine.Member, start: int, now: int, *, names_days_off: bool = True
) -> str:
	"""Return a sentence for the refusal, in the reader's language, with times in the member's zone.

	`start` and `now` are epoch seconds. With `names_days_off` False the sentence leaves out why the member is off, for
	example because of sick leave.
	"""
	if not names_days_off:
		hours = member.host.hours
		unnamed = replace(hours, overrides=tuple(replace(override, label="") for override in hours.overrides))
		member = replace(member, host=replace(member.host, hours=unnamed))
	return _TEXTS[refusal.reason](refusal, member, start, now)


def _notice(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	return _("It is closer than the minimum notice of {0}.").format(_span(member.rules.minimum_notice))


def _before_window(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	first = engine.booking_window(member.rules, member.host, now)[0]
	return _("It is before the first day that can be booked, {0}.").format(_day(first, member))


def _beyond_window(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	last = engine.booking_window(member.rules, member.host, now)[1] - 1
	return _("Bookings are open until {0}.").format(_day(last, member))


def _outside_hours(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	hours, zone = member.host.hours, member.host.hours.zone
	if not hours.weekly and not hours.overrides:
		return _("There are no working hours at all.")
	today = engine.local_date(start, zone)
	if labels := list(
		dict.fromkeys(each.label for each in hours.overrides if each.first <= today <= each.last and each.label)
	):
		return _("The usual hours don't apply on this date: {0}.").format(", ".join(labels))
	day = engine.local_midnight(today, zone), engine.local_midnight(date.fromordinal(today.toordinal() + 1), zone)
	windows = engine.working_intervals(hours, *day)
	if not windows:
		return _("There are no working hours on that day.")
	spans = ", ".join(f"{_clock(since, member)}–{_clock(until, member)}" for since, until in windows)
	return _("Outside the working hours of that day: {0} ({1}).").format(
		spans, get_timezone_location(zone, return_city=True, locale=current_locale())
	)


def _off_grid(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	return _("Meetings start every {0}, counted from the start of the working hours. This time is in between.").format(
		_span(member.rules.step // 60)
	)


def _buffer(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	return _(
		"It is too close to another meeting or event: {0} before and {1} after a meeting are kept free, or more if the other meeting needs it."
	).format(_span(member.rules.buffer_before), _span(member.rules.buffer_after))


def _no_seats(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	return _("All {0} seats are taken.").format(member.rules.seats)


def _limit(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	# A refusal by a limit always has that limit.
	assert refusal.limit is not None
	limit = refusal.limit
	most = _span(limit.most) if limit.in_minutes else str(limit.most)
	sentence = {
		("day", False): _("The daily limit of meetings ({0}) has been reached."),
		("week", False): _("The weekly limit of meetings ({0}) has been reached."),
		("month", False): _("The monthly limit of meetings ({0}) has been reached."),
		("day", True): _("The daily limit of meeting time ({0}) leaves too little room."),
		("week", True): _("The weekly limit of meeting time ({0}) leaves too little room."),
		("month", True): _("The monthly limit of meeting time ({0}) leaves too little room."),
	}[limit.period, limit.in_minutes]
	whose = _("It counts all the host's meetings.") if limit.of_host else _("It counts meetings of this type.")
	# The limit of a stand-in's own type counts the meetings of both types.
	return sentence.format(most) if limit.kinds else f"{sentence.format(most)} {whose}"


def _later_day(refusal: engine.Refusal, member: engine.Member, start: int, now: int) -> str:
	# A refusal of a later day always says which one.
	assert refusal.instant is not None
	day = refusal.instant
	sentence = _("The meeting can't continue on {0}: that time isn't free.").format(_day(day, member))
	return " ".join([sentence, *(reason_text(each, member, day, now) for each in refusal.because)])


def _span(minutes: int) -> str:
	"""Return the minutes in the largest unit without a remainder: 2880 is "2 days", 240 "4 hours", 90 "90 minutes"."""
	if minutes and minutes % DAY == 0:
		return _("{0} days").format(minutes // DAY) if minutes > DAY else _("1 day")
	if minutes and minutes % HOUR == 0:
		return _("{0} hours").format(minutes // HOUR) if minutes > HOUR else _("1 hour")
	return _("{0} minutes").format(minutes)


def _day(instant: int, member: engine.Member) -> str:
	day = engine.local_date(instant, member.host.hours.zone)
	return format_skeleton("yMMMEd", datetime.combine(day, time()), locale=current_locale())


def _clock(instant: int, member: engine.Member) -> str:
	wall: datetime = engine.wall_clock(instant, member.host.hours.zone)
	return format_time(wall, "short", tzinfo=wall.tzinfo, locale=current_locale())


_TEXTS = {
	engine.Reason.IN_THE_PAST: lambda *_args: _("This time is in the past."),
	engine.Reason.MINIMUM_NOTICE: _notice,
	engine.Reason.BEFORE_WINDOW: _before_window,
	engine.Reason.BEYOND_WINDOW: _beyond_window,
	engine.Reason.OUTSIDE_HOURS: _outside_hours,
	engine.Reason.OFF_GRID: _off_grid,
	engine.Reason.BUSY: lambda *_args: _("Something else is in the calendar at that time."),
	engine.Reason.BUFFER: _buffer,
	engine.Reason.NO_SEATS: _no_seats,
	engine.Reason.DAILY_LIMIT: _limit,
	engine.Reason.WEEKLY_LIMIT: _limit,
	engine.Reason.MONTHLY_LIMIT: _limit,
	engine.Reason.LATER_DAY: _later_day,
	engine.Reason.TOO_FEW_DAYS: lambda *_args: _("Too few working days follow for all days of this meeting."),
	engine.Reason.NOT_THE_FIRST: lambda *_args: _(
		"Only the first free time of each day is offered, and an earlier one is free."
	),
	engine.Reason.NOT_STANDING_IN: lambda *_args: _("A colleague stands in only while the host is away."),
}
