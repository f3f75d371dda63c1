"""Explains why a time is offered or not."""

from collections.abc import Mapping
from dataclasses import dataclass

import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.calendar_entries import calendar_entries
from scheduler_integration.availability.offer import Offer, offer_around
from scheduler_integration.availability.reason_text import reason_text
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.hosts import TypeHost, at_least, no_required_host, required_users
from scheduler_integration.catalogue.lookup import Bookable, bookable
from scheduler_integration.exceptions import MeetingTypeNotFound, NotPermitted
from scheduler_integration.permissions import is_manager
from scheduler_integration.times import Objection, Slot


@dataclass(frozen=True, slots=True)
class HostExplanation:
	"""Whether one host can take the time, and if not, why. `user` is None if the reader may not see who it is.

	The meeting takes place without a host who `is_optional`.
	"""

	name: str
	user: str | None
	zone: str
	objections: tuple[Objection, ...]
	is_optional: bool = False

	@property
	def is_bookable(self) -> bool:
		return not self.objections


@dataclass(frozen=True, slots=True)
class Explanation:
	"""Why a start, in epoch seconds, is offered or not. `objections` apply to all hosts; `zone` is the page's.

	`meeting_type` is the record's name, `title` and `slug` are its fields. `suggestions` are the nearest slots.
	"""

	meeting_type: str
	title: str
	slug: str
	start: int
	zone: str
	is_bookable: bool
	objections: tuple[Objection, ...]
	hosts: tuple[HostExplanation, ...]
	suggestions: tuple[Slot, ...]


def explain(name: str, start: int, duration: int | None, now: int) -> Explanation:
	"""Return whether the Meeting Type `name` can be booked at `start` (epoch seconds), and if not, every reason.

	`duration` is in minutes; None means the type's own. Managers see every host's calendar entries and reasons for days
	off, other users only their own.

	Raises MeetingTypeNotFound for an unknown or external type, NotPermitted if the signed-in user may not read it, and
	InvalidRequest if the duration isn't offered.
	"""
	if not frappe.db.exists("Meeting Type", {"name": name}):
		raise MeetingTypeNotFound
	meeting_type = frappe.get_cached_doc("Meeting Type", name)
	if not meeting_type.has_permission("read"):
		raise NotPermitted
	if not meeting_type.scheduling_page:
		raise MeetingTypeNotFound(_("This meeting is booked on an external scheduler."))
	bookable_type = bookable(meeting_type)
	request = SlotRequest(chosen_duration(meeting_type, duration))
	offer = offer_around(bookable_type, request, start, now)
	refusals = offer.pool.refusals(start)
	return Explanation(
		meeting_type=meeting_type.name,
		title=meeting_type.title,
		slug=meeting_type.slug,
		start=start,
		zone=bookable_type.page.timezone,
		is_bookable=offer.is_bookable(start),
		objections=_objections_to_all(bookable_type, offer, refusals),
		hosts=tuple(
			_of_host(host, offer, refusals.get(host.user, []), start, now)
			for host in offer.hosts
			# A stand-in takes no meetings at other times, which explains nothing.
			if offer.member(host.user).may_start(start)
		),
		suggestions=tuple(offer.nearest(start)),
	)


def _objections_to_all(
	bookable_type: Bookable, offer: Offer, refusals: Mapping[str, list[engine.Refusal]]
) -> tuple[Objection, ...]:
	objections = []
	if not bookable_type.page.is_active:
		objections.append(Objection("PAGE_OFF", _("The scheduling page is inactive.")))
	if not bookable_type.meeting_type.is_active:
		objections.append(Objection("TYPE_OFF", _("The meeting type is inactive.")))
	is_collective = bookable_type.meeting_type.assignment == "Collective"
	required = required_users(bookable_type.meeting_type, bookable_type.page)
	if is_collective and not required and not at_least(bookable_type.meeting_type):
		objections.append(Objection("NO_REQUIRED_HOST", no_required_host()))
	elif not offer.hosts:
		objections.append(Objection("NO_HOST", _("The hosts of this meeting are disabled users.")))
	else:
		free = sum(not host.is_required and not refusals.get(host.user) for host in offer.hosts)
		if free < offer.at_least:
			sentence = _("The meeting needs {0} of the hosts who aren't required, and only {1} have time.")
			objections.append(Objection("TOO_FEW_HOSTS", sentence.format(offer.at_least, free)))
	return tuple(objections)


def _of_host(host: TypeHost, offer: Offer, refusals: list[engine.Refusal], start: int, now: int) -> HostExplanation:
	sees_all = is_manager() or host.user == frappe.session.user
	member = offer.member(host.user)
	return HostExplanation(
		name=host.name,
		user=host.user if sees_all else None,
		zone=member.host.hours.zone,
		objections=tuple(
			Objection(
				refusal.reason.value,
				reason_text(refusal, member, start, now, names_days_off=sees_all),
				calendar_entries(refusal.conflicts) if sees_all else (),
			)
			for refusal in refusals
		),
		is_optional=offer.assignment == "Collective" and not host.is_required,
	)
