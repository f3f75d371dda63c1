"""The forms of a meeting type's editor: groups of fields, each with one line about what is set, and what they send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.availability.hours import schedules_of
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.hosts import page_users, parts_of_hosts, rows_of_parts
from scheduler_integration.catalogue.lookup import page_of
from scheduler_integration.catalogue.places import MAX_PLACES, location_label
from scheduler_integration.catalogue.repeats import repeat_of
from scheduler_integration.crm.pipeline import record_choices
from scheduler_integration.pages.host.questions import as_sent, typed_rows
from scheduler_integration.pages.kit.controls import Field, field_of, stored, values_sent
from scheduler_integration.pages.kit.facts import repeat_text
from scheduler_integration.payments.providers import is_ready
from scheduler_integration.payments.terms import is_charged
from scheduler_integration.platform import lengths
from scheduler_integration.waitlist.terms import at_once, minutes_of

PATH = "/scheduling/types"
# A row of another place, as the fields of Meeting Type Place.
_PLACE = ("place_type", "label", "details")


@dataclass(frozen=True)
class Group:
	"""A form of the editor. `summary` says in one line what is set."""

	key: str
	title: str
	fields: Sequence[Field]
	summary: str = ""
	is_open: bool = False


def groups_of(doc: Document, page: Document, locale: Locale) -> list[Group]:
	"""Return the groups of fields that make sense for the type. The DocType describes each field."""
	is_team = page.page_type == "Team"
	groups: list[tuple[str, str, str, tuple[str, ...]]] = [
		("basics", _("The meeting"), "", _BASICS if is_team else (*_BASICS, "stands_in")),
		("places", _("Other places"), places_summary(doc), ()),
		*([("team", _("Hosts"), team_summary(doc, page), _TEAM)] if is_team else []),
		("words", _("What visitors read"), words_summary(doc), ("description", "slug", "color")),
		("when", _("Notice, buffers and how far ahead"), when_summary(doc, locale), _WHEN),
		("limits", _("Limits"), limits_summary(doc), _LIMITS),
		("seats", _("Seats and days"), seats_summary(doc, locale), ("seats", "number_of_days", "skips_days_off")),
		("series", _("Repeats"), series_summary(doc), ("repeats", "repeat_weeks", "repeat_count")),
		("waitlist", _("Waitlist"), waitlist_summary(doc, locale), _WAITLIST),
		("addresses", _("Attendees' addresses"), addresses_summary(doc), _ADDRESSES),
		("confirmation", _("Confirmation and reminders"), confirmation_summary(doc), _CONFIRMATION),
		("changes", _("Cancelling and rescheduling"), changes_summary(doc), _CHANGES),
		("entry", _("Calendar entry"), doc.event_title or _("As usual"), ("event_title", "event_description")),
		*([("crm", _("CRM"), crm_summary(doc), _CRM)] if record_choices() else []),
		("price", _("Price"), price_summary(doc), (*_PRICE, *(_PAYMENT if is_ready() else ()))),
	]
	return [
		Group(
			key,
			title,
			[*_rows_of(key, doc, page), *(_field(name) for name in names), *_schedules(key, doc, page)],
			summary,
			key == "basics",
		)
		for key, title, summary, names in groups
	]


_BASICS = (
	"title",
	"duration_minutes",
	"duration_options",
	"location_type",
	"location_details",
	"fallback_details",
	"is_active",
	"is_unlisted",
)
_TEAM = (
	"assignment",
	"required_count",
	"round_robin_mode",
	"route_to_owner",
	"attendee_chooses_host",
	"reschedule_host",
)
_WHEN = (
	"uses_host_defaults", "buffer_before_minutes", "buffer_after_minutes", "minimum_notice", "minimum_notice_unit", "window_type",
	"max_days_in_advance", "only_days_with_slots", "window_from", "window_to", "slot_interval", "slot_offset", "fill_gaps", "first_slot_only",
)  # fmt: skip
_LIMITS = ("daily_limit", "weekly_limit", "monthly_limit", "daily_minutes", "weekly_minutes", "monthly_minutes")
_WAITLIST = ("has_waitlist", "waitlist_minutes", "waitlist_at_once")
_ADDRESSES = ("confirm_address", "business_addresses_only", "allowed_domains", "blocked_domains")
_CONFIRMATION = (
	"requires_confirmation", "confirmation_message", "redirect_url", "reminders", "asks_to_reconfirm", "release_unconfirmed_hours",
)  # fmt: skip
_CHANGES = ("allow_cancel", "allow_reschedule", "change_notice_hours", "max_reschedules", "reschedule_reason")
_CRM = ("crm_record", "crm_at_once", "crm_owner", "crm_source", "crm_territory")
_PRICE = ("price", "currency")
_PAYMENT = ("payment", "deposit", "refund_notice_hours", "late_refund_percent")


def _field(fieldname: str) -> Field:
	return field_of("Meeting Type", fieldname, "name" if fieldname == "title" else "")


def _rows_of(key: str, doc: Document, page: Document) -> list[Field]:
	"""Return the controls that have no field of their own: who of the team takes part, and the rows of other places."""
	if key == "places":
		rows = range(min(len(doc.places) + 2, MAX_PLACES))
		# A row that isn't filled in has no type.
		return [field_of("Meeting Type Place", each, f"{each}-{row}") for row in rows for each in _PLACE]
	if key != "team":
		return []
	parts = [("", _("Takes no part")), ("takes_part", _("Takes part")), ("required", _("Is required"))]
	hosts = (row for row in page.hosts if row.is_active)
	return [Field(_host_field(row), get_fullname(row.user), "select", choices=parts) for row in hosts]


def _schedules(key: str, doc: Document, page: Document) -> list[Field]:
	"""Return the choice of a schedule, if there are several."""
	schedules = schedules_of(doc.consultant if doc.consultant in page_users(page) else page.user)
	if key != "basics" or (len(schedules) < 2 and not doc.availability_schedule):
		return []
	own = [(schedule.name, schedule.title) for schedule in schedules]
	return [_field("availability_schedule")._replace(kind="select", choices=[("", _("The host's usual hours")), *own])]


def _host_field(row: Document) -> str:
	"""Return the name of the control that says whether the host of a page's row takes part."""
	return f"host-{row.name}"


