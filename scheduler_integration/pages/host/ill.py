"""`/scheduling/ill`: a host can't come on a day, and hands over, moves or cancels its meetings in one pass.

`/scheduling/leaving` is the same for all coming meetings of a host who leaves or is disabled. It is for managers only.

`?day=` is another day than today, `?user=` another host's (managers only). `?pass=` is the key of the pass that was made: its
messages wait until they are sent by *Send now*, or by themselves after ten minutes, and *Undo* takes it back. The page finds the
last one of its host and day by itself, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability import hours
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.hosts import TypeHost, enabled_hosts_of_all
from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.entry.clear_day import (
	KEEP,
	UNDO_SECONDS,
	Pass,
	clear_day,
	is_told_at_once,
	tell_all_now,
	undo_pass,
)
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.meetings.handing_over import Proposal, proposals
from scheduler_integration.meetings.hosted import left_hosts
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.lookup import MAX_ROWS, list_for_host
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host import words
from scheduler_integration.pages.host.acting import meetings_bar, refused_message
from scheduler_integration.pages.host.host_page import HostPage, Reader
from scheduler_integration.pages.host.house import LEAVING, MEETINGS, leaving_url
from scheduler_integration.pages.host.meeting_row import by_session, meeting_row
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import read_day
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Saved, keep_for_undo, kept_facts, take_back
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.parsing.booking_filter import BookingFilter
from scheduler_integration.parsing.fields import parse_reason
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.platform.language import for_later

PATH = "/scheduling/ill"


def _is_leaving() -> bool:
	return frappe.request.path.rstrip("/") == LEAVING


PAGE = HostPage(
	PATH,
	here=MEETINGS,
	chooses=("day", "user"),
	address=lambda: leaving_url(argument("user")) if _is_leaving() else PATH,
	in_page=True,
	bars=meetings_bar,
	also={"sent": for_later("The e-mails are on their way."), "undone": for_later("Undone. Nobody was told.")},
)


def _whose() -> tuple[str, date | None, list[TypeHost]]:
	"""Return whose meetings are shown, on which day, and who left. For leaving, the first who left is the default."""
	left = [host for host, _count in left_hosts(now())] if is_manager() else []
	if _is_leaving() and not is_manager():
		raise NotPermitted
	default = left[0].user if _is_leaving() and left else ""
	user = hours.host_named(argument("user") or default)
	today = local_date(now(), timezone_of(user))
	return user, None if _is_leaving() else max(read_day(argument("day")) or today, today), left


def _done(done: str, **kept: str) -> Saved:
	user, day, _left = _whose()
	is_own = day and user == frappe.session.user
	return Saved(done, kept={"day": str(day or ""), "user": "" if is_own else user, **kept})


@PAGE.action("send")
def _send() -> Saved:
	tell_all_now(take_back(argument("pass")))
	return _done("sent")


@PAGE.action("")
def _clear() -> Saved:
	if key := argument("undo"):
		undo_pass(take_back(key))
		return _done("undone")
	user, day, _left = _whose()
	choices = {name: argument(f"do:{name}") for name in frappe.request.form.getlist("meeting")}
	facts = clear_day(Pass(user, day, choices, parse_reason(argument("reason")), bool(argument("closes_day"))))
	for each in facts["done"]:
		kind, _colon, colleague = each["choice"].partition(":")
		each["host"] = get_fullname(colleague) if kind == "hand_over" else ""
	key = keep_for_undo(facts, UNDO_SECONDS)
	frappe.cache.set_value(_last_key(user, day), key, expires_in_sec=UNDO_SECONDS)
	return _done("", **{"pass": key})


def _last_key(user: str, day: date | None) -> str:
	"""Return the name under which the cache has the key of the last pass: its tab may be closed before it ends."""
	return f"scheduling_pass:{frappe.session.user}:{user}:{day}"


@PAGE.view
def _view(reader: Reader) -> View:
	user, day, left = _whose()
	zone, is_own = timezone_of(user), user == reader.user
	style, error, key = reader.visitor.style(zone), reader.error, argument("pass")
	key = key or frappe.cache.get_value(_last_key(user, day), expires=True) or ""
	begin, end = (local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)) if day else (0, None)
	only = BookingFilter(statuses=frozenset(OPEN), since=max(begin, reader.now), until=end)
	rows = list_for_host(user, reader.now, only=only, limit=MAX_ROWS)
	sessions, last = by_session(rows), kept_facts(key) if key else None
	documents = load_bookings([sharing[0].id for sharing in sessions])
	proposed = {each.booking: each for each in proposals(user, documents, end, reader.now)}
	typed = reader.typed(frappe.request.form)
	title = _("I can't come today") if day else _("Somebody leaves")
	if day and day != local_date(reader.now, zone):
		title = _("I can't come on {0}").format(reader.short_day(day))
	return {
		"title": title,
		"subtitle": "" if is_own else get_fullname(user),
		"user": "" if is_own else user,
		"shown": user,
		"colleagues": [*enabled_hosts_of_all(), *left] if is_manager() else (),
		"day": day,
		"has_more": len(rows) == MAX_ROWS,
		"is_closed": hours.is_closed(user, day) if day else False,
		"rows": [
			{
				**meeting_row(sharing, style),
				"choices": _choices(sharing, proposed.get(sharing[0].id), style),
				"chosen": typed.get(f"do:{sharing[0].id}"),
				"is_near": sharing[0].start > reader.now and is_told_at_once(sharing[0].start, reader.now),
			}
			for sharing in sessions
		],
		"reason": typed.get("reason", ""),
		"key": key,
		"last": last and _last(last, reader.now, style),
		"minutes": UNDO_SECONDS // 60,
		**({"message": refused_message(error, (), style)} if error else {}),
	}


def _choices(sharing: Sequence[HostBooking], proposal: Proposal | None, style: dates.TimeStyle) -> dict[str, str]:
	"""Return what can be done, the best first: a colleague, another time, asking, cancelling, or nothing."""
	booking = sharing[0]
	found: dict[str, str] = {}
	if proposal:
		found |= {f"hand_over:{each.user}": _("{0} takes it").format(each.name) for each in proposal.colleagues}
		for start in proposal.starts if "reschedule" in booking.actions else ():
			label = _("Move to {0}").format(moment_in_short(start, style))
			theirs = words.their_time(replace(booking, start=start, end=start + booking.end - booking.start), style)
			found[f"move:{iso(start, style.zone)}"] = f"{label} ({theirs})" if theirs else label
		# In a session, only one attendee would be asked.
		if "ask_to_reschedule" in booking.actions and proposal.may_choose and len(sharing) == 1:
			found["ask"] = _("Ask {0} to choose another time").format(booking.attendee.name)
	if "decline" in booking.actions:
		found["cancel"] = _("Decline it")
	elif "cancel" in booking.actions:
		found["cancel"] = _("Cancel it")
	return found | {KEEP: _("Keep it")}


def _last(last: Mapping[str, Any], now: int, style: dates.TimeStyle) -> dict[str, Any]:
	"""Return what the last pass did and what it couldn't do. `until` is when its e-mails leave, empty if none waits."""
	ends = [each["until"] for each in last["commands"]]
	waits = any(each["waits"] for each in last["done"]) and max(ends) > now

	def named(each: Mapping[str, Any]) -> str:
		return f"{each['who']}, {moment_in_short(each['start'], style)}" if each["who"] else _("The day")

	def told(each: Mapping[str, Any]) -> str:
		kind, done = each["choice"].partition(":")[0], _("cancelled")
		if kind == "hand_over":
			done = _("handed over to {0}").format(each["host"])
		elif kind == "move":
			done = _("moved to {0}").format(moment_in_short(each["moved_to"], style))
		elif kind == "ask":
			done = _("asked to choose another time")
		return done if each["waits"] else f"{done} · {_('told at once')}"

	return {
		"done": [f"{named(each)} · {told(each)}" for each in last["done"]],
		"refused": [_("{0}: {1}").format(named(each), each["message"]) for each in last["refused"]],
		"is_closed": bool(last["hours"]),
		"until": dates.clock_time(max(ends), style) if waits else "",
	}
