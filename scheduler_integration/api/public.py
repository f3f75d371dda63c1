"""Methods for visitors and attendees: read a page and its slots, book, and manage a booking by its link.

`xss_safe` stops Frappe from rewriting the arguments. The app refuses markup with an error, and escapes text where it is
shown.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from frappe import _
from werkzeug.wrappers import Response

from scheduler_integration import bookings
from scheduler_integration.api.as_json import Like, as_json, object_of, written
from scheduler_integration.api.door import File, Who, door
from scheduler_integration.api.shapes import WITHOUT_ENDS, series_dates
from scheduler_integration.availability.series import plan_dates
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import FirstMonth, OfferedSlots, first_month_with_slots, slots_between
from scheduler_integration.catalogue.card import card as drawn_card
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.lookup import Bookable, find_bookable, with_host
from scheduler_integration.catalogue.public import Listing, find_listing
from scheduler_integration.engine import SeriesDate
from scheduler_integration.entry import waitlist
from scheduler_integration.entry.admission import challenge_for, confirm_attendee, hold_for_visitor
from scheduler_integration.entry.commands import (
	book_for_visitor,
	parse_guests_of,
	parse_scope,
	reschedule_for_attendee,
)
from scheduler_integration.entry.headers import set_etag
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS, count_booking, count_request
from scheduler_integration.entry.your_data import read_held
from scheduler_integration.exceptions import BookingNotFound, InvalidDate, LinkExpired
from scheduler_integration.meetings.link_uses import check_open
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.meetings.payment import NOT_PAID
from scheduler_integration.meetings.rescheduling import bookable_for, booking_to_reschedule, slot_request_for
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.meetings.tokens import find_by_answer_token, find_by_token
from scheduler_integration.notifications.invitation import calendar_file as published
from scheduler_integration.notifications.invitation import host_feed
from scheduler_integration.notifications.preferences import feed_owner
from scheduler_integration.notifications.readers import attendee_of, host_reader
from scheduler_integration.parsing.booking_request import BookingPayload, SlotPayload, parse_collections
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_date,
	parse_field,
	parse_flag,
	parse_hold_key,
	parse_instant_of,
	parse_json,
	parse_name,
	parse_reason,
	parse_whole_number,
)
from scheduler_integration.parsing.kinds import (
	Code,
	Date,
	Dates,
	Dozen,
	Flag,
	Guests,
	Hold,
	Instant,
	Key,
	Minutes,
	OfferId,
	Parts,
	Proof,
	Reason,
	Scope,
	Slug,
	Text,
	Token,
	TypeSlug,
	UtcOffset,
	Zone,
)
from scheduler_integration.parsing.reschedule_request import parse_reschedule_request
from scheduler_integration.parsing.series import parse_series
from scheduler_integration.parsing.zones import check_clock, checked_zone
from scheduler_integration.payments.terms import due_now, is_charged
from scheduler_integration.platform import clock
from scheduler_integration.platform.language import locale_of
from scheduler_integration.platform.zone_words import renamed_cities, zone_words
from scheduler_integration.waitlist.requests import WaitPayload
from scheduler_integration.waitlist.shown import ShownEntry, entry_by_token

# What says which slots are meant; with the token of a manage link those to which its booking can be moved.
_SLOTS: tuple[Any, ...] = ({"slug": Slug, "meeting_type": TypeSlug}, SlotPayload)
_Payment = Annotated[dict[str, Any], Like(price=float, due=float, currency=str)]
SeriesShown = Annotated[
	dict[str, Any], Like(timezone=str, every_weeks=int, dates=[SeriesDate], payment=_Payment | None)
]
_MOVABLE = (*_SLOTS, {"rescheduling": Token})


@door("GET", who=Who.ANYBODY, limit=REQUESTS)
def get_page(slug: Slug) -> Listing:
	"""Return a scheduling page and its meeting types."""
	return find_listing(parse_name(slug))


@door("GET", who=Who.ANYBODY, limit=REQUESTS)
def card(slug: Slug) -> Response:
	"""Return the picture that services show beside a link to the page."""
	content = drawn_card(find_listing(parse_name(slug)).page)
	return Response(content, mimetype="image/jpeg", headers={"Cache-Control": "public, max-age=604800"})


@door("GET", who=Who.ANYBODY, limit=REQUESTS, fields=_MOVABLE)
def get_slots(
	date: Date | None = None,
	start_date: Date | None = None,
	end_date: Date | None = None,
	ends: Flag = True,
	include_taken: Flag = False,
	**asked: Any,
) -> OfferedSlots | Annotated[dict[str, Any], Like(WITHOUT_ENDS, of=OfferedSlots)]:
	"""Return the slots from `start_date` to `end_date` (included), at most 62 days, or those of one `date`.

	Without `ends` they have no `end`, which halves a long answer. `include_taken` adds the times that are taken, if the page
	shows them.
	"""
	if not date and not (start_date and end_date):
		raise InvalidDate(_("Give start_date and end_date, or date."))
	names = ("date", "date") if date else ("start_date", "end_date")
	first, last = map(parse_date, names, (date or start_date, date or end_date))
	bookable, request = _wanted(asked)
	request = replace(request, with_taken=parse_flag("include_taken", include_taken))
	zone = checked_zone(asked.get("timezone") or bookable.page.timezone)
	offered = slots_between(bookable, request, first, last, zone, clock.now())
	return offered if parse_flag("ends", ends) else object_of(offered, WITHOUT_ENDS, offered.zone)


@door("GET", who=Who.ANYBODY, limit=REQUESTS, fields=_SLOTS)
def get_series(start: Instant, times: Dozen, **asked: Any) -> SeriesShown:
	"""Return the dates of a meeting that repeats `times` times from `start` on: which are free, and the nearest other times."""
	bookable, request = _wanted({**asked, "rescheduling": None})
	first = parse_instant_of("start", start)
	wanted = parse_field("times", times, lambda value: parse_series(None, value, first, bookable.meeting_type))
	zone = checked_zone(asked.get("timezone") or bookable.page.timezone)
	plan = plan_dates(bookable, request, first, wanted, clock.now())
	price, currency = bookable.meeting_type.price, bookable.meeting_type.currency
	payment = {"price": price, "due": float(due_now(bookable.meeting_type, 1)), "currency": currency}
	return {**series_dates(plan, zone), "payment": payment if is_charged(bookable.meeting_type) else None}


@door("GET", who=Who.ANYBODY, limit=REQUESTS)
def time_zones(language: Text | None = None, zone: Zone | None = None) -> dict[str, dict[str, str]]:
	"""Return the cities that a language calls otherwise than their time zones, and the words by which people find a zone.

	With `zone` only those of this zone.
	"""
	locale = locale_of(parse_choice("language", language) or "en")
	found, only = {"cities": renamed_cities(locale), "words": zone_words(locale)}, parse_choice("zone", zone)
	return {kind: {only: words[only]} if only in words else {} for kind, words in found.items()} if only else found


@door("GET", who=Who.ANYBODY, limit=REQUESTS, fields=_MOVABLE)
def next_slots(after: Date | None = None, include_taken: Flag = False, **asked: Any) -> FirstMonth:
	"""Return the first month with a slot, from today or from the day after `after`."""
	since = parse_date("after", after) if after else None
	bookable, request = _wanted(asked)
	request = replace(request, with_taken=parse_flag("include_taken", include_taken))
	zone = checked_zone(asked.get("timezone") or bookable.page.timezone)
	return first_month_with_slots(bookable, request, zone, clock.now(), since)


@door("POST", who=Who.ANYBODY, status=201, limit=REQUESTS, fields=_MOVABLE)
def hold_slot(
	start: Instant, proof: Proof | None = None, utc_offset: UtcOffset | None = None, **asked: Any
) -> Annotated[dict[str, Any], Like(bookings.HeldSlot, optional=[written("challenge", as_json, dict[str, Any])])]:
	"""Hold a slot for the caller for some minutes. The slot that `hold` held before is released."""
	bookable, request = _wanted(asked)
	begins = parse_instant_of("start", start)
	check_clock(asked.get("timezone"), begins, utc_offset)
	is_moving = bool(asked.get("rescheduling"))
	held, challenge = hold_for_visitor(bookable, request, begins, proof, clock.now(), is_moving=is_moving)
	return {**as_json(held), **({"challenge": challenge} if challenge else {})}


@door("GET", who=Who.ANYBODY, limit=REQUESTS)
def get_challenge(slug: Slug, meeting_type: TypeSlug) -> dict[str, dict[str, Any] | None]:
	"""Return the challenge whose proof `book` needs at present; None in its place if it needs none."""
	return {"challenge": challenge_for(_find_open(slug, meeting_type), clock.now())}


@door("POST", who=Who.ANYBODY, limit=REQUESTS)
def release_slot(hold: Hold) -> dict[str, Any]:
	"""Release a held slot. Does nothing if `hold` isn't a key."""
	if key := parse_hold_key(hold):
		bookings.release_slot(key)
	return {}


