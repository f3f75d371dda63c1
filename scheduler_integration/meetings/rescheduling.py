"""Decides how a meeting can be moved: to which hosts, for how long, with how many seats.

Showing, holding and taking a time all use this module, so that a shown time can be taken.
"""

from collections.abc import Collection
from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.availability.series import offer_of_dates, plan_with
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.hosts import People, TypeHost, enabled_hosts, enabled_people
from scheduler_integration.catalogue.lookup import Bookable, bookable
from scheduler_integration.engine import moved_starts
from scheduler_integration.exceptions import HostLeft, InvalidRequest
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.policy import reschedule_refusal
from scheduler_integration.meetings.series import moves_with, names_in_scope, rule_of
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.times import SeriesDates


def booking_to_reschedule(token: str, now: int) -> Document:
	"""Return the booking that the manage link's token leads to, if its attendee may reschedule it now.

	Raises BookingNotFound, and the errors of `policy.reschedule_refusal`.
	"""
	booking = find_by_token(token)
	if refusal := reschedule_refusal(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type), now):
		raise refusal
	return booking


def bookable_for(
	booking: Document,
	*,
	same_hosts: bool = False,
	bookable_type: Bookable | None = None,
	enabled: Collection[str] | None = None,
) -> Bookable:
	"""Return the meeting type, page and hosts with which the booking can be moved. Type and page may be inactive by now.

	The hosts are the booking's own, and all of them are needed. Only a round robin of the meeting type may have other
	hosts too, unless `same_hosts`; the booking's own host then comes first. `bookable_type` may be read already, and
	which of the booking's hosts are `enabled`.

	Nothing is moved onto a disabled host: then the hosts are those of a new booking. Raises HostLeft if there are none, or
	if the hosts must stay the same.
	"""
	bookable_type = bookable_type or bookable(frappe.get_cached_doc("Meeting Type", booking.meeting_type))
	page = bookable_type.page
	if left := _left_hosts(booking, bookable_type.people, enabled):
		if same_hosts or booking.series or not bookable_type.hosts:
			raise HostLeft(get_fullname(left[0]))
		return bookable_type
	hosts = {host.user: host for host in enabled_hosts(bookable_type.meeting_type, page, bookable_type.people)}
	owner = page.user if page.page_type == "Personal" else None
	# Hosts stay with their meeting even if the page no longer lists them. Somebody who stood in for the owner of a personal
	# page keeps the meeting, and has hours of their own, and while they stand in the rules of their own type.
	standing_in = {host.user: host.own_types for host in bookable_type.standing_in}
	own = {}
	for user in main_first(booking):
		host = hosts.get(user) or TypeHost(user, get_fullname(user), own_types=standing_in.get(user, ()))
		own[user] = replace(host, is_required=True, has_own_hours=owner not in (None, user))
	rules = bookable_type.meeting_type.assignment, bookable_type.meeting_type.reschedule_host
	# A series has one host.
	if same_hosts or booking.series or rules != ("Round Robin", "Any Host"):
		return replace(bookable_type, only=tuple(own.values()))
	for host in bookable_type.hosts:
		own.setdefault(host.user, host)
	return replace(bookable_type, only=tuple(own.values()))


def _left_hosts(booking: Document, people: People, enabled: Collection[str] | None) -> list[str]:
	"""Return the hosts of the booking who are disabled. `people` are Users of whom it is known that they are enabled."""
	unknown = [user for user in main_first(booking) if user not in people]
	enabled = enabled_people(unknown) if enabled is None else enabled
	return [user for user in unknown if user not in enabled]


def left_refusal(booking: Document, people: People) -> HostLeft | None:
	"""Return why the booking can't be moved if a host is disabled. `people` are its hosts, of `load.people_of`."""
	if all(user in people and people[user].get("enabled") != 0 for user in booking.host_users()):
		return None
	try:
		bookable_for(booking)
	except HostLeft as refusal:
		return refusal
	return None


def slot_request_for(booking: Document, duration: int | None = None, hold: str | None = None) -> SlotRequest:
	"""Return the request for a slot to which the booking can be moved. `duration` is in minutes; None keeps it.

	Raises InvalidRequest if the meeting type doesn't offer the duration.
	"""
	minutes = duration or booking.duration_minutes
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	if minutes != booking.duration_minutes and minutes not in durations_of(meeting_type):
		raise InvalidRequest(details={"duration": _("Choose one of the durations offered.")})
	is_present = minutes == booking.duration_minutes and booking.status in OPEN
	return SlotRequest(
		minutes,
		party=booking.seats or 1,
		hold=hold,
		moving=booking.name,
		besides=booking.starts_at if is_present else None,
	)


def main_first(booking: Document) -> list[str]:
	"""Return the users who host the booking, the main host first."""
	return sorted(booking.host_users(), key=lambda user: user != booking.host)


def plan_move(
	booking: Document, scope: str, start: int, now: int, hold: str | None = None
) -> tuple[SeriesDates, list[int]]:
	"""Return which dates of the series can move with the booking to `start`, and their present starts, both in order.

	They are those that `bookings.reschedule_by_token` moves for an attendee. Instants are epoch seconds.
	"""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	found = load_bookings(names_in_scope(booking, scope, now))
	dates = [each for each in found if moves_with(booking, each) and not reschedule_refusal(each, meeting_type, now)]
	present, rule = [each.starts_at for each in dates], rule_of(booking.series)
	starts = moved_starts(present, booking.starts_at, start, rule.zone)
	request = SlotRequest(
		booking.duration_minutes,
		booking.seats or 1,
		hold,
		moving=booking.name,
		also_moving=tuple(each.name for each in dates),
	)
	offer = offer_of_dates(bookable_for(booking, same_hosts=True), request, starts, now)
	return plan_with(offer, starts, rule.weeks, rule.zone), present