def stored_value(doc: Document, field: Field, page: Document) -> str:
	"""Return the stored value of a meeting type as the control shows it."""
	if row := next((row for row in page.hosts if _host_field(row) == field.name), None):
		return parts_of_hosts(doc, page).get(row.user, "")
	if field.name == "duration_options":
		return ", ".join(str(each) for each in durations_of(doc) if each != doc.duration_minutes)
	fieldname, dash, number = field.name.partition("-")
	if dash:
		rows = doc.places[int(number) : int(number) + 1]
		return stored(rows[0], fieldname) if rows else ""
	return stored(doc, "title" if fieldname == "name" else fieldname)


def group_of(doc: Document, key: str, locale: Locale) -> Group | None:
	"""Return the group of fields with this key, or None."""
	return next((group for group in groups_of(doc, page_of(doc), locale) if group.key == key), None)


def sent_fields(doc: Document, form: Mapping[str, Any], locale: Locale) -> dict[str, Any]:
	"""Return the fields of a sent form by the names of the API. Boxes that aren't ticked count as 0. Raises InvalidRequest."""
	if form.get("group") == "questions":
		return {"questions": as_sent(typed_rows(form))}
	group = group_of(doc, str(form.get("group") or ""), locale)
	if not group:
		return {}
	sent: dict[str, Any] = values_sent(group.fields, form)
	if group.key == "places":
		numbers = sorted(int(name.partition("-")[2]) for name in sent if name.startswith("place_type-"))
		rows = [[sent.get(f"{name}-{number}", "") for name in _PLACE] for number in numbers]
		# A row without a type is removed.
		return {"locations": [dict(zip(("type", "label", "details"), row, strict=True)) for row in rows if row[0]]}
	if group.key == "team":
		# A choice that is the page's own needs no rows, and follows the page.
		page = page_of(doc)
		former = parts_of_hosts(doc, page)
		parts = {row.user: sent.pop(_host_field(row), former[row.user]) for row in page.hosts if row.is_active}
		return {**sent, "hosts": rows_of_parts(parts, page)}
	return sent


