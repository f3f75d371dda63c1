"""Calendar entries: the records behind a host's busy times and bookings, shown only to the host and managers.

`find_conflicts` checks a time against a host's calendar, without the rules of a meeting type, and suggests other times.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.busy_times import Distrust, of_calendar
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.load import WIDEST_BUFFER, load_hosts
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS
from scheduler_integration.availability.schedules import NO_HOURS, load_schedules
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.site_address import desk_url
from scheduler_integration.platform.sql import field_by_name
from scheduler_integration.times import CalendarEntry, Slot

_TITLES = {"Booking": "subject", "Blocked Time": "reason", "Calendar Connection": "account_name"}


def calendar_entries(items: Iterable[engine.Busy | engine.Booked]) -> tuple[CalendarEntry, ...]:
	"""Return an entry for each item, with its record's title and address. Makes at most one query per DocType."""
	items = list(items)
	names = defaultdict[str | None, list[str]](list)
	for item in items:
		names[_doctype(item)].append(_name(item))
	titles = {doctype: field_by_name(doctype, names[doctype], field) for doctype, field in _TITLES.items()}
	return tuple(_entry(item, titles) for item in items)


def _entry(item: engine.Busy | engine.Booked, titles: dict[str, dict[str, str]]) -> CalendarEntry:
	doctype = _doctype(item)
	if not doctype:
		return CalendarEntry(None, None, _("Somebody is booking this right now"), None, item.start, item.end)
	name = _name(item)
	label = titles[doctype].get(name) or _(doctype)
	if doctype == "Calendar Connection":
		# The label of a calendar's busy time. The event's own title isn't known here.
		sentences = {
			None: _("Busy in the calendar {0}"),
			Distrust.UNREAD: _("The calendar {0} hasn't been read yet"),
			Distrust.REVOKED: _("The calendar {0} must be connected again"),
			Distrust.GONE: _("A calendar of {0} no longer exists"),
			Distrust.STALE: _("The calendar {0} couldn't be read for too long"),
			Distrust.TOO_FAR: _("The calendar {0} hasn't been read that far ahead"),
		}
		busy = of_calendar(item.label)
		label = sentences[busy[1] if busy else None].format(label)
	return CalendarEntry(doctype, name or None, label, desk_url(doctype, name), item.start, item.end)


def _doctype(item: engine.Busy | engine.Booked) -> str | None:
	if isinstance(item, engine.Booked):
		return None if item.is_hold else "Booking"
	return "Calendar Connection" if of_calendar(item.label) else "Blocked Time"


def _name(item: engine.Busy | engine.Booked) -> str:
	busy = None if isinstance(item, engine.Booked) else of_calendar(item.label)
	return busy[0] if busy else item.label


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
	schedule = load_schedules(None, [owner])[owner]
	if schedule is NO_HOURS:
		schedule = replace(NO_HOURS, zone=timezone_of(owner))
	# The engine counts in whole minutes, so the length is rounded up: 90 seconds are 2 minutes.
	rules = engine.MeetingRules(-(-(end - start) // 60), slot_interval=STEP_MINUTES, fill_gaps=True)
	margin = SUGGESTION_DAYS * DAY
	around = engine.relevant_span(rules, schedule.zone, now, start - margin, end + margin, WIDEST_BUFFER)
	[calendar] = load_hosts({owner: schedule}, around, None, now, without={booking or ""})
	conflicts = calendar_entries(engine.conflicts_with(start, rules, calendar))
	free = engine.nearest_free(start, rules, calendar, now, ALTERNATIVES, within_days=SUGGESTION_DAYS)
	alternatives = tuple(Slot(each, each + rules.seconds) for each in free)
	return CalendarCheck(owner, start, end, schedule.zone, conflicts, alternatives)
