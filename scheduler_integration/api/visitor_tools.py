"""The tools of visitors' assistants. A time is a quote: signed, for ten minutes, and booked as it was shown or not at all.

Nothing is booked, moved or cancelled by an assistant alone: the person gets a code by e-mail, and the same call with the code
does it.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from scheduler_integration.api import public
from scheduler_integration.api.tools import Needs, Tools
from scheduler_integration.catalogue.lookup import Bookable, find_bookable
from scheduler_integration.entry.admission import NO_PROOF, confirm_change
from scheduler_integration.exceptions import AlreadyCancelled, BookingNotFound, InvalidRequest, QuoteEnded
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import (
	Answers,
	Code,
	Date,
	Email,
	Guests,
	Key,
	Kind,
	Minutes,
	PersonName,
	Phone,
	Reason,
	Slug,
	Text,
	TypeSlug,
	Zone,
)
from scheduler_integration.platform import clock
from scheduler_integration.platform.signing import payload_of, signed

VISITOR_TOOLS = Tools()
QUOTE_SECONDS = 10 * 60
_PURPOSE = "quote of an assistant"
Quote = Annotated[str, Kind("The quote of the time, as find_times or hold returned it.")]
Link = Annotated[str, Kind("The booking's manage link, which the person has by e-mail, or its token.")]


@VISITOR_TOOLS.tool(Needs.READ)
def list_types(page: Slug) -> Any:
	"""List what can be booked here: the page, its hosts, and each meeting type with its length, places, price and questions."""
	return public.get_page(slug=page)


@VISITOR_TOOLS.tool(Needs.READ)
def find_times(
	page: Slug,
	meeting_type: TypeSlug,
	start_date: Date,
	end_date: Date,
	timezone: Zone | None = None,
	duration: Minutes | None = None,
) -> Any:
	"""Find free times from start_date to end_date, at most 62 days. Each has a quote, which is valid for ten minutes."""
	offered = public.get_slots(
		slug=page,
		meeting_type=meeting_type,
		start_date=start_date,
		end_date=end_date,
		timezone=timezone,
		duration=duration,
	)
	quote = quotes_of(page, find_bookable(page, parse_name(meeting_type)), offered["duration_minutes"])
	for day in offered["days"].values():
		for slot in day:
			slot["quote"] = quote(slot["start"])
	return offered


@VISITOR_TOOLS.tool(Needs.PROPOSE)
def hold(page: Slug, quote: Quote, key: Key) -> Any:
	"""Keep a time for some minutes, while the person decides. Send the same key when you book."""
	meeting_type, start, minutes = _quoted(page, quote)
	slot = {"slug": page, "meeting_type": meeting_type, "start": start, "duration": minutes}
	return {**public.hold_slot(**slot, hold=_hold_of(key)), "quote": quote}


@VISITOR_TOOLS.tool(Needs.PROPOSE)
def book(
	page: Slug,
	quote: Quote,
	key: Key,
	attendee_name: PersonName,
	attendee_email: Email,
	timezone: Zone,
	attendee_phone: Phone | None = None,
	location: Text | None = None,
	notes: Text | None = None,
	answers: Answers | None = None,
	guests: Guests | None = None,
	code: Code | None = None,
) -> Any:
	"""Book the time of a quote for a person who has agreed to it.

	The first call is refused with CODE_NEEDED, and the person gets six digits by e-mail. Ask for them, and send the same call
	with `code`. The same key books once.
	"""
	meeting_type, start, minutes = _quoted(page, quote)
	return public.book(
		slug=page,
		meeting_type=meeting_type,
		start=start,
		duration=minutes,
		attendee_name=attendee_name,
		attendee_email=attendee_email,
		timezone=timezone,
		attendee_phone=attendee_phone,
		location=location,
		notes=notes,
		answers=answers,
		guests=guests,
		code=code,
		idempotency_key=key,
		hold=_hold_of(key),
		proof=NO_PROOF,
	)


@VISITOR_TOOLS.tool(Needs.READ)
def booking(page: Slug, link: Link) -> Any:
	"""Look at the booking of a manage link."""
	return _own(page, link)


@VISITOR_TOOLS.tool(Needs.PROPOSE)
def move(page: Slug, link: Link, quote: Quote, key: Key, reason: Reason | None = None, code: Code | None = None) -> Any:
	"""Move the booking of a manage link to the time of a quote of the same meeting type. Asks for a code, as book does."""
	meeting_type, start, minutes = _quoted(page, quote)
	moved = _own(page, link)
	if moved["meeting_type"]["slug"] != meeting_type:
		raise InvalidRequest(details={"quote": InvalidRequest.text})
	confirm_change(_token(link), f"move to {start}", key, code, clock.now())
	return public.reschedule(
		token=_token(link), start=start, duration=minutes, reason=reason, idempotency_key=key, hold=_hold_of(key)
	)


@VISITOR_TOOLS.tool(Needs.PROPOSE, ends_something=True)
def cancel(page: Slug, link: Link, reason: Reason | None = None, code: Code | None = None) -> Any:
	"""Cancel the booking of a manage link. Asks for a code, as book does. What is cancelled already stays so."""
	found = _own(page, link)
	if found["status"] == "Cancelled":
		return found
	confirm_change(_token(link), "cancel", reason or "", code, clock.now())
	try:
		return public.cancel(token=_token(link), reason=reason)
	except AlreadyCancelled:
		# By the same call, at the same moment.
		return _own(page, link)


def _token(link: str) -> str:
	return parse_name(link).partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]


def _own(page: str, link: str) -> dict[str, Any]:
	"""Return the booking of the link. Raises BookingNotFound also if it is one of another page."""
	found: dict[str, Any] = public.get_booking(token=_token(link))
	if found["page"]["slug"] != page:
		raise BookingNotFound
	return found


def _facts(bookable: Bookable) -> str:
	"""Return what a quote promises besides the time, as one short text: price, currency, and who may take the meeting."""
	meeting_type = bookable.meeting_type
	promised = [str(meeting_type.price or 0), meeting_type.currency or "", *sorted(bookable.users)]
	return hashlib.sha256("\n".join(promised).encode()).hexdigest()[:12]


def quotes_of(page: str, bookable: Bookable, minutes: int) -> Callable[[str], str]:
	"""Return a function from a start of the page to its quote, which is valid from now on for QUOTE_SECONDS."""
	# Once for all starts of an answer.
	facts, until = _facts(bookable), clock.now() + QUOTE_SECONDS

	def quote(start: str) -> str:
		quoted = [page, bookable.meeting_type.slug, start, minutes, facts, until]
		return signed(json.dumps(quoted, separators=(",", ":")), _PURPOSE, 32)

	return quote


def _quoted(page: str, quote: object) -> tuple[str, str, int]:
	"""Return the meeting type's slug, the start and the minutes of a quote. Raises QuoteEnded."""
	payload = payload_of(parse_name(quote), _PURPOSE, 32)
	if payload:
		of_page, meeting_type, start, minutes, facts, until = json.loads(payload)
		if of_page == page and clock.now() < until and facts == _facts(find_bookable(page, meeting_type)):
			return meeting_type, start, minutes
	raise QuoteEnded


def _hold_of(key: object) -> str:
	"""Return the key of the hold that belongs to an idempotency key: 32 letters and digits."""
	return hashlib.sha256(f"hold {key}".encode()).hexdigest()[:32]
