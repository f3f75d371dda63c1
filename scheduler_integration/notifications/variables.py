"""Fills in the variables of messages: the facts of a booking that a reader may see, in the current language."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.questions import is_chosen
from scheduler_integration.domains.links import page_url
from scheduler_integration.engine import wall_clock
from scheduler_integration.meetings.calendar_links import calendar_links
from scheduler_integration.meetings.chain import predecessor
from scheduler_integration.meetings.invited import is_unconfirmed
from scheduler_integration.meetings.policy import cancel_refusal, is_given_back, reschedule_refusal
from scheduler_integration.meetings.release import ANSWER_SECONDS, release_hours, release_text
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.meetings.titles import place_label, type_title
from scheduler_integration.meetings.tokens import answer_url, cancel_url, manage_url, reconfirm_url, reschedule_url
from scheduler_integration.notifications.amounts import amounts
from scheduler_integration.notifications.look import look_of
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.series_words import NO_SERIES
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.parsing.text import is_phone
from scheduler_integration.platform import clock, lengths
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.site_address import desk_url, site_url
from scheduler_integration.platform.web_links import unlinked

Variables = dict[str, Any]

# The names that `variables_for` fills in.
NAMES = (
	"reader_name", "attendee_name", "attendee_email", "attendee_phone", "company", "host_name", "guests",
	"date", "short_date", "time", "end_time", "days", "short_when", "stretches", "timezone", "duration", "length", "their_time",
	"place", "where", "join_url", "meeting_link", "meeting_id", "meeting_password", "link_follows", "call_failed",
	"meeting_type", "title", "notes", "answers", "confirmation_message",
	"is_session", "others_come", "seats_taken", "series_count", "series_left",
	"is_moved", "is_whole_session", "moved_by_attendee", "reschedule_reason",
	"old_date", "old_time", "old_end_time", "old_stretches",
	"is_elsewhere", "is_given_back", "reschedule_message",
	"is_guest", "is_pending", "stands", "is_removed", "is_removed_guest", "is_declined", "is_unanswered", "cancelled_by_attendee", "cancel_reason",
	"manage_url", "may_move", "reschedule_link", "cancel_link", "reconfirm_link", "release_notice", "confirm_link", "decline_link",
	"book_again_url", "meeting_url", "desk_url", "calendar_url", "feedback_url", "reply_hint",
	"amount_paid", "amount_refunded", "amount_open", "price",
	"proposed_stretches", "proposal_link",
	"language", "direction", "sender_name", "organization", "logo_url", "photo_url", "photo_urls", "accent_color", "dark_accent_color",
)  # fmt: skip


def variables_for(booking: Document, reader: Reader) -> Variables:
	"""Return the variables of a message about the booking to this reader, in the current language."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	sharing = live_rows(booking.session, "seats")
	# Text such as "3 of 10", or None if the booking has no session.
	taken = sum(booking.seats for booking in sharing)
	seats_taken = _("{0} of {1}").format(taken, max(taken, meeting_type.seats)) if sharing else None
	session = {
		"is_session": bool(booking.session),
		"others_come": any(other.name != booking.name for other in sharing),
		"seats_taken": seats_taken,
	}
	# The time that the attendee proposes, and the link with which a host answers, if there is a proposal.
	start = booking.proposed_start if reader.role == "host" and booking.status in OPEN else None
	proposed = [(start, start + booking.ends_at - booking.starts_at)] if start else []
	proposal = {
		"proposed_stretches": reader.stretches(proposed),
		"proposal_link": answer_url(booking, reader.user) if start else None,
	}
	return {
		**picked(booking, "attendee_name", "attendee_email", "attendee_phone"),
		"reader_name": reader.name,
		"company": unlinked(booking.attendee_company),
		"host_name": reader.listed([host.name for host in hosts_of(booking)]),
		"guests": ", ".join(row.email for row in booking.guests) if reader.role != "guest" else None,
		**_time(booking, reader),
		**_place_and_call(booking, reader),
		**_texts(booking, meeting_type, reader),
		**session,
		**_move(booking, reader),
		**proposal,
		**_state(booking, reader),
		**_links(booking, meeting_type, reader),
		**amounts([booking], reader),
		**look_of(booking, reader),
		**NO_SERIES,
	}