@door("POST", who=Who.ANYBODY, status=201, fields=BookingPayload)
def book(slug: Slug, meeting_type: TypeSlug, **payload: Any) -> AttendeeBooking:
	"""Book a meeting. The other arguments are the fields of BookingPayload."""
	asked = BookingPayload.of(payload | parse_collections(payload))
	count_booking(str(asked.idempotency_key or ""))
	return book_for_visitor(_find(slug, meeting_type), asked)


@door("GET", who=Who.LINK, limit=REQUESTS)
def get_booking(token: Token) -> AttendeeBooking:
	"""Return the booking of a manage link."""
	return booking_by_token(parse_name(token), clock.now())


@door("POST", who=Who.LINK, limit=REQUESTS)
def cancel(token: Token, reason: Reason | None = None, scope: Scope | None = None) -> AttendeeBooking:
	"""Cancel the booking of a manage link and return it; with `scope` `later` or `all`, also other dates of its series."""
	return bookings.cancel_by_token(parse_name(token), parse_reason(reason), clock.now(), scope=parse_scope(scope))


@door("POST", who=Who.LINK, status=201, limit=BOOKINGS)
def reschedule(
	token: Token,
	start: Instant,
	duration: Minutes | None = None,
	parts: Parts | None = None,
	reason: Reason | None = None,
	hold: Hold | None = None,
	idempotency_key: Key | None = None,
	scope: Scope | None = None,
	dates: Dates | None = None,
	timezone: Zone | None = None,
	utc_offset: UtcOffset | None = None,
) -> AttendeeBooking:
	"""Move the meeting of a manage link to another time and return the new booking."""
	days, agreed = parse_json("parts", parts, list), parse_json("dates", dates, list)
	request = parse_reschedule_request(start, duration, days, reason, hold, idempotency_key, agreed)
	check_clock(timezone, request.start, utc_offset)
	return reschedule_for_attendee(parse_name(token), request, parse_scope(scope))


