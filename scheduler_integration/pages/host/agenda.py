"""`/scheduling`: hosts see requests and their meetings, answer, mark who came, and copy their links, without the desk.

`?when=past` lists the meetings that are over, latest first, `?q=` those with a name or address. With `?whose=all`, managers
see everybody's. `?after=` continues the list after a meeting. `?status=`, `from`, `to`, `type` and `hosted_by` filter it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.availability.defaults import has_changed_hours, timezone_of
from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.bookings import UNDO_SECONDS
from scheduler_integration.calendars.connections import connections_of
from scheduler_integration.calendars.mirror.calendar_changes import changes_of
from scheduler_integration.calendars.notices import change_sentence
from scheduler_integration.catalogue.consultant_settings import settings_of
from scheduler_integration.catalogue.hosts import enabled_hosts_of_all
from scheduler_integration.catalogue.pictures import own_face
from scheduler_integration.catalogue.public import Listing, listings_of
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.domains.links import page_url
from scheduler_integration.engagement.analytics import Counts, analytics
from scheduler_integration.engine import Interval, local_date, local_midnight
from scheduler_integration.entry.bulk import BULK_ACTIONS
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.agenda import agenda, figures
from scheduler_integration.meetings.hosted import has_hosted, left_hosts
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.notifications.preferences import hide_setup, preferences_of
from scheduler_integration.pages.host import words
from scheduler_integration.pages.host.acting import DONE, meetings_bar, refused_message, run_command
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody
from scheduler_integration.pages.host.house import CALENDARS, MEETINGS, with_arguments
from scheduler_integration.pages.host.meeting_row import Sessions, by_session, meeting_row, time_left
from scheduler_integration.pages.host.report_insights import DAYS
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit.months import week_begins
from scheduler_integration.pages.kit.respond import View, argument, redirection, to_start
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.booking_filter import BookingFilter, parse_booking_filter
from scheduler_integration.permissions import has_app_permission, is_manager
from scheduler_integration.platform.clock import site_zone_name
from scheduler_integration.platform.language import for_later

_MEETINGS = 50
_FILTERS = ("status", "from", "to", "type", "hosted_by", "q")
# A list of past meetings begins this far back if no date is given.
_BACK = timedelta(days=30)
# A shorter time between two meetings isn't called free, in seconds.
_SHORTEST_GAP = 5 * 60
# With more hosts than this, a list is easier than a row of buttons.
_MOST_CHIPS = 12
_STATUSES = {
	"cancelled": "cancelled,declined,rescheduled",
	"all": "pending,scheduled,completed,no_show,cancelled,declined,rescheduled",
}
_ALSO_PAST = ("completed", "no_show", "cancelled", "all")


def _filters() -> dict[str, str]:
	"""Return the filters in the address, as they were typed. Without any, the meetings to come are shown."""
	return {name: argument(name).strip()[:140] for name in _FILTERS}


def _kept(**arguments: str) -> dict[str, str]:
	"""Return the arguments that make this list: the filters, the past or what is to come, whose.

	It isn't known before the sign-in if the user is a manager.
	"""
	may_see_all = frappe.session.user == "Guest" or is_manager()
	asked = {
		**arguments,
		**_filters(),
		"when": "past" if argument("when") == "past" else "",
		"whose": argument("whose") if argument("whose") in ("all", "mine") and may_see_all else "",
	}
	return {name: value for name, value in asked.items() if value}


PAGE = HostPage(
	MEETINGS,
	allowed=anybody,
	address=lambda: with_arguments(MEETINGS, _kept(after=argument("after"))),
	also=DONE,
	seconds=UNDO_SECONDS,
	way_out=to_start,
	bars=meetings_bar,
)


@PAGE.action("sign_out")
def _sign_out() -> None:
	frappe.local.login_manager.logout()
	raise redirection("/login")


@PAGE.action("hide_setup", done=for_later("The list is gone."))
def _hide_setup() -> None:
	hide_setup(frappe.session.user)


@PAGE.action("")
def _run() -> Saved:
	style = current_visitor().style(timezone_of(frappe.session.user))
	return replace(run_command(style, MEETINGS), kept=_kept(after=argument("after")))


@PAGE.view
def _view(reader: Reader) -> View:
	asked, after, zone = _filters(), argument("after"), reader.zone
	# A search looks at all meetings.
	is_past = argument("when") == "past" and not asked["q"]
	listings = sorted(listings_of(reader.user), key=lambda each: each.page.page_type != "Personal")
	# A manager who hosts nothing comes for the meetings of others.
	sees_all = is_manager() and (argument("whose") or ("" if listings else "all")) == "all"
	only, wrong = _wanted(asked, sees_all, reader)
	found = agenda(None if sees_all else reader.user, reader.now, _MEETINGS, after, only, is_past=is_past)
	everything, error = [*found.requests, *found.bookings], reader.error or wrong
	is_plain = not (is_past or after or any(asked.values()))
	# The insights of all hosts count by the site's clock, which may be another one.
	is_elsewhere = sees_all and zone != site_zone_name()
	clock = _("times in {0}, your own time zone") if is_elsewhere else _("times in {0}")
	return {
		"title": _("Meetings"),
		"error": error,
		"message": refused_message(error, everything, reader.style),
		"calendar_notes": [
			(each.title, change_sentence(each, zone, reader.locale)) for each in changes_of(reader.user, reader.now)
		],
		"subtitle": f"{reader.full_date(reader.today)} · {clock.format(reader.city())}",
		"views": _views(sees_all, is_past, has_filter=any(asked.values())),
		"sees_all": sees_all,
		"is_plain": is_plain,
		"after": after,
		"requests": _requests(found.requests, reader, sees_all),
		# Other parts of the list.
		"first": with_arguments(MEETINGS, _kept()) if after else None,
		"later": with_arguments(MEETINGS, _kept(after=found.last)) if found.last else None,
		"all_requests": with_arguments(MEETINGS, _kept() | {"status": "pending"}) if found.has_more_requests else None,
		**({} if sees_all else _own(listings, reader, is_plain=is_plain, is_first=not (is_past or after))),
		**_meetings(by_session(found.bookings), found.requests, reader, is_plain, sees_all),
		"bulk": _bulk(everything),
		"listings": listings,
		"page_url": page_url,
		"filters": asked,
		"is_filtered": any(asked.values()),
		"is_more_filtered": any((asked | {"q": ""}).values()),
		"pages": types_by_page(readable_meeting_types()),
		**_hosts(asked, reader, sees_all),
		"is_twelve_hours": reader.style.twelve_hours,
		"is_manager": is_manager(),
		"kept": _kept(after=after),
	}


def _own(listings: Sequence[Listing], reader: Reader, *, is_plain: bool, is_first: bool) -> View:
	"""Return what only the reader's own list has beside the meetings."""
	return {
		"setup": _left_to_set_up(reader.user, listings, reader.now) if is_plain else [],
		"figures": figures(reader.user, reader.now, _this_week(reader)) if listings else None,
		"results": _results(reader) if is_first else None,
	}


