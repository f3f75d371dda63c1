"""Why a time is offered or not: what users of every scheduler ask its support."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.asked import Asked
from scheduler_integration.availability.conflict_view import conflict_views
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS, Offer, make_offer
from scheduler_integration.availability.reason_text import reason_text
from scheduler_integration.availability.slots import chosen_duration, slot_view
from scheduler_integration.catalogue.hosts import TypeHost, no_required_host, required_users
from scheduler_integration.clock import iso
from scheduler_integration.exceptions import MeetingTypeNotFound, NotPermitted
from scheduler_integration.permissions import is_manager


def explain(name: object, start: int, duration: int | None, now: int) -> dict[str, Any]:
	"""Whether the Meeting Type called `name` can be booked at `start` (epoch seconds), and if not, every reason.

	For the signed-in user, who must be allowed to read the type; with what somebody else is busy, and why they are off, only managers learn.
	`duration` in minutes, None for the type's own. Shape: docs/api.md. Raises MeetingTypeNotFound, NotPermitted,
	InvalidRequest.
	"""
	meeting_type = _readable(name)
	page = frappe.get_cached_doc("Scheduling Page", meeting_type.scheduling_page)
	asked = Asked(chosen_duration(meeting_type, duration))
	margin = SUGGESTION_DAYS * DAY
	offer = make_offer(meeting_type, page, asked, start - margin, start + margin, now)
	refusals = offer.team.refusals(start)
	return {
		"bookable": offer.is_bookable(start),
		"start": iso(start, page.timezone),
		"timezone": page.timezone,
		"meeting_type": {"name": meeting_type.name, "title": meeting_type.title, "slug": meeting_type.slug},
		"reasons": _reasons_of_all(meeting_type, page, offer),
		"hosts": [_host_view(host, offer, refusals, start, now) for host in offer.hosts],
		"suggestions": [slot_view(free, asked.duration, page.timezone) for free in offer.nearest(start)],
	}


def _readable(name: object) -> Document:
	if not isinstance(name, str) or not frappe.db.exists("Meeting Type", {"name": name}):
		raise MeetingTypeNotFound
	meeting_type = frappe.get_cached_doc("Meeting Type", name)
	if not meeting_type.has_permission("read"):
		raise NotPermitted
	if not meeting_type.scheduling_page:
		raise MeetingTypeNotFound(_("This meeting is booked on an external scheduler."))
	return meeting_type


def _reasons_of_all(meeting_type: Document, page: Document, offer: Offer) -> list[dict[str, Any]]:
	found = []
	if not page.is_active:
		found.append(_reason("PAGE_OFF", _("The scheduling page is switched off.")))
	if not meeting_type.is_active:
		found.append(_reason("TYPE_OFF", _("The meeting type is switched off.")))
	if meeting_type.assignment == "Collective" and not required_users(page):
		found.append(_reason("NO_REQUIRED_HOST", no_required_host()))
	elif not offer.hosts:
		found.append(_reason("NO_HOST", _("Nobody who is needed for this meeting can sign in any more.")))
	return found


def _host_view(
	host: TypeHost, offer: Offer, refusals: dict[str, list[engine.Refusal]], start: int, now: int
) -> dict[str, Any]:
	sees_all = is_manager() or host.user == frappe.session.user
	reasons = [_told(refusal, offer.member(host.user), start, now, sees_all) for refusal in refusals.get(host.user, ())]
	return {
		"name": host.name,
		"user": host.user if sees_all else None,
		"bookable": not reasons,
		"reasons": reasons,
	}


def _told(refusal: engine.Refusal, member: engine.Member, start: int, now: int, sees_all: bool) -> dict[str, Any]:
	zone = member.host.hours.zone
	conflicts = conflict_views(refusal.conflicts, zone) if sees_all else []
	message = reason_text(refusal, member, start, now, names_days_off=sees_all)
	return _reason(refusal.reason.value, message, conflicts)


def _reason(code: str, message: str, conflicts: list[dict] | None = None) -> dict[str, Any]:
	return {"code": code, "message": message, "conflicts": conflicts or []}
