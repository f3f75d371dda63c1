"""Bookings as their attendees and hosts may see them. Instants are epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.public import PublicHost
from scheduler_integration.domains.links import page_url
from scheduler_integration.engine import Interval
from scheduler_integration.meetings.calendar_links import CalendarLinks, calendar_links
from scheduler_integration.meetings.calls import CALENDAR
from scheduler_integration.meetings.chain import predecessor
from scheduler_integration.meetings.invited import is_unconfirmed
from scheduler_integration.meetings.load import People, people_of
from scheduler_integration.meetings.payment import (
	NOT_PAID,
	PaymentFacts,
	may_be_paid_by_hand,
	payable_there,
	payment_of,
	without_place,
)
from scheduler_integration.meetings.policy import cancel_refusal, has_begun_over_several_days, reschedule_refusal
from scheduler_integration.meetings.release import release_hours
from scheduler_integration.meetings.rescheduling import left_refusal, main_first
from scheduler_integration.meetings.series import Series, series_of
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.titles import place_label, type_title
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.meetings.transitions import Actor, transition_refusal
from scheduler_integration.outbox.failures import Undelivered, undelivered
from scheduler_integration.parsing.answers import Answer
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import from_site_time
from scheduler_integration.platform.records import picked, set_or_none
from scheduler_integration.platform.site_address import site_url

# Finds out who joined a video call, by its provider's reports.
#
# These are only hints: people also join by phone, or twice.


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
	"""The number of people who joined besides the host, and the instant at which the first did, as `provider` reported."""

	provider: str
	others: int
	first_at: int | None
	host_came: bool


def attendance_of(bookings: Sequence[Document], now: int) -> dict[str, Attendance]:
	"""Return the attendance of bookings that have begun, by booking. `now` is in epoch seconds.

	Calls without a report of the provider are left out. Makes a query only if a booking with a call has begun.
	"""
	begun = {
		each.name: each.video_meeting
		for each in bookings
		if each.starts_at <= now and (each.video_meeting not in (None, "", CALENDAR))
	}
	if not begun:
		return {}
	filters = {"name": ["in", list(begun.values())]}
	fields = ["name", "provider", "participants", "first_guest_at", "host_joined_at", "ended_on"]
	known = {
		row.name: Attendance(
			provider=row.provider,
			others=row.participants or 0,
			first_at=from_site_time(row.first_guest_at) if row.first_guest_at else None,
			host_came=bool(row.host_joined_at),
		)
		for row in frappe.get_all("Video Meeting", filters, fields)
		if row.participants or row.host_joined_at or row.ended_on
	}
	return {name: known[meeting] for name, meeting in begun.items() if meeting in known}


# The fields of a booking that both sides see as they are.
_SHOWN = (
	"notes", "location", "meeting_link", "meeting_id", "meeting_password", "cancel_reason", "rescheduled_from", "currency",
)  # fmt: skip
# The commands that move a booking to another state, by the name that API and pages send.
_MOVING = {
	"confirm": "Scheduled",
	"decline": "Declined",
	"reschedule": "Rescheduled",
	"cancel": "Cancelled",
	"complete": "Completed",
	"no_show": "No Show",
}


@dataclass(frozen=True, slots=True)
class Named:
	"""A page or a meeting type. `slug` is its part of the public address."""

	slug: str
	title: str


@dataclass(frozen=True, slots=True)
class Attendee:
	name: str
	email: str
	phone: str | None
	company: str | None


@dataclass(frozen=True, slots=True)
class BookingHost:
	"""A host as colleagues see them. `user` is the User's name."""

	user: str
	name: str
	image: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingSummary:
	"""The facts that both the attendee and the hosts may see.

	`start`, `end` and `parts` are in epoch seconds, half-open. `parts` has each day of a multi-day meeting and is empty
	otherwise. `timezone` is the attendee's. `guests` are the e-mail addresses of the additional guests.
	`rescheduled_from` is the id of the booking whose place this one took. `payable_there` is the amount in `currency` that the
	attendee pays at the meeting, because nothing is asked for here; 0 if nothing.
	"""

	id: str
	status: str
	title: str
	start: int
	end: int
	timezone: str
	parts: tuple[Interval, ...]
	duration_minutes: int
	page: Named
	meeting_type: Named
	attendee: Attendee
	guests: tuple[str, ...]
	notes: str | None
	location_type: str | None
	location_label: str | None
	location: str | None
	meeting_link: str | None
	meeting_id: str | None
	meeting_password: str | None
	video_status: str | None
	confirmation_message: str | None
	redirect_url: str | None
	cancel_reason: str | None
	can_cancel: bool
	can_reschedule: bool
	rescheduled_from: str | None
	is_over: bool
	book_again_url: str
	payment: PaymentFacts | None
	payable_there: float
	currency: str | None

	@property
	def needs_answer(self) -> bool:
		"""Whether a host has to confirm or decline it."""
		return self.status == "Pending" and not self.waits_for_payment

	@property
	def lacks_place(self) -> bool:
		"""Whether the attendee doesn't know yet where a coming meeting is, although nothing is on its way."""
		is_coming = self.status in OPEN and not self.is_over
		return is_coming and not (self.location_type or self.location or self.meeting_link or self.video_status)

	@property
	def waits_for_payment(self) -> bool:
		"""Whether its time is kept only until the attendee has paid."""
		return bool(self.payment and self.payment.url)

	@property
	def stretches(self) -> tuple[Interval, ...]:
		"""Return the times at which people meet: one for each day of a multi-day meeting, otherwise one."""
		return self.parts or ((self.start, self.end),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeBooking(BookingSummary):
	"""A booking as its attendee sees it. Hosts whose User was deleted are left out.

	`earlier` is the time on the first day from which the meeting was moved. `reschedule_reason`: a reason for
	moving it is `optional`, `required` or `not_asked`. With `is_asked_to_reschedule` a host asked for another time, with
	the message `reschedule_message`. `guests_wait`: the additional guests are invited once the attendee has entered a code.
	`series` has the other dates if several were booked at once. `is_asked_to_reconfirm`: reminders ask whether they are coming.
	`release_hours`: so many hours before the start the meeting is cancelled unless they say so; 0 if it isn't.
	`answers` are those that the attendee gave, without hidden ones.
	"""

	hosts: tuple[PublicHost, ...]
	answers: tuple[Answer, ...]
	cannot_cancel_reason: str | None
	cannot_reschedule_reason: str | None
	guests_wait: bool
	reschedule_reason: str
	is_asked_to_reschedule: bool
	reschedule_message: str | None
	earlier: Interval | None
	manage_url: str
	calendar: CalendarLinks
	series: Series | None = None
	is_asked_to_reconfirm: bool = False
	release_hours: int = 0
	has_reconfirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBooking(BookingSummary):
	"""A booking as hosts and managers see it, without the attendee's own links. The main host comes first.

	`host_link` is the address at which a host joins the video call.

	Bookings with the same `session` share a slot; `seats` is how many of its seats this booking takes. `delivery_error` is a
	sentence about whom a message, event or call didn't reach (yet), `attendance` who joined the video call. `actions` are the
	commands that the signed-in user can send for the booking. A host asked for another time at `asked_at`, and the attendee
	hasn't chosen one yet. The attendee confirmed to come at `reconfirmed_at`, and proposes to meet at
	`proposed_start` instead. `color` is the meeting type's.
	"""

	hosts: tuple[BookingHost, ...]
	session: str | None
	seats: int
	answers: tuple[Answer, ...]
	host_link: str | None
	delivery_error: str | None
	has_failed_refund: bool
	attendance: Attendance | None
	actions: tuple[str, ...]
	asked_at: int | None
	reconfirmed_at: int | None
	proposed_start: int | None
	color: str | None


def for_attendee(booking: Document, now: int, people: People | None = None) -> AttendeeBooking:
	"""Return the booking as its attendee sees it. `now` is in epoch seconds.

	`people` are Users that were loaded before. If a host is missing there, the hosts are loaded.
	"""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	refusal = cancel_refusal(booking, meeting_type, now)
	earlier = predecessor(booking)
	shown = without_place(booking)
	users = booking.host_users()
	if people is None or not set(users) <= set(people):
		people = people_of([booking])
	no_other_time = reschedule_refusal(booking, meeting_type, now) or left_refusal(booking, people)
	hosts = [_host(user, people) for user in users if user in people]
	return AttendeeBooking(
		**_shared(shown, now),
		**set_or_none(booking, "reschedule_message"),
		hosts=tuple(PublicHost(host.name, host.image) for host in hosts),
		answers=tuple(answer for answer in _answers(booking) if not answer.is_hidden),
		can_cancel=refusal is None,
		cannot_cancel_reason=getattr(refusal, "message", None),
		can_reschedule=no_other_time is None,
		cannot_reschedule_reason=getattr(no_other_time, "message", None),
		guests_wait=is_unconfirmed(booking) and bool(booking.guests),
		reschedule_reason=frappe.scrub(meeting_type.reschedule_reason or "Optional"),
		is_asked_to_reschedule=bool(booking.reschedule_asked_at) and no_other_time is None,
		earlier=earlier.parts()[0] if earlier else None,
		manage_url=manage_url(booking),
		calendar=calendar_links(shown, meeting_type),
		series=series_of(booking),
		is_asked_to_reconfirm=bool(meeting_type.asks_to_reconfirm) and booking.status == "Scheduled",
		has_reconfirmed=bool(booking.reconfirmed_at),
		release_hours=release_hours(booking, meeting_type, now),
	)


def for_host(booking: Document, now: int) -> HostBooking:
	"""Return the booking as its hosts see it. `now` is in epoch seconds."""
	return for_hosts([booking], now)[0]


def for_hosts(bookings: list[Document], now: int) -> list[HostBooking]:
	"""Return each booking as its hosts see it. Hosts, failures and attendance take one query each."""
	people = people_of(bookings)
	failed = undelivered([booking.name for booking in bookings], now)
	came = attendance_of(bookings, now)
	return [_for_host(booking, people, failed.get(booking.name), came.get(booking.name), now) for booking in bookings]


def _for_host(
	booking: Document, people: People, failed: Undelivered | None, attendance: Attendance | None, now: int
) -> HostBooking:
	actions = host_actions(booking, now)
	if any(user in people and not people[user].enabled for user in booking.host_users()):
		actions = tuple(each for each in actions if each not in ("reschedule", "reschedule_for_all"))
	waits = set_or_none(
		booking if booking.status in OPEN else frappe._dict(), "reschedule_asked_at", "proposed_start", "reconfirmed_at"
	)
	# Without the manage link, which gives the attendee's rights to anybody. Hosts have rights of their own.
	return HostBooking(
		**_shared(booking, now),
		**set_or_none(booking, "session"),
		hosts=tuple(_host(user, people) for user in main_first(booking)),
		seats=booking.seats or 1,
		# Redirects to a link that is made at that moment, for the host who is signed in.
		host_link=site_url(f"/scheduling/video?{urlencode({'join': booking.name})}")
		if booking.meeting_link and booking.video_provider
		else None,
		can_cancel="cancel" in actions,
		can_reschedule="reschedule" in actions,
		actions=actions,
		answers=_answers(booking),
		delivery_error=getattr(failed, "sentence", None),
		has_failed_refund=bool(failed and failed.is_money),
		attendance=attendance,
		asked_at=waits["reschedule_asked_at"],
		proposed_start=waits["proposed_start"] if booking.starts_at > now else None,
		reconfirmed_at=waits["reconfirmed_at"],
		**set_or_none(frappe.get_cached_doc("Meeting Type", booking.meeting_type), "color"),
	)


def _answers(booking: Document) -> tuple[Answer, ...]:
	return tuple(Answer(row.question_id, row.question, row.answer, bool(row.is_hidden)) for row in booking.answers)


def _shared(booking: Document, now: int) -> dict[str, Any]:
	"""Return the fields of BookingSummary except `can_cancel` and `can_reschedule`.

	Makes no query if page and meeting type are cached.
	"""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
	parts = tuple(booking.parts())
	return {
		**picked(booking, "status", "timezone", "duration_minutes"),
		**set_or_none(booking, *_SHOWN),
		"id": booking.name,
		"title": booking.subject,
		"start": booking.starts_at,
		"end": booking.ends_at,
		"parts": parts if len(parts) > 1 else (),
		"page": Named(page.slug, page.title),
		"meeting_type": Named(meeting_type.slug, type_title(booking, meeting_type)),
		"attendee": Attendee(
			booking.attendee_name,
			booking.attendee_email,
			booking.attendee_phone or None,
			booking.attendee_company or None,
		),
		"guests": tuple(row.email for row in booking.guests),
		"location_type": frappe.scrub(booking.location_type or "") or None,
		"location_label": place_label(booking),
		"video_status": frappe.scrub(booking.video_status or "") or None,
		**set_or_none(meeting_type, "confirmation_message", "redirect_url"),
		**({"confirmation_message": None} if booking.payment_status in NOT_PAID else {}),
		"is_over": booking.ends_at <= now,
		"book_again_url": page_url(page.slug, meeting_type.slug),
		"payment": payment_of(booking),
		"payable_there": payable_there(booking),
	}


def _host(user: str, people: People) -> BookingHost:
	"""Return the host. A host whose User was deleted is shown by user name, so that somebody can replace them."""
	person = people.get(user, frappe._dict())
	return BookingHost(user, person.full_name or user, person.user_image or None)


def host_actions(booking: Document, now: int) -> tuple[str, ...]:
	"""Return the commands that the signed-in host or manager can send for the booking at `now`, epoch seconds."""
	moving = {name for name, after in _MOVING.items() if not transition_refusal(booking, after, Actor.HOST, now)}
	if has_begun_over_several_days(booking, now):
		moving.discard("reschedule")
	is_coming = booking.status in OPEN and booking.ends_at > now
	possible = {
		**{name: name in moving for name in _MOVING},
		"mark_paid": may_be_paid_by_hand(booking),
		"refund": (booking.amount_paid or 0) > (booking.amount_refunded or 0),
		**{f"{name}_for_all": booking.session and name in moving for name in ("reschedule", "cancel")},
		"ask_to_reschedule": is_coming and "reschedule" in moving,
		"withdraw_ask": is_coming and booking.reschedule_asked_at,
		"guests": is_coming,
		"reassign": is_coming and is_manager(),
	}
	return tuple(name for name, is_possible in possible.items() if is_possible)
