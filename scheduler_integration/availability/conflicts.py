"""Checks a time against a host's calendar, without the rules of a meeting type, and suggests other times."""

from dataclasses import dataclass, replace

import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.calendar_entries import calendar_entries
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.load import WIDEST_BUFFER, load_hosts
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS
from scheduler_integration.availability.schedules import NO_HOURS, HostSchedule, load_schedules
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.permissions import is_manager
from scheduler_integration.times import CalendarEntry, Slot

LONGEST = 31 * DAY
ALTERNATIVES = 5
# Suggested times begin at a quarter of an hour, or right after a busy time or booking (`fill_gaps`).
STEP_MINUTES = 15


@dataclass(frozen=True, slots=True)
class CalendarCheck:
	"""The entries in the calendar of the user `host` within `[start, end)`, epoch seconds; `zone` is the host's.

	`suggestions` are free times within the host's working hours, nearest first. Each is as long as the checked time,
	rounded up to whole minutes.
	"""

	host: str
	start: int
	end: int
	zone: str
	conflicts: tuple[CalendarEntry, ...]
	suggestions: tuple[Slot, ...]

	@property
	def has_conflict(self) -> bool:
		return bool(self.conflicts)


def find_conflicts(start: int, end: int, owner: str, booking: str | None, now: int) -> CalendarCheck:
	"""Check the calendar of the user `owner` within `[start, end)`, epoch seconds.

	`booking` is the name of a Booking to ignore, for example the one that is to be rescheduled. Only busy times,
	bookings and holds are conflicts; being outside the working hours is not.

	Raises NotPermitted if the calendar is somebody else's and the signed-in user isn't a manager. Raises InvalidRequest
	for an unknown user, and if the time is shorter than a minute or longer than 31 days.
	"""
	_check_owner(owner)
	span = _checked_span(start, end)
	schedule = load_schedules(None, [owner]).get(owner) or replace(NO_HOURS, zone=timezone_of(owner))
	calendar = _calendar(owner, schedule, span, booking, now)
	conflicts = engine.conflicts_with(span[0], _rules(span), calendar)
	return CalendarCheck(
		owner, *span, schedule.zone, calendar_entries(conflicts), tuple(_alternatives(span, calendar, now))
	)


def _check_owner(owner: str) -> None:
	if owner == frappe.session.user:
		return
	if not is_manager():
		raise NotPermitted
	if not frappe.db.exists("User", owner):
		raise InvalidRequest(details={"host": _("There is no such user.")})


def _checked_span(start: int, end: int) -> engine.Interval:
	if not 60 <= end - start <= LONGEST:
		raise InvalidRequest(
			details={"end": _("The end must come after the start, and within {0} days.").format(LONGEST // DAY)}
		)
	return start, end


def _rules(span: engine.Interval) -> engine.MeetingRules:
	# The engine counts in whole minutes, so the length is rounded up: 90 seconds are 2 minutes.
	return engine.MeetingRules(-(-(span[1] - span[0]) // 60), slot_interval=STEP_MINUTES, fill_gaps=True)


def _calendar(user: str, schedule: HostSchedule, span: engine.Interval, booking: str | None, now: int) -> engine.Host:
	margin = SUGGESTION_DAYS * DAY
	around = engine.relevant_span(_rules(span), schedule.zone, now, span[0] - margin, span[1] + margin, WIDEST_BUFFER)
	(host,) = load_hosts({user: schedule}, around, None, now, without={booking or ""})
	return host


def _alternatives(span: engine.Interval, host: engine.Host, now: int) -> list[Slot]:
	rules = _rules(span)
	free = engine.nearest_free(span[0], rules, host, now, ALTERNATIVES, within_days=SUGGESTION_DAYS)
	return [Slot(start, start + rules.seconds) for start in free]
