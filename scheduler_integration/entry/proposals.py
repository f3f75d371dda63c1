"""Proposals of assistants: changes in a host's name that tell somebody. The host confirms them on a page, or lets them be.

A proposal is rehearsed when it is made. So what can't be done is refused at once, and the host sees what would change. It is
kept for a day in the site's cache: nothing about a person remains of what nobody confirmed.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.availability import hours
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.hours_change import taken_back
from scheduler_integration.entry.commands import act_undoably, parse_command
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import Busy, ChangedMeanwhile, InvalidRequest, NotFound, NotPermitted, RateLimited
from scheduler_integration.meetings.lookup import get_for_host
from scheduler_integration.notifications.devices import has_devices
from scheduler_integration.parsing.booking_request import BookingPayload, missing_field, parse_collections, parse_key
from scheduler_integration.parsing.fields import parse_field, parse_instants, parse_name
from scheduler_integration.parsing.hours import parse_block, parse_override
from scheduler_integration.platform import acting, clock
from scheduler_integration.platform.language import for_later
from scheduler_integration.platform.queue import queue_job
from scheduler_integration.platform.rehearsal import rehearsal
from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.platform.site_address import site_url
from scheduler_integration.trust.counters import HOUR, claim, count, give_back

KEPT_SECONDS = 24 * 3600
# Of one host. Each shows itself on the host's devices.
MOST_AN_HOUR = 30
# No request takes longer. If one ends without a word, the proposal can be confirmed again after this time.
_CONFIRMING_SECONDS = 120
WAITING, DONE, DISMISSED = "waiting", "done", "dismissed"
PATH = "/scheduling/proposal"
TELL = "scheduler_integration.jobs.tell_of_proposal"
TITLES = {
	"book_for": for_later("Book a meeting"),
	"move": for_later("Move a meeting"),
	"cancel": for_later("Cancel a meeting"),
	"away": for_later("Be away"),
	"block": for_later("Block a time"),
}
Given = Mapping[str, Any]
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
	"""A meeting before or after the change. `start` and `end` are epoch seconds."""

	status: str
	start: int
	end: int


@dataclass(frozen=True, slots=True)
class Proposal:
	"""What an assistant proposes in the name of `user`: one of COMMANDS with its arguments.

	`booking` is the booking's name if there is one, `title` its meeting type's, `who` the attendee. `before` and `after` are None
	for a new meeting and for an absence. `answers` are the questions of a new meeting with their answers. `zone` is the host's.
	"""

	id: str
	user: str
	tool: str
	given: Given
	assistant: str
	zone: str
	status: str = WAITING
	booking: str | None = None
	title: str = ""
	who: str = ""
	before: Moment | None = None
	after: Moment | None = None
	answers: tuple[tuple[str, str], ...] = ()

	@property
	def url(self) -> str:
		return site_url(f"{PATH}/{self.id}")


def do_at_once(tool: str, key: object, given: Given) -> Proposal:
	"""Do a change that tells nobody, as the signed-in host. The same key does it once. Raises the change's errors."""
	made = propose(tool, key, given, tells=False)
	return _carried_out(made)[0] if made.status == WAITING else made


def propose(tool: str, key: object, given: Given, *, tells: bool = True) -> Proposal:
	"""Rehearse the change as the signed-in host, and keep it. The same key gives the same proposal.

	Raises the change's errors, Busy while the same call is being rehearsed, and RateLimited after MOST_AN_HOUR.
	"""
	user, chosen = frappe.session.user, parse_field("key", key, parse_key)
	if not chosen:
		raise InvalidRequest(details={"key": missing_field("key")})
	id = keyed_hash("proposal", user, tool, chosen)[:32]
	mine = claim(f"proposed:{id}", secrets.token_hex(), _CONFIRMING_SECONDS)
	# Looked for after the claim: the call that had it before may have stored the proposal, and even carried it out.
	if known := _stored(id):
		return known
	if not mine:
		raise Busy
	made = Proposal(id, user, tool, dict(given), acting.assistant() or "", timezone_of(user))
	now = clock.now()
	try:
		if tells and count(f"proposals:{user}", now) > MOST_AN_HOUR:
			raise RateLimited(HOUR - now % HOUR)
		with refusals(), rehearsal():
			before = get_for_host(parse_name(given.get("booking")), now) if given.get("booking") else None
			name = COMMANDS[tool](given, now)[0]
			after = get_for_host(name, now) if name else None
	except Exception:
		give_back(f"proposed:{id}")
		raise
	if shown := before or after:
		made = replace(
			made, booking=before.id if before else None, title=shown.meeting_type.title, who=shown.attendee.name
		)
	answers = tuple((each.question, each.answer) for each in after.answers) if after and not before else ()
	made = replace(made, before=_moment(before), after=_moment(after), answers=answers)
	_store(made)
	if tells and has_devices(user):
		queue_job(TELL, "short", user=user, title=_(TITLES[tool]), body=f"{made.title} {made.who}", path=f"{PATH}/{id}")
	return made


