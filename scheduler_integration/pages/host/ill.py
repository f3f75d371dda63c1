"""`/scheduling/ill` and `/scheduling/leaving`: meetings of a host, each with what is best for it, and what the last pass did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from frappe import _

from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.engine import local_date
from scheduler_integration.entry.clear_day import KEEP, UNDO_SECONDS, is_told_at_once
from scheduler_integration.meetings.handing_over import Proposal
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host import words
from scheduler_integration.pages.host.house import LEAVING, House
from scheduler_integration.pages.host.meeting_row import meeting_row
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.platform.clock import iso

PATH = "/scheduling/ill"


@dataclass(frozen=True)
class IllPage:
	"""The data of the page. `sessions` are the open meetings, each with all bookings that share it. `is_closed`: the host is away that day.

	`day` is None for somebody who leaves: then the meetings are all that come, or with `has_more` the first of them.
	`last` are the facts of the pass that was just made, with its `key` while it can be undone. `typed` is the form as it was sent. `now` is in epoch seconds.
	"""

	house: House
	user: str | None
	is_own: bool
	name: str
	colleagues: Sequence[TypeHost]
	zone: str
	day: date | None
	now: int
	sessions: Sequence[Sequence[HostBooking]]
	has_more: bool
	is_closed: bool
	proposals: Mapping[str, Proposal]
	last: Mapping[str, Any] | None
	key: str
	typed: Mapping[str, str]
	message: dict | None

	@property
	def style(self) -> dates.TimeStyle:
		return self.house.visitor.style(self.zone)


def ill_view(shown: IllPage) -> dict:
	"""Return the view of the page."""
	return {
		**shown.house.frame(_title(shown)),
		"subtitle": "" if shown.is_own else shown.name,
		"path": PATH if shown.day else LEAVING,
		"user": "" if shown.is_own else shown.user,
		"whose": [
			{"user": each.user, "name": each.name, "is_shown": each.user == shown.user} for each in shown.colleagues
		],
		"day": shown.day.isoformat() if shown.day else "",
		"has_more": shown.has_more,
		"is_closed": shown.is_closed,
		"rows": [_row(sharing, shown) for sharing in shown.sessions],
		"reason": shown.typed.get("reason", ""),
		"last": _last(shown.last, shown) if shown.last else None,
		"message": shown.message,
		"minutes": UNDO_SECONDS // 60,
		"status": 200,
	}


def _title(shown: IllPage) -> str:
	if not shown.day:
		return _("Somebody leaves")
	if shown.day == local_date(shown.now, shown.zone):
		return _("I can't come today")
	return _("I can't come on {0}").format(dates.short_day(shown.day, shown.style.locale))


def _row(sharing: Sequence[HostBooking], shown: IllPage) -> dict:
	first, row = sharing[0], meeting_row(sharing, shown.style)
	is_near = first.start > shown.now and is_told_at_once(first.start, shown.now)
	return {
		**{name: row[name] for name in ("name", "url", "time", "until", "machine", "who", "who_and_when", "about")},
		"day": "" if shown.day else dates.short_day(local_date(first.start, shown.zone), shown.style.locale),
		"choices": _choices(sharing, shown),
		"at_once": _("Begins soon: the e-mail leaves at once.") if is_near else "",
	}


def _choices(sharing: Sequence[HostBooking], shown: IllPage) -> list[dict]:
	"""Return what can be done, the best first: a colleague, another time, asking, cancelling, or nothing."""
	booking = sharing[0]
	proposal = shown.proposals.get(booking.id)
	found: list[tuple[str, str]] = []
	if proposal:
		found += [(f"hand_over:{each.user}", _("{0} takes it").format(each.name)) for each in proposal.colleagues]
		if "reschedule" in booking.actions:
			found += [_move(start, booking, shown.style) for start in proposal.starts]
		# Of a session, only one attendee would be asked.
		if "ask_to_reschedule" in booking.actions and proposal.may_choose and len(sharing) == 1:
			found.append(("ask", _("Ask {0} to choose another time").format(booking.attendee.name)))
	if "decline" in booking.actions:
		found.append(("cancel", _("Decline it")))
	elif "cancel" in booking.actions:
		found.append(("cancel", _("Cancel it")))
	found.append((KEEP, _("Keep it")))
	chosen = shown.typed.get(f"do:{booking.id}") or found[0][0]
	return [{"value": value, "label": label, "is_chosen": value == chosen} for value, label in found]


def _move(start: int, booking: HostBooking, style: dates.TimeStyle) -> tuple[str, str]:
	label = _("Move to {0}").format(moment_in_short(start, style))
	theirs = words.their_time(replace(booking, start=start, end=start + booking.end - booking.start), style)
	return f"move:{iso(start, style.zone)}", f"{label} ({theirs})" if theirs else label


def _last(last: Mapping[str, Any], shown: IllPage) -> dict:
	"""Return what the last pass did and what it couldn't do. `until` is when its e-mails leave, empty if none waits."""
	ends = [each["until"] for each in last["commands"]]
	waits = any(each["waits"] for each in last["done"]) and max(ends) > shown.now
	return {
		"done": [f"{_named(each, shown)} · {_done(each, shown)}" for each in last["done"]],
		"refused": [_("{0}: {1}").format(_named(each, shown), each["message"]) for each in last["refused"]],
		"is_closed": bool(last["hours"]),
		"key": shown.key,
		"until": dates.clock_time(max(ends), shown.style) if waits else "",
	}


def _named(each: Mapping[str, Any], shown: IllPage) -> str:
	return f"{each['who']}, {moment_in_short(each['start'], shown.style)}" if each["who"] else _("The day")


def _done(each: Mapping[str, Any], shown: IllPage) -> str:
	kind = each["choice"].partition(":")[0]
	if kind == "hand_over":
		told = _("handed over to {0}").format(each["host"])
	elif kind == "move":
		told = _("moved to {0}").format(moment_in_short(each["moved_to"], shown.style))
	elif kind == "ask":
		told = _("asked to choose another time")
	else:
		told = _("cancelled")
	return told if each["waits"] else f"{told} · {_('told at once')}"