@door("POST", who=Who.LINK, limit=BOOKINGS)
def update_guests(token: Token, guests: Guests) -> AttendeeBooking:
	"""Change the additional guests of a manage link's booking to `guests` and return the booking."""
	return bookings.update_guests_by_token(parse_name(token), parse_guests_of(guests), clock.now())


@door("POST", who=Who.LINK, limit=BOOKINGS)
def confirm_address(token: Token, code: Code | None = None) -> AttendeeBooking:
	"""Confirm the attendee's address with the code that was sent to it; without a code, send one. Returns the booking."""
	return confirm_attendee(parse_name(token), code, clock.now())


@door("GET", who=Who.LINK, limit=REQUESTS)
def calendar_file(token: Token) -> File:
	"""Return the booking as an .ics file to import. Raises LinkExpired if the meeting is over.

	The token is that of the attendee's manage link, or of a host's answer link.
	"""
	link, now = parse_name(token), clock.now()
	try:
		booking = find_by_token(link)
		reader = attendee_of(booking)
	except BookingNotFound:
		booking, user = find_by_answer_token(link)
		reader = host_reader(user)
	if booking.ends_at <= now:
		raise LinkExpired
	if booking.payment_status in NOT_PAID:
		raise BookingNotFound
	return File("meeting.ics", published(booking, now, reader), "text/calendar")


@door("POST", who=Who.LINK, limit=REQUESTS)
def download_your_data(ticket: Text) -> File:
	"""Return what is held about a person as a JSON file. Raises LinkExpired without a valid ticket."""
	held = json.dumps(read_held(str(ticket or "")), ensure_ascii=False, indent=2)
	return File("your-data.json", held, "application/json")