def proposal_of(id: object) -> Proposal:
	"""Return a proposal of the signed-in host. Raises NotFound, also if it is a day old."""
	found = _stored(parse_name(id))
	if not found or found.user != frappe.session.user:
		raise NotFound
	return found


def confirm(id: object) -> tuple[Proposal, Facts | None]:
	"""Do what is proposed, as the signed-in host, who must be there in person. Returns the facts for `take_back`.

	Raises the errors of the change: the proposal waits on then. One that was confirmed before is returned as it is. Raises
	ChangedMeanwhile while another request confirms it.
	"""
	found = _answered(id)
	return _carried_out(found) if found.status == WAITING else (found, None)


def _carried_out(found: Proposal) -> tuple[Proposal, Facts | None]:
	claimed = f"proposal:{found.id}"
	if not claim(claimed, secrets.token_hex(), _CONFIRMING_SECONDS):
		# Two clicks at once would take two seats of the same meeting.
		raise ChangedMeanwhile
	try:
		# Read again: the request that had the claim before may have done it.
		if (found := proposal_of(found.id)).status != WAITING:
			return found, None
		with acting.assisted_by(found.assistant):
			booking, facts = COMMANDS[found.tool](found.given, clock.now())
	except Exception:
		give_back(claimed)
		raise
	done = replace(found, status=DONE, booking=booking)
	frappe.db.after_commit.add(lambda: _store(done))
	return done, {"id": found.id, "tool": found.tool, "facts": facts}


def dismiss(id: object) -> Proposal:
	"""Let a proposal be. Does nothing to one that was confirmed."""
	found = _answered(id)
	if found.status == WAITING:
		found = replace(found, status=DISMISSED)
		_store(found)
	return found


def take_back(facts: Facts) -> None:
	"""Undo a confirmed proposal as the signed-in host. Raises the errors of `bookings.undo`."""
	if facts["tool"] == "away":
		taken_back(facts["facts"]).save()
	else:
		bookings.undo(facts["facts"], clock.now())
	# The assistant would go on as if it were done.
	undone = replace(proposal_of(facts["id"]), status=DISMISSED)
	frappe.db.after_commit.add(lambda: _store(undone))


def _book_for(given: Given, now: int) -> tuple[str | None, Facts]:
	payload = BookingPayload.of({**given, **parse_collections(given)})
	facts = bookings.book_for_somebody_undoably(parse_name(given.get("meeting_type")), payload, None, None, now)
	return facts["booked"][0]["name"], facts


def _command(action: str) -> Callable[[Given, int], tuple[str | None, Facts]]:
	def run(given: Given, _now: int) -> tuple[str | None, Facts]:
		asked = {name: value for name, value in given.items() if name != "booking"}
		booking, facts = act_undoably(parse_command(action, given.get("booking"), **asked))
		return booking.id, facts

	return run


def _away(given: Given, _now: int) -> tuple[str | None, Facts]:
	return None, hours.add_override(frappe.session.user, parse_override({**given, "is_away": True})).save_undoably()


def _block(given: Given, _now: int) -> tuple[str | None, Facts]:
	start, end = parse_instants(start_time=given.get("start"), end_time=given.get("end"))
	fields = {name: value for name, value in given.items() if name == "reason"}
	return None, hours.block(frappe.session.user, start, end, parse_block(fields)).save_undoably()


# The changes that an assistant can propose, by the name of its tool. Each returns the booking's name, and the facts to undo it.
COMMANDS: dict[str, Callable[[Given, int], tuple[str | None, Facts]]] = {
	"book_for": _book_for,
	"move": _command("reschedule"),
	"cancel": _command("cancel"),
	"away": _away,
	"block": _block,
}


def _moment(booking: Any) -> Moment | None:
	return Moment(booking.status, booking.start, booking.end) if booking else None


def _answered(id: object) -> Proposal:
	found = proposal_of(id)
	# An assistant has a key or a token of its own, and a browser with a person in front of it has none.
	request = getattr(frappe.local, "request", None)
	if request and request.headers.get("Authorization"):
		raise NotPermitted
	return found


def _stored(id: str) -> Proposal | None:
	found: Proposal | None = frappe.cache.get_value(_name(id), expires=True) if id.isalnum() else None
	return found


def _store(proposal: Proposal) -> None:
	frappe.cache.set_value(_name(proposal.id), proposal, expires_in_sec=KEPT_SECONDS)


def _name(id: str) -> str:
	return f"scheduling_proposal:{id}"
