"""The page of somebody who waits: their place, the time that is offered to them, and the forms to change and to leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from frappe import _

from scheduler_integration.catalogue.public import Brand
from scheduler_integration.domains.links import local_path
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.notifications.devices import public_key
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_address, script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.query import WAITLIST, local_address
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.pages.waiting.when import stored_when, when_fields, when_words
from scheduler_integration.platform import bidi, lengths
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.rows import Entry, Offered
from scheduler_integration.waitlist.shown import ShownEntry, sends_texts

# Arguments of the address for a form that is open.
CHANGE, LEAVE = "change", "leave"


@dataclass(frozen=True)
class Attempt:
	"""A submitted form: why it was refused, and the typed values if it was the form to change when somebody has time."""

	error: SchedulingError | None = None
	values: dict[str, Any] = field(default_factory=dict)
	changes: bool = False


@dataclass(frozen=True)
class Asked:
	"""What the address asks for: an open form, CHANGE or LEAVE, and what was just done. `now` is in epoch seconds.

	`changed`: when the person has time. `passed`: they left a time to somebody else.
	"""

	now: int
	panel: str = ""
	changed: bool = False
	passed: bool = False


def waiting_view(
	shown: ShownEntry, brand: Brand | None, visitor: Visitor, path: str, asked: Asked, attempt: Attempt
) -> dict:
	"""Return the view of `/schedule/waitlist/<token>`. `path` is that address."""
	entry, heading = shown.entry, _heading(shown, asked)
	style = visitor.style(entry.zone)
	error = attempt.error
	return {
		"document": document(
			visitor,
			title=" · ".join([*([error.message] if error else []), heading["title"], shown.meeting_type.title]),
			description=bidi.plain(heading["text"]),
			brand=brand,
			style="waitlist",
			script="waiting" if shown.is_waiting else None,
			secret_address=True,
			framed=True,
		),
		"heading": heading,
		"title": shown.meeting_type.title,
		"host": shown.page.title,
		"duration": lengths.duration(entry.duration, visitor.locale),
		"offer": shown.offer and _offer(shown, shown.offer, visitor, asked.now),
		"late": shown.late and _late(shown, shown.late, visitor),
		"booking": _meeting(shown.booking, visitor),
		"taken": _meeting(shown.taken, visitor),
		"is_waiting": shown.is_waiting,
		"when": when_words(entry.bounds, style),
		"zone": dates.city(entry.zone, visitor.locale),
		"told": _told(entry),
		"panel": CHANGE if attempt.changes else asked.panel,
		"panels": {panel: stay(f"{path}?{panel}=1#{panel}") for panel in (CHANGE, LEAVE)},
		"fields": when_fields(
			attempt.values if attempt.changes else stored_when(entry),
			error.details if error else {},
			visitor.locale,
			can_text=sends_texts() and bool(entry.attendee_phone),
		),
		"action": stay(path),
		"problem": error and error.message,
		"sentences": _sentences(error) if error and not attempt.changes else [],
		**ways_on(shown),
		"csrf_token": csrf_token(),
		"push_key": public_key(),
		"data": script_json({"strings": {"left": _("{0} left")}, "notify": script_address("waiting_notify")}),
		"status": error.http_status_code if error else 200,
	}


def ways_on(shown: ShownEntry) -> dict[str, str | None]:
	"""Return the addresses at which somebody who doesn't wait books a time, or joins again."""
	path = local_path(shown.page.slug, shown.meeting_type.slug)
	again = shown.can_join and not shown.is_waiting and not shown.entry.booking
	return {"book_url": stay(path), "join_url": stay(f"{path}/{WAITLIST}") if again else None}


def _sentences(error: SchedulingError) -> list[str]:
	return [each for each in dict.fromkeys(error.details.values()) if each != error.message]


