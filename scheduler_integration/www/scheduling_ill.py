"""`/scheduling/ill`: a host can't come on a day, and hands over, moves or cancels its meetings in one pass.

`/scheduling/leaving` is the same for all coming meetings of a host who leaves or is disabled. It is for managers only.

`?day=` is another day than today, `?user=` another host's (managers only). `?pass=` is the key of the pass that was made: its
messages wait until they are sent by *Send now*, or by themselves after ten minutes, and *Undo* takes it back.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability import hours
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.hosts import TypeHost, enabled_hosts_of_all
from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.entry.clear_day import UNDO_SECONDS, Pass, clear_day, is_closed, tell_all_now, undo_pass
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import NotPermitted, SchedulingError
from scheduler_integration.meetings.handing_over import Proposal, proposals
from scheduler_integration.meetings.hosted import left_hosts
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.lookup import MAX_ROWS, list_for_host
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host.acting import refused_message
from scheduler_integration.pages.host.house import LEAVING, MEETINGS, leaving_url, open_house
from scheduler_integration.pages.host.ill import PATH, IllPage, ill_view
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.query import read_day
from scheduler_integration.pages.kit.respond import argument, redirection, respond_to_host, submitted
from scheduler_integration.pages.kit.saving import keep_for_undo, kept_facts, take_back
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.booking_filter import BookingFilter
from scheduler_integration.parsing.fields import parse_reason
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

Sessions = list[list[HostBooking]]


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: leaving_url(argument("user")) if _is_leaving() else PATH)


def _is_leaving() -> bool:
	return frappe.request.path.rstrip("/") == LEAVING


def _view() -> dict:
	left = [host for host, _count in left_hosts(now())] if is_manager() else []
	user = _user(left)
	zone = timezone_of(user)
	today = local_date(now(), zone)
	day = None if _is_leaving() else max(read_day(argument("day")) or today, today)
	error = _act(user, day) if submitted() else None
	begin, end = (local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)) if day else (now(), None)
	rows = list_for_host(user, now(), only=_open_between(begin, end), limit=MAX_ROWS)
	found = _by_session(rows)
	key = argument("pass")
	last = kept_facts(key) if key else None
	view = ill_view(
		IllPage(
			house=open_house(frappe.session.user, current_visitor(), now(), MEETINGS),
			user=user,
			is_own=user == frappe.session.user,
			name=get_fullname(user),
			colleagues=[*enabled_hosts_of_all(), *left] if is_manager() else (),
			zone=zone,
			day=day,
			now=now(),
			sessions=found,
			has_more=len(rows) == MAX_ROWS,
			is_closed=is_closed(user, day) if day else False,
			proposals=_proposals(user, found, end),
			last=last,
			key=key,
			typed={name: echo(argument(name)) for name in frappe.request.form} if error else {},
			message=refused_message(error, (), current_visitor().style(zone)) if error else _said(),
		)
	)
	return view | {"status": error.http_status_code if error else 200}


def _user(left: Sequence[TypeHost]) -> str:
	"""Return whose meetings are shown. Of those who leave, by default the first one who is disabled."""
	if not _is_leaving():
		return hours.host_named(argument("user"))
	if not is_manager():
		raise NotPermitted
	return hours.host_named(argument("user") or (left[0].user if left else ""))


def _act(user: str, day: date | None) -> SchedulingError | None:
	"""Carry out the form and redirect. Returns the error if it is refused as a whole."""
	kept = {"day": str(day or ""), "user": "" if day and user == frappe.session.user else user}
	try:
		with refusals():
			done = _carry_out(user, day)
	except SchedulingError as error:
		return error
	query = urlencode({name: value for name, value in {**kept, **done}.items() if value})
	raise redirection(f"{PATH if day else LEAVING}?{query}")


def _carry_out(user: str, day: date | None) -> dict[str, str]:
	"""Return the arguments of the page that says what was done."""
	if key := argument("undo"):
		undo_pass(take_back(key))
		return {"done": "undone"}
	if argument("action") == "send":
		tell_all_now(take_back(argument("pass")))
		return {"done": "sent"}
	choices = {name: argument(f"do:{name}") for name in frappe.request.form.getlist("meeting")}
	wanted = Pass(user, day, choices, parse_reason(argument("reason")), bool(argument("closes_day")))
	facts = clear_day(wanted)
	for each in facts["done"]:
		kind, _colon, colleague = each["choice"].partition(":")
		each["host"] = get_fullname(colleague) if kind == "hand_over" else ""
	return {"pass": keep_for_undo(facts, UNDO_SECONDS)}


def _open_between(begin: int, end: int | None) -> BookingFilter:
	return BookingFilter(statuses=frozenset(OPEN), since=max(begin, now()), until=end)


def _by_session(rows: Sequence[HostBooking]) -> Sessions:
	groups: dict[str, list[HostBooking]] = {}
	for each in rows:
		groups.setdefault(each.session or each.id, []).append(each)
	return list(groups.values())


def _proposals(user: str, found: Sessions, end: int | None) -> dict[str, Proposal]:
	documents = load_bookings([sharing[0].id for sharing in found])
	return {each.booking: each for each in proposals(user, documents, end, now())}


def _said() -> dict | None:
	told = {"undone": _("Undone. Nobody was told."), "sent": _("The e-mails are on their way.")}.get(argument("done"))
	return {"text": told, "is_error": False} if told else None