def _time(booking: Document, reader: Reader) -> Variables:
	start, parts = booking.starts_at, booking.parts()
	# Text such as "30 min", or "2 days, 6 hr a day".
	each, count = lengths.duration(booking.duration_minutes, reader.locale), len(booking.parts())
	length = each if count == 1 else _("{0}, {1} a day").format(lengths.days(count, reader.locale), each)
	# The start by the attendee's clock for a host, None if it is the host's own time.
	their_time = None
	if reader.is_hosting and booking.timezone:
		theirs, own = (wall_clock(booking.starts_at, zone).utcoffset() for zone in (booking.timezone, reader.zone))
		their_time = reader.elsewhere(booking.starts_at, booking.timezone) if theirs != own else None
	return {
		"date": reader.date(start),
		"short_date": reader.short_date(start),
		"time": reader.time(start),
		"end_time": reader.time(parts[0][1]),
		# Every day of a multi-day meeting, otherwise an empty text.
		"days": "; ".join(
			f"{reader.short_date(start)}, {reader.time(start)} – {reader.time(end)}"
			for start, end in (parts if len(parts) > 1 else ())
		),
		"short_when": reader.in_short(parts),
		"stretches": reader.stretches(parts),
		"timezone": reader.zone_name(start),
		"duration": booking.duration_minutes,
		"length": length,
		"their_time": their_time,
	}


def _place_and_call(booking: Document, reader: Reader) -> Variables:
	label, location = place_label(booking), booking.location
	is_address = bool(location and location.startswith(("https://", "http://")))
	place = ": ".join(filter(None, (label, location)))
	return {
		"place": place,
		"where": label if is_address else _who_calls(booking, reader) or place,
		"join_url": booking.meeting_link or (location if is_address else None),
		**picked(booking, "meeting_link", "meeting_id", "meeting_password"),
		"link_follows": booking.video_status == "Waiting" and not booking.meeting_link,
		"call_failed": booking.video_status == "Failed" and not booking.location,
	}


def _who_calls(booking: Document, reader: Reader) -> str | None:
	"""Return the sentence that says who calls whom at which number, None if the place is no telephone number."""
	number = booking.location
	if booking.location_type != "Phone" or not number or not is_phone(number) or reader.role == "guest":
		return None
	other = booking.attendee_name if reader.is_hosting else hosts_of(booking)[0].name
	is_called = reader.is_hosting != (number == booking.attendee_phone)
	if reader.locale.text_direction == "rtl":
		# Without the marks of Unicode (LRI, PDI), the groups of the number would be in the reverse order.
		number = f"\u2066{number}\u2069"
	return (_("{0} calls you at {1}") if is_called else _("Call {0} at {1}")).format(other, number)


def _texts(booking: Document, meeting_type: Document, reader: Reader) -> Variables:
	# Somebody who typed another person's address mustn't write to them. Choices from a list have the host's words.
	is_strange = is_unconfirmed(booking) and not reader.is_hosting
	questions = {row.name: row for row in meeting_type.questions}
	return {
		"meeting_type": type_title(booking, meeting_type),
		"title": booking.subject,
		"notes": unlinked(booking.notes) if reader.sees_answers and not is_strange else None,
		"answers": [
			{"question": row.question, "answer": unlinked(row.answer)}
			for row in booking.answers
			if reader.is_hosting or (reader.is_attendee and not row.is_hidden)
			if not is_strange or is_chosen(questions.get(row.question_id), row.answer)
		],
		"confirmation_message": meeting_type.confirmation_message,
	}


