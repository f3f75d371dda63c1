"""Checks a time against a host's calendar, without the rules of a meeting type, and suggests other times."""

from dataclasses import dataclass, replace

import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.calendar_entries import calendar_entries
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.load import WIDEST_BUFFER, load_hosts
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS
from scheduler_integration.availability.schedules import NO_HOURS, load_schedules
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
	if owner != frappe.session.user:
		if not is_manager():
			raise NotPermitted
		if not frappe.db.exists("User", owner):
			raise InvalidRequest(details={"host": _("There is no such user.")})
	if not 60 <= end - start <= LONGEST:
		raise InvalidRequest(
			details={"end": _("The end must come after the start, and within {0} days.").format(LONGEST // DAY)}
		)
	schedule = load_schedules(None, [owner]).get(owner) or replace(NO_HOURS, zone=timezone_of(owner))
	# The engine counts in whole minutes, so the length is rounded up: 90 seconds are 2 minutes.
	rules = engine.MeetingRules(-(-(end - start) // 60), slot_interval=STEP_MINUTES, fill_gaps=True)
	margin = SUGGESTION_DAYS * DAY
	around = engine.relevant_span(rules, schedule.zone, now, start - margin, end + margin, WIDEST_BUFFER)
	[calendar] = load_hosts({owner: schedule}, around, None, now, without={booking or ""})
	conflicts = calendar_entries(engine.conflicts_with(start, rules, calendar))
	free = engine.nearest_free(start, rules, calendar, now, ALTERNATIVES, within_days=SUGGESTION_DAYS)
	alternatives = tuple(Slot(each, each + rules.seconds) for each in free)
	return CalendarCheck(owner, start, end, schedule.zone, conflicts, alternatives)