def team_summary(doc: Document, page: Document) -> str:
	return " · ".join([get_fullname(user) for user, part in parts_of_hosts(doc, page).items() if part][:6])


def words_summary(doc: Document) -> str:
	return " ".join((doc.description or "").split())[:80] or _("No description")


def when_summary(doc: Document, locale: Locale) -> str:
	if doc.uses_host_defaults:
		return _("As in your working hours")
	notice = _("Notice {0} {1}").format(doc.minimum_notice, _(doc.minimum_notice_unit or "Hours"))
	buffers = _("{0} before, {1} after").format(
		*(lengths.duration(doc.get(field) or 0, locale) for field in ("buffer_before_minutes", "buffer_after_minutes"))
	)
	return f"{notice} · {buffers}"


def limits_summary(doc: Document) -> str:
	sentences = {
		"daily_limit": _("{0} a day"), "weekly_limit": _("{0} a week"), "monthly_limit": _("{0} a month"),
		"daily_minutes": _("{0} minutes a day"), "weekly_minutes": _("{0} minutes a week"),
		"monthly_minutes": _("{0} minutes a month"),
	}  # fmt: skip
	return " · ".join(text.format(doc.get(field)) for field, text in sentences.items() if doc.get(field)) or _(
		"Nothing set"
	)


def seats_summary(doc: Document, locale: Locale) -> str:
	seats = _("{0} seats").format(doc.seats) if (doc.seats or 1) > 1 else _("One attendee")
	return f"{seats} · {lengths.days(doc.number_of_days, locale)}" if (doc.number_of_days or 1) > 1 else seats


def series_summary(doc: Document) -> str:
	repeat = repeat_of(doc)
	return repeat_text(repeat) if repeat else _("Doesn't repeat")


def waitlist_summary(doc: Document, locale: Locale) -> str:
	if not doc.has_waitlist:
		return _("No waitlist")
	held = _("An offer holds for {0}").format(lengths.duration(minutes_of(doc), locale))
	return f"{held} · {_('{0} people at once').format(at_once(doc))}" if at_once(doc) > 1 else held


def addresses_summary(doc: Document) -> str:
	if doc.confirm_address in (None, "", "Off"):
		return _("Nothing set")
	return _("{0}: {1}").format(_("Confirm addresses of"), _(doc.confirm_address))


def crm_summary(doc: Document) -> str:
	if not doc.crm_record:
		return _("A contact only")
	made = {"Lead": _("Strangers become leads"), "Deal": _("Strangers become deals")}[doc.crm_record]
	when = _("at once") if doc.crm_at_once else _("once their address or request is confirmed")
	return f"{made} · {when}"


def places_summary(doc: Document) -> str:
	return " · ".join(row.label or str(location_label(row.place_type)) for row in doc.places) or _("Nothing set")


def confirmation_summary(doc: Document) -> str:
	return _("You confirm each request") if doc.requires_confirmation else _("Booked at once")


def changes_summary(doc: Document) -> str:
	allowed = [
		text for field, text in (("allow_cancel", _("cancel")), ("allow_reschedule", _("reschedule"))) if doc.get(field)
	]
	return _("Attendees may {0}").format(", ".join(allowed)) if allowed else _("Attendees can't change it")


def price_summary(doc: Document) -> str:
	if not doc.price:
		return _("Free of charge")
	price = f"{doc.price:g} {doc.currency or ''}".strip()
	return f"{price} · {_('Before the booking counts') if is_charged(doc) else _('Payable at the meeting')}"