@door("GET", who=Who.LINK, limit=REQUESTS)
def host_calendar(token: Token) -> File:
	"""Return the calendar of a host's bookings for calendar apps, by the host's private link."""
	content = host_feed(feed_owner(parse_name(token)), clock.now())
	set_etag(content)
	return File("meetings.ics", content, "text/calendar; charset=utf-8")


@door("POST", who=Who.ANYBODY, status=201, fields=(BookingPayload, WaitPayload))
def join_waitlist(slug: Slug, meeting_type: TypeSlug, **payload: Any) -> Annotated[dict[str, Any], Like(email=str)]:
	"""Join a waitlist. The other arguments are the fields of BookingPayload that aren't about a time, and of WaitPayload."""
	asked = BookingPayload.of(payload | parse_collections(payload))
	count_request(BOOKINGS)
	return {"email": waitlist.join_for_visitor(_find(slug, meeting_type), asked, WaitPayload.of(payload))}


@door("POST", who=Who.LINK, status=201, limit=BOOKINGS, fields=WaitPayload)
def wait_for_earlier(token: Token, timezone: Zone | None = None, **payload: Any) -> ShownEntry:
	"""Wait for an earlier time for the booking of a manage link, and return the entry. The others are fields of WaitPayload."""
	return waitlist.wait_for_earlier(parse_name(token), WaitPayload.of(payload), timezone)


@door("GET", who=Who.LINK, limit=REQUESTS)
def get_waitlist_entry(token: Token) -> ShownEntry:
	"""Return the waitlist entry of a link, with the time that is offered at present."""
	return entry_by_token(parse_name(token), clock.now())


@door("POST", who=Who.LINK, limit=BOOKINGS, fields=WaitPayload)
def change_wait(token: Token, timezone: Zone | None = None, **payload: Any) -> ShownEntry:
	"""Change when the person of a waitlist entry has time. The other arguments are the fields of WaitPayload."""
	return waitlist.change_wait(parse_name(token), WaitPayload.of(payload), timezone)


@door("POST", who=Who.LINK, limit=REQUESTS)
def leave_waitlist(token: Token) -> ShownEntry:
	"""Leave the waitlist, and return the entry."""
	return waitlist.leave_waitlist(parse_name(token))


@door("POST", who=Who.LINK, status=201, limit=BOOKINGS)
def take_offer(token: Token, offer: OfferId) -> AttendeeBooking:
	"""Book the time that is offered, or move the meeting there, and return the booking."""
	return waitlist.take_offer(parse_name(token), parse_name(offer))


@door("POST", who=Who.LINK, limit=REQUESTS)
def pass_offer(token: Token, offer: OfferId) -> ShownEntry:
	"""Let others have the time that is offered, wait for another one, and return the entry."""
	return waitlist.pass_offer(parse_name(token), parse_name(offer))


def _find(slug: object, meeting_type: object) -> Bookable:
	return find_bookable(parse_name(slug), parse_name(meeting_type))


def _find_open(slug: object, meeting_type: object) -> Bookable:
	"""Return what can be booked. Raises an error if it is by a booking link that can't be used any more.

	Booking itself checks that under its lock: the same request, sent twice, has used the link already.
	"""
	bookable = _find(slug, meeting_type)
	check_open(bookable.link, clock.now())
	return bookable


def _wanted(asked: Mapping[str, object]) -> tuple[Bookable, SlotRequest]:
	"""Return the meeting type and the request for a slot; with the token `rescheduling`, those to move its booking."""
	minutes, key = parse_whole_number("duration", asked.get("duration")), parse_hold_key(asked.get("hold"))
	if rescheduling := asked.get("rescheduling"):
		booking = booking_to_reschedule(parse_name(rescheduling), clock.now())
		return bookable_for(booking), slot_request_for(booking, minutes, key)
	bookable = _find_open(asked.get("slug"), asked.get("meeting_type"))
	bookable = with_host(bookable, parse_choice("host", asked.get("host")))
	return bookable, SlotRequest(chosen_duration(bookable.meeting_type, minutes), hold=key)
