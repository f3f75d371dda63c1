"""One line about each group of the type editor: what is set."""

from __future__ import annotations

from babel import Locale
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.catalogue.hosts import parts_of_hosts
from scheduler_integration.catalogue.repeats import repeat_of
from scheduler_integration.pages.kit.facts import repeat_text
from scheduler_integration.payments.terms import is_charged
from scheduler_integration.platform import lengths
from scheduler_integration.waitlist.terms import at_once, minutes_of


def team(doc: Document, page: Document) -> str:
	names = [get_fullname(user) for user, part in parts_of_hosts(doc, page).items() if part]
	return " · ".join(names[:6])


def words(doc: Document) -> str:
	return " ".join((doc.description or "").split())[:80] or _("No description")


def when(doc: Document, locale: Locale) -> str:
	if doc.uses_host_defaults:
		return _("As in your working hours")
	notice = _("Notice {0} {1}").format(doc.minimum_notice, _(doc.minimum_notice_unit or "Hours"))
	buffers = _("{0} before, {1} after").format(
		*(lengths.duration(doc.get(field) or 0, locale) for field in ("buffer_before_minutes", "buffer_after_minutes"))
	)
	return f"{notice} · {buffers}"


def limits(doc: Document) -> str:
	sentences = {
		"daily_limit": _("{0} a day"), "weekly_limit": _("{0} a week"), "monthly_limit": _("{0} a month"),
		"daily_minutes": _("{0} minutes a day"), "weekly_minutes": _("{0} minutes a week"),
		"monthly_minutes": _("{0} minutes a month"),
	}  # fmt: skip
	return " · ".join(text.format(doc.get(field)) for field, text in sentences.items() if doc.get(field)) or _(
		"Nothing set"
	)


def seats(doc: Document, locale: Locale) -> str:
	seats = _("{0} seats").format(doc.seats) if (doc.seats or 1) > 1 else _("One attendee")
	return f"{seats} · {lengths.days(doc.number_of_days, locale)}" if (doc.number_of_days or 1) > 1 else seats


def series(doc: Document) -> str:
	repeat = repeat_of(doc)
	return repeat_text(repeat) if repeat else _("Doesn't repeat")


def waitlist(doc: Document, locale: Locale) -> str:
	if not doc.has_waitlist:
		return _("No waitlist")
	held = _("An offer holds for {0}").format(lengths.duration(minutes_of(doc), locale))
	return f"{held} · {_('{0} people at once').format(at_once(doc))}" if at_once(doc) > 1 else held


def addresses(doc: Document) -> str:
	if doc.confirm_address in (None, "", "Off"):
		return _("Nothing set")
	return _("{0}: {1}").format(_("Confirm addresses of"), _(doc.confirm_address))


def places(doc: Document) -> str:
	return " · ".join(row.label or _(row.place_type) for row in doc.places) or _("Nothing set")


def confirmation(doc: Document) -> str:
	return _("You confirm each request") if doc.requires_confirmation else _("Booked at once")


def changes(doc: Document) -> str:
	allowed = [
		text for field, text in (("allow_cancel", _("cancel")), ("allow_reschedule", _("reschedule"))) if doc.get(field)
	]
	return _("Attendees may {0}").format(", ".join(allowed)) if allowed else _("Attendees can't change it")


def price(doc: Document) -> str:
	if not doc.price:
		return _("Free of charge")
	price = f"{doc.price:g} {doc.currency or ''}".strip()
	return f"{price} · {_('Before the booking counts') if is_charged(doc) else _('Payable at the meeting')}"
