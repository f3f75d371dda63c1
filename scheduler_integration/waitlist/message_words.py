"""Fills in what messages to those who wait say, in the current language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.catalogue.lookup import bookable
from scheduler_integration.catalogue.places import all_places, chosen_place
from scheduler_integration.catalogue.price import price_text
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.titles import place_label, type_title
from scheduler_integration.notifications.look import look_on
from scheduler_integration.notifications.readers import host_reader, hosts_of
from scheduler_integration.notifications.variables import NAMES
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform import lengths
from scheduler_integration.platform.language import site_language
from scheduler_integration.platform.one_line import header_text
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.links import entry_url
from scheduler_integration.waitlist.rows import Entry, Offered
from scheduler_integration.waitlist.terms import minutes_of
from scheduler_integration.waitlist.words import in_words

# One text message has room for so many characters, and a longer title would fill it.
TITLE_IN_TEXT = 30


@dataclass(frozen=True, slots=True)
class Waiting:
	"""Everything that a message to somebody who waits is about. `offer` is None if no time is offered."""

	entry: Entry
	reader: Reader
	meeting_type: Document
	hosts: Sequence[Reader]
	booking: Document | None = None
	offer: Offered | None = None

	@property
	def sender_name(self) -> str:
		"""The name that the reader sees as the sender: the hosts', or the page's if it isn't known who of many hosts it will be."""
		if self.meeting_type.assignment == "Round Robin" and not self.offer and not self.booking:
			return header_text(frappe.get_cached_value("Scheduling Page", self.entry.scheduling_page, "title"))
		return header_text(", ".join(host.name for host in self.hosts))


def waiting_for(entry: Entry, offer: Offered | None = None) -> Waiting:
	"""Return what a message to this person is about."""
	meeting_type = frappe.get_cached_doc("Meeting Type", entry.meeting_type)
	booking = latest(frappe.get_doc("Booking", entry.booking)) if entry.booking else None
	if offer:
		hosts = [host_reader(user) for user in offer.held.users]
	elif booking:
		hosts = hosts_of(booking)
	else:
		hosts = [host_reader(host.user) for host in bookable(meeting_type).hosts]
	language = entry.language or site_language()
	reader = Reader(entry.attendee_email, entry.attendee_name, language, entry.zone, "attendee")
	return Waiting(entry, reader, meeting_type, hosts, booking, offer)


def variables_of(waiting: Waiting) -> dict[str, Any]:
	"""Return the variables of an e-mail. Those of `notifications/variables.py` that say nothing here are None."""
	entry, reader, meeting_type = waiting.entry, waiting.reader, waiting.meeting_type
	url, booking = entry_url(entry), waiting.booking
	place = chosen_place(all_places(meeting_type), str(entry.details.get("location") or "")) if not booking else None
	price = None
	if meeting_type.price and not booking:
		deposit, is_paid_first = meeting_type.deposit or 0, meeting_type.payment == "Before Booking"
		price = price_text(
			meeting_type.price, deposit, meeting_type.currency, reader.locale, is_paid_first=is_paid_first
		)
	# The time of the meeting that the person wants to move earlier.
	present = {"old_short_when": reader.in_short(booking.parts()) if booking else None}
	return {
		**dict.fromkeys(NAMES),
		**look_on(entry.scheduling_page, waiting.hosts, reader),
		"sender_name": waiting.sender_name,
		"host_name": waiting.sender_name,
		"meeting_type": _title(waiting),
		"length": lengths.duration(entry.duration, reader.locale),
		"where": place_label(booking) if booking else place and place.label,
		"price": price,
		"wishes": in_words(entry.bounds, reader.locale),
		"zone": reader.zone_name(entry.joined_at),
		"minutes": lengths.duration(minutes_of(meeting_type), reader.locale),
		"is_by_text": entry.is_told_by_text,
		"is_earlier": bool(booking),
		# Anybody can type anybody's address.
		"is_strange": not booking and entry.address_status != "Confirmed",
		"url": url,
		"pass_url": f"{url}#answer",
		"leave_url": f"{url}?leave=1",
		"unsubscribe_url": None,
		**_offered(waiting),
		**present,
	}


def text_of(waiting: Waiting, offer: Offered) -> str:
	"""Return the text message that offers the time, in the characters that one message has room for."""
	title, when, until = _title(waiting), waiting.reader.in_short(offer.held.parts), _until(waiting.reader, offer)
	if len(title) > TITLE_IN_TEXT:
		title = f"{title[: TITLE_IN_TEXT - 3].rstrip()}..."
	text = _("{0}: {1} is free until {2}. Take it: {3}").format(title, when, until, entry_url(waiting.entry))
	# Narrow spaces, which CLDR writes before "PM", would make the message twice as long.
	return " ".join(text.split())


def notification_of(waiting: Waiting, offer: Offered) -> tuple[str, str]:
	"""Return title and text of a notification on a device that offers the time."""
	title = _("A time is free: {0}").format(waiting.reader.in_short(offer.held.parts))
	return title, f"{_title(waiting)} · {_('Free until {0}').format(_until(waiting.reader, offer))}"


def _offered(waiting: Waiting) -> dict[str, Any]:
	offer, reader = waiting.offer, waiting.reader
	if not offer:
		return {"stretches": []}
	return {
		"short_when": reader.in_short(offer.held.parts),
		"stretches": reader.stretches(offer.held.parts),
		"timezone": reader.zone_name(offer.start),
		"until": _until(reader, offer),
		"is_shared": len(records.open_with(offer.hold_id)) > 1,
	}


def _until(reader: Reader, offer: Offered) -> str:
	"""Return until when the time is held: `14:30`, or with the day if it isn't the day of the offer."""
	days = {engine.local_date(instant, reader.zone) for instant in (offer.offered_at, offer.expires_at)}
	if len(days) == 1:
		return reader.time(offer.expires_at)
	return f"{reader.short_date(offer.expires_at)} {reader.time(offer.expires_at)}"


def _title(waiting: Waiting) -> str:
	return type_title(waiting.booking, waiting.meeting_type) if waiting.booking else str(waiting.meeting_type.title)