def _wanted(asked: dict[str, str], sees_all: bool, reader: Reader) -> tuple[BookingFilter, SchedulingError | None]:
	"""Return the filter of the list, and the error to show. A filter that can't be read filters nothing.

	States of the past begin a month ago unless a date is given.
	"""
	status, since = asked["status"], asked["from"]
	if status and not since and not asked["to"]:
		since = (reader.today - _BACK if status in _ALSO_PAST else reader.today).isoformat()
	values: dict[str, object] = {
		"status": _STATUSES.get(status, status),
		"start_date": since,
		"end_date": asked["to"],
		"meeting_type": asked["type"],
		"host": asked["hosted_by"] if sees_all else "",
		"text": asked["q"],
	}
	try:
		return parse_booking_filter(values, reader.zone), None
	except InvalidRequest as refused:
		return BookingFilter(), InvalidRequest(" ".join(refused.details.values()))


def _bulk(bookings: Sequence[HostBooking]) -> list[str]:
	"""Return the commands that can be sent for several of the meetings; none if there is only one meeting."""
	possible = {action for booking in bookings for action in booking.actions} if len(bookings) > 1 else set()
	return [action for action in BULK_ACTIONS if action in possible]


def _results(reader: Reader) -> Counts | None:
	"""Return the results of the user's reports in the last DAYS, if they have a scheduler for reports."""
	if not settings_of(reader.user):
		return None
	last = local_date(reader.now, rule_zone(reader.user))
	return analytics(reader.user, last - timedelta(days=DAYS - 1), last).total


def _views(sees_all: bool, is_past: bool, *, has_filter: bool) -> list[tuple[str, str, bool]]:
	"""Return title and address of other lists, and which one this is: those to come, the past, for managers everybody's."""
	when, whose = "past" if is_past else "", "all" if sees_all else ""
	lists = [
		(_("Upcoming"), {"whose": whose}, not is_past and not has_filter),
		(_("Past"), {"when": "past", "whose": whose}, is_past),
		(_("Mine"), {"when": when, "whose": "mine"}, not sees_all),
		(_("Everybody's"), {"when": when, "whose": "all"}, sees_all),
	]
	return [
		(title, with_arguments(MEETINGS, asked), is_current)
		for title, asked, is_current in (lists if is_manager() else lists[:2])
	]


def _hosts(asked: dict[str, str], reader: Reader, sees_all: bool) -> dict[str, Any]:
	"""Return by whom managers filter: everybody who is booked, and those who were disabled with meetings to come.

	Few of them are also `chips`: a link for each host's meetings, after one for everybody's. The other filters stay.
	"""
	hosts = [*enabled_hosts_of_all(), *(host for host, _count in left_hosts(reader.now))] if sees_all else []
	others = {"whose": "all", **asked}
	others.pop("hosted_by")
	named = [("", _("Everybody")), *((host.user, host.name) for host in hosts)]
	return {
		"hosts": hosts,
		"chips": [
			(name, with_arguments(MEETINGS, others | {"hosted_by": user}), user == asked["hosted_by"])
			for user, name in named
			if 1 < len(hosts) <= _MOST_CHIPS
		],
	}