def _offer(shown: ShownEntry, offer: Offered, visitor: Visitor, now: int) -> dict[str, Any]:
	zone, locale = shown.entry.zone, visitor.locale
	style = visitor.style(zone)
	until = dates.clock_time(offer.expires_at, style)
	day = local_date(offer.expires_at, zone)
	is_today = day == local_date(now, zone)
	return {
		**when_view(offer.held.parts or ((offer.start, offer.end),), style),
		"id": offer.name,
		"zone": dates.zone_text(offer.start, zone, locale),
		"until": _("We're keeping it for you until {0}.").format(
			until if is_today else _("{0}, {1}").format(dates.short_day(day, locale), until)
		),
		"left": offer.expires_at - now,
		"shared": _("Others may be offered this time too. Whoever is first gets it.") if shown.is_shared else None,
		"take": _take(shown),
	}


def _late(shown: ShownEntry, offer: Offered, visitor: Visitor) -> dict[str, Any]:
	style = visitor.style(shown.entry.zone)
	return {
		**when_view(offer.held.parts or ((offer.start, offer.end),), style),
		"id": offer.name,
		"take": _take(shown),
	}


def _take(shown: ShownEntry) -> str:
	if shown.is_paid_first:
		return _("Continue to the payment")
	return _("Move my meeting to this time") if shown.entry.booking else _("Take this time")


def _meeting(booking: AttendeeBooking | None, visitor: Visitor) -> dict[str, Any] | None:
	if not booking:
		return None
	when = when_view(booking.stretches, visitor.style(booking.timezone))
	# The link of a meeting that is over no longer works.
	url = None if booking.is_over else stay(local_address(booking.manage_url) or "")
	return {**when, "url": url, "is_live": booking.status in OPEN}


def _told(entry: Entry) -> str:
	if entry.is_told_by_text:
		return bidi.sentence(_("We send a text message to {0}."), bidi.left_to_right(entry.attendee_phone))
	return bidi.sentence(_("We write to {0}."), bidi.left_to_right(entry.attendee_email))


def _heading(shown: ShownEntry, asked: Asked) -> dict[str, str]:
	entry = shown.entry
	if entry.status == records.BOOKED:
		return _head("check", _("You took a time"), _("You no longer wait. Your meeting has a page of its own."))
	if entry.status == records.LEFT:
		text = _("We don't offer you any more times. You can join again, or book a time that is free.")
		return _head("check", _("You have left the waitlist"), text, "quiet")
	if entry.status == records.ENDED:
		return _head("clock", _("You no longer wait"), _ended(entry), "quiet")
	if shown.offer:
		return _head("calendar", _("A time is free for you"), _what_taking_does(shown))
	news = _("Your times are saved") if asked.changed else _("You left this time to others") if asked.passed else ""
	return _head("clock", news or _("You're on the waitlist"), _place(shown))


def _what_taking_does(shown: ShownEntry) -> str:
	if shown.is_paid_first:
		return _("Take it, and pay to book it.")
	if shown.is_request:
		return _("Take it, and your host gets your request.")
	return _("Take it, and your meeting moves.") if shown.entry.booking else _("Take it, and you're booked.")


def _place(shown: ShownEntry) -> str:
	if not shown.before:
		return _("Nobody is before you. We ask you as soon as a time becomes free that suits you.")
	if shown.before == 1:
		return _("One person is before you. We ask you as soon as it is your turn.")
	return _("{0} people are before you. We ask you as soon as it is your turn.").format(shown.before)


def _ended(entry: Entry) -> str:
	sentences = {
		records.BECAUSE_DATE: _("Your last day is over, and nothing that suits you became free."),
		records.BECAUSE_UNANSWERED: _("You didn't answer our last offers, so we ask you no more."),
		records.BECAUSE_MEETING: _("The meeting that you wanted to move is over or was cancelled."),
		records.BECAUSE_HOST: _("Your host has taken you off the waitlist."),
	}
	return sentences.get(entry.ended_because) or _("We don't offer you any more times.")


def _head(icon: str, title: str, text: str, mood: str = "good") -> dict[str, str]:
	return {"icon": icon, "mood": mood, "title": title, "text": text}