def _move(booking: Document, reader: Reader) -> Variables:
	left = moved_from(booking)
	# The date and time from which the meeting was moved, as variables; None without a move.
	time_before: Variables = {**dict.fromkeys(("old_date", "old_time", "old_end_time")), "old_stretches": []}
	if left:
		start, end = left.parts()[0]
		old = {"old_date": reader.date(start), "old_time": reader.time(start), "old_end_time": reader.time(end)}
		time_before = {**old, "old_stretches": reader.stretches(left.parts())}
	return {
		"is_moved": bool(left),
		"is_whole_session": bool(left and left.session and left.session_uid == booking.session_uid),
		"moved_by_attendee": booking.rescheduled_by == "Attendee",
		"reschedule_reason": unlinked(booking.reschedule_reason) if left else None,
		**time_before,
		"is_elsewhere": booking.status == "Rescheduled" and not is_given_back(booking),
		"is_given_back": is_given_back(booking),
		"reschedule_message": booking.reschedule_message,
	}


def _state(booking: Document, reader: Reader) -> Variables:
	return {
		"is_guest": reader.role == "guest",
		"is_pending": booking.status == "Pending",
		"is_removed": reader.is_removed and booking.status not in RELEASED,
		"is_removed_guest": reader.role == "removed_guest" and booking.status not in RELEASED,
		"stands": booking.status not in RELEASED,
		"is_declined": booking.status == "Declined",
		"is_unanswered": booking.status == "Declined" and booking.cancelled_by == "System",
		"cancelled_by_attendee": booking.cancelled_by == "Attendee",
		"cancel_reason": unlinked(booking.cancel_reason)
		if booking.cancelled_by == "Attendee"
		else booking.cancel_reason,
	}


def _links(booking: Document, meeting_type: Document, reader: Reader) -> Variables:
	page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
	return {
		"manage_url": manage_url(booking) if reader.is_attendee else None,
		"may_move": not reschedule_refusal(booking, meeting_type, clock.now()),
		**_ways_to_change(booking, meeting_type, reader),
		"book_again_url": page_url(page.slug, meeting_type.slug),
		"meeting_url": site_url(f"/scheduling/meeting/{booking.name}") if reader.is_hosting else None,
		"desk_url": desk_url("Booking", booking.name),
		"calendar_url": calendar_links(booking, meeting_type).ics if reader.is_attendee else None,
		# Only text messages can be replied to like this: `channels/sms.reply_hint`.
		"reply_hint": "",
		"feedback_url": frappe.get_cached_doc("Scheduler Settings").feedback_url or None,
	}


def _ways_to_change(booking: Document, meeting_type: Document, reader: Reader) -> Variables:
	"""Return the links with which the attendee moves or cancels the meeting, and a host answers a request.

	A way that would be refused now, such as within the meeting type's change notice, is None.
	"""
	now = clock.now()
	own = reader.is_attendee and booking.status in OPEN
	answers = reader.role == "host" and booking.status == "Pending"
	answer = answer_url(booking, reader.user) if answers else None
	hours = release_hours(booking, meeting_type, now, ahead=ANSWER_SECONDS) if own else 0
	return {
		"reschedule_link": reschedule_url(booking)
		if own and not reschedule_refusal(booking, meeting_type, now)
		else None,
		"cancel_link": cancel_url(booking) if own and not cancel_refusal(booking, meeting_type, now) else None,
		"reconfirm_link": reconfirm_url(booking) if own and asks_to_reconfirm(booking, meeting_type) else None,
		"release_notice": release_text(hours, reader.locale),
		"confirm_link": f"{answer}?answer=confirm" if answer else None,
		"decline_link": f"{answer}?answer=decline" if answer else None,
	}


def asks_to_reconfirm(booking: Document, meeting_type: Document) -> bool:
	"""Whether the attendee still has to say that they are coming."""
	return bool(meeting_type.asks_to_reconfirm) and booking.status == "Scheduled" and not booking.reconfirmed_at


def moved_from(booking: Document) -> Document | None:
	"""Return the booking that this one replaced, or None. Also None if the booking was changed again since."""
	left = predecessor(booking)
	return left if left and left.sequence == booking.sequence else None