def _requests(requests: Sequence[HostBooking], reader: Reader, sees_all: bool) -> list[tuple[str, list[dict]]]:
	"""Return the requests that need the reader's answer as "mine", and for a manager "others"."""
	groups: dict[str, list[dict]] = {"mine": [], "others": []}
	for sharing in by_session(requests):
		is_mine = not sees_all or any(host.user == reader.user for host in sharing[0].hosts)
		groups["mine" if is_mine else "others"].append(meeting_row(sharing, reader.style))
	return [(of_whom, rows) for of_whom, rows in groups.items() if rows]


def _this_week(reader: Reader) -> Interval:
	first = week_begins(reader.today, reader.locale.first_week_day)
	return local_midnight(first, reader.zone), local_midnight(first + timedelta(days=7), reader.zone)


def _left_to_set_up(user: str, listings: Sequence[Listing], now: int) -> list[tuple[str, str, bool]]:
	"""Return the steps until people can book the user, as (text, address, whether it is done); none if all are done or hidden."""
	chosen = preferences_of(user)
	if not has_app_permission() or chosen.hides_setup:
		return []
	own = [listing for listing in listings if listing.page.page_type == "Personal"]
	says_where = bool(listings) and all(each.location_type for listing in own for each in listing.meeting_types)
	is_booked, (_name, photo) = has_hosted(user), own_face()
	steps = [
		(_("Create your page"), "/scheduling/page", bool(listings)),
		(_("Say how you meet"), "/scheduling/types", says_where),
		(_("Check your weekly hours"), "/scheduling/hours", is_booked or has_changed_hours(user)),
		(_("Connect your calendar, so that nobody books over it"), CALENDARS, bool(connections_of(user, now))),
		(_("Show your face"), "/scheduling/page?view=look#pictures-title", bool(photo)),
		(_("Book a test meeting"), "/scheduling/types", is_booked or chosen.has_tested),
		(_("Send somebody your link"), "/scheduling/page", is_booked),
	]
	return [] if all(is_done for _text, _url, is_done in steps) else steps


def _timeline(rows: Sequence[dict], requests: Sequence[HostBooking], reader: Reader) -> list[dict]:
	"""Return today's meetings with the line for now, and the time that is free before each of them.

	A meeting of several days has its part of today. Requests, which are shown above, aren't free time either.
	"""
	end_of_day = local_midnight(reader.today + timedelta(days=1), reader.zone)

	def part(booking: HostBooking) -> Interval:
		coming = [each for each in booking.stretches if each[0] < end_of_day and each[1] > reader.now]
		return coming[0] if coming else (reader.now, reader.now)

	taken = sorted(part(each) for each in requests)
	found, free_from, is_ahead, line = list[dict](), reader.now, True, {"now": reader.clock(reader.now)}
	for row in sorted(rows, key=lambda row: part(row["booking"])):
		start, end = part(row["booking"])
		if start > reader.now and is_ahead:
			found.append(line)
			is_ahead = False
		until = min([start, *(each[0] for each in taken if each[1] > free_from)])
		if until - free_from >= _SHORTEST_GAP:
			found.append({"free_until": reader.clock(until)})
		found.append({"meeting": row})
		free_from = max(free_from, end, *(each[1] for each in taken if each[0] <= end))
	return found + ([line] if is_ahead else [])


def _meetings(
	sessions: Sessions, requests: Sequence[HostBooking], reader: Reader, is_plain: bool, sees_all: bool
) -> dict[str, Any]:
	"""Return the meetings by day. Today comes first in the plain list, even without meetings.

	The meeting that takes place now, or is the next one of today or of the next hours, `is_next`. A day that begins another week has
	the first day of that `week`.
	"""
	today, style = reader.today, reader.style
	by_day: dict[date, list[dict]] = {today: []} if is_plain else {}
	for index, sharing in enumerate(sessions):
		row, first = meeting_row(sharing, style), sharing[0]
		day = local_date(first.start, style.zone)
		if is_plain:
			row["left"] = None if index else time_left(first, reader.now, style)
			if not index and not sees_all and (day <= today or row["left"]):
				row |= {"is_next": True, "write_url": words.write_to(sharing)}
			# A multi-day meeting that has begun is one of today's.
			day = max(day, today)
		by_day.setdefault(day, []).append(row)
	if is_plain and not sees_all:
		by_day[today] = _timeline(by_day[today], requests, reader)
	weeks = [week_begins(day, reader.locale.first_week_day) for day in by_day]
	return {
		"has_today": any(local_date(sharing[0].start, style.zone) <= today for sharing in sessions),
		"days": [
			{"day": day, "week": week if former not in (None, week) else None, "meetings": rows}
			for (day, rows), week, former in zip(by_day.items(), weeks, [None, *weeks], strict=False)
		],
		"next_week": week_begins(today, reader.locale.first_week_day) + timedelta(days=7),
	}
