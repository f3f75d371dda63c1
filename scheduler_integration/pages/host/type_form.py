"""The editor of a meeting type: groups of fields, each a form of its own with one line about what is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import frappe
from babel import Locale
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_fullname

from scheduler_integration.availability.hours import schedules_of
from scheduler_integration.availability.impact import Impact
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.hosts import page_users, parts_of_hosts
from scheduler_integration.catalogue.lookup import page_of
from scheduler_integration.catalogue.places import location_label
from scheduler_integration.domains.links import page_url
from scheduler_integration.pages.host import type_summaries as summaries
from scheduler_integration.pages.host.hours.impact import impact_sentence
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.questions import Row, questions_view, stored_rows
from scheduler_integration.pages.host.share import link_view
from scheduler_integration.parsing.meeting_type_fields import CHOICES, LOCATIONS
from scheduler_integration.payments.providers import is_ready

PATH = "/scheduling/types"
# The groups whose fields decide which times are offered.
WEIGHED = ("basics", "team", "when", "limits", "seats", "series")


class Field(NamedTuple):
	"""A field of the editor: `name` as in the API, `kind` of its control, `choices` as (value, label)."""

	name: str
	label: str
	kind: str = "number"
	help: str = ""
	choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Group:
	"""A form of the editor. `summary` says in one line what is set."""

	key: str
	title: str
	fields: Sequence[Field]
	summary: str = ""
	is_open: bool = False


@dataclass(frozen=True)
class Typed:
	"""What was typed into a form that wasn't saved, by the API's names, with the errors or with what it would do."""

	group: str = ""
	values: Mapping[str, str] | None = None
	errors: Mapping[str, str] | None = None
	message: str = ""
	impact: Impact | None = None
	questions: Sequence[Row] | None = None


def type_view(house: House, doc: Document, typed: Typed) -> dict[str, Any]:
	"""Return the view of `/scheduling/types/<name>`."""
	page = page_of(doc)
	groups = groups_of(doc, page, house.visitor.locale)
	return {
		**house.frame(doc.title, style="types", script="types", frames=("'self'",)),
		"subtitle": page.title,
		"path": f"{PATH}/{doc.name}",
		"version": str(doc.modified),
		"url": page_url(page.slug, doc.slug),
		"link": link_view(doc.title, page_url(page.slug, doc.slug), f"{page.slug}-{doc.slug}"),
		"is_active": bool(doc.is_active),
		"groups": [_group_view(group, doc, typed, page) for group in groups],
		"questions": questions_view(
			stored_rows(doc) if typed.questions is None else typed.questions, is_open=typed.group == "questions"
		),
		"message": {"text": typed.message, "is_error": True} if typed.message else None,
	}


def groups_of(doc: Document, page: Document, locale: Locale) -> list[Group]:
	"""Return the groups of fields that make sense for the type."""
	team = [Group("team", _("Hosts"), _team(page), summaries.team(doc, page))] if page.page_type == "Team" else []
	return [
		Group("basics", _("The meeting"), _basics(doc, page), is_open=True),
		*team,
		Group("words", _("What visitors read"), _words(), summaries.words(doc)),
		Group("when", _("Notice, buffers and how far ahead"), _when(), summaries.when(doc, locale)),
		Group("limits", _("Limits"), _limits(), summaries.limits(doc)),
		Group("seats", _("Seats and days"), _seats(), summaries.seats(doc, locale)),
		Group("series", _("Repeats"), _series(), summaries.series(doc)),
		Group("waitlist", _("Waitlist"), _waitlist(), summaries.waitlist(doc, locale)),
		Group("confirmation", _("Confirmation and reminders"), _confirmation(), summaries.confirmation(doc)),
		Group("changes", _("Cancelling and rescheduling"), _changes(), summaries.changes(doc)),
		Group("entry", _("Calendar entry"), _entry(), doc.event_title or _("As usual")),
		Group("price", _("Price"), _price(), summaries.price(doc)),
	]


def flags_of(group: Group) -> list[str]:
	"""Return the boxes of a group: a browser sends nothing for those that aren't ticked."""
	return [field.name for field in group.fields if field.kind == "flag"]


def _basics(doc: Document, page: Document) -> list[Field]:
	fields = [
		Field("name", _("Title of the meeting"), "text"),
		Field("duration_minutes", _("Length in minutes"), help=_("Usual: 15, 30, 45 or 60")),
		Field("duration_options", _("Other lengths to choose from"), "text", _("Minutes, separated by commas: 30, 60")),
		Field("location_type", _("Place"), "select", choices=[("", _("Not said")), *_places()]),
		Field("location_details", _("Address, number or link"), "text"),
	]
	if page.page_type == "Team":
		labels = {
			"single_host": _("One host"),
			"round_robin": _("One of the team in turn"),
			"collective": _("All required hosts"),
		}
		fields.append(Field("assignment", _("Who"), "select", choices=list(labels.items())))
	schedules = schedules_of(doc.consultant if doc.consultant in page_users(page) else page.user)
	if len(schedules) > 1 or doc.availability_schedule:
		own = [(schedule.name, schedule.title) for schedule in schedules]
		fields.append(
			Field("availability_schedule", _("Hours"), "select", choices=[("", _("The host's usual hours")), *own])
		)
	return [
		*fields,
		Field("is_active", _("Can be booked"), "flag"),
		Field("is_unlisted", _("By link only"), "flag", _("The page doesn't show it. Whoever has its link can book.")),
	]


def _team(page: Document) -> list[Field]:
	parts = [("", _("Takes no part")), ("takes_part", _("Takes part")), ("required", _("Is required"))]
	modes = {"load_balanced": _("Who has least"), "weighted": _("By weight"), "availability": _("By time offered")}
	return [
		*(
			Field(host_field(row), get_fullname(row.user), "select", choices=parts)
			for row in page.hosts
			if row.is_active
		),
		Field(
			"required_count",
			_("At least so many of those who aren't required"),
			help=_("If all meet together. 0: all who are free"),
		),
		Field("round_robin_mode", _("If one takes it in turn"), "select", choices=list(modes.items())),
		Field("route_to_owner", _("People who were here before meet the same host"), "flag"),
		Field(
			"attendee_chooses_host",
			_("Attendees may choose the host"),
			"flag",
			_("If one takes it in turn. Others choose “with anyone”."),
		),
	]


def host_field(row: Document) -> str:
	"""Return the name of the control that says whether the host of a page's row takes part."""
	return f"host-{row.name}"


def _places() -> list[tuple[str, str]]:
	return [(key, location_label(name) or name) for key, name in LOCATIONS.items()]


def _words() -> list[Field]:
	return [
		Field("description", _("What it is about"), "long_text"),
		Field("slug", _("End of the link"), "text"),
		Field("color", _("Colour"), "color"),
	]


def _when() -> list[Field]:
	units = {"minutes": _("Minutes"), "hours": _("Hours"), "days": _("Days")}
	windows = {
		"rolling_days": _("A number of days"),
		"rolling_business_days": _("A number of business days"),
		"fixed_range": _("Between two dates"),
		"indefinite": _("Without end"),
	}
	return [
		Field(
			"uses_host_defaults",
			_("As in my working hours"),
			"flag",
			_("Buffer, notice and days ahead come from there."),
		),
		Field("buffer_before_minutes", _("Minutes free before")),
		Field("buffer_after_minutes", _("Minutes free after")),
		Field("minimum_notice", _("At least this long before")),
		Field("minimum_notice_unit", _("Counted in"), "select", choices=list(units.items())),
		Field("window_type", _("How far ahead"), "select", choices=list(windows.items())),
		Field("max_days_in_advance", _("Days ahead")),
		Field("window_from", _("First day"), "date"),
		Field("window_to", _("Last day"), "date"),
		Field("slot_interval", _("A start every so many minutes"), help=_("0: one after the other")),
	]


def _limits() -> list[Field]:
	return [
		Field("daily_limit", _("Meetings a day"), help=_("0: no limit")),
		Field("weekly_limit", _("Meetings a week")),
		Field("monthly_limit", _("Meetings a month")),
		Field("daily_minutes", _("Minutes a day")),
		Field("weekly_minutes", _("Minutes a week")),
		Field("monthly_minutes", _("Minutes a month")),
	]


def _seats() -> list[Field]:
	return [
		Field("seats", _("Seats"), help=_("More than 1: several people book the same time")),
		Field("number_of_days", _("Days in a row")),
		Field("skips_days_off", _("Days off in between are skipped"), "flag"),
	]


def _series() -> list[Field]:
	ways = {
		"": _("Doesn't repeat"),
		"fixed": _("Always so many times"),
		"attendee_chooses": _("Attendees choose how often"),
	}
	return [
		Field("repeats", _("Repeats"), "select", choices=list(ways.items())),
		Field("repeat_weeks", _("Every so many weeks"), help=_("1: every week")),
		Field(
			"repeat_count",
			_("So many times, or at most"),
			help=_("All dates are booked at once, at the same time of day."),
		),
	]


def _waitlist() -> list[Field]:
	return [
		Field(
			"has_waitlist",
			_("People can wait for a time"),
			"flag",
			_("A time that becomes free is offered to them in turn."),
		),
		Field(
			"waitlist_minutes",
			_("An offer holds for so many minutes"),
			help=_("5 to 1440. At night it holds until the morning, if the meeting is later."),
		),
		Field(
			"waitlist_at_once",
			_("Offer a time to so many people at once"),
			help=_(
				"With 1, one after the other. With more, the first who takes it gets it. If a time is near, more people are asked."
			),
		),
	]


def _confirmation() -> list[Field]:
	return [
		Field("requires_confirmation", _("I confirm each request"), "flag", _("The time is held until you answer.")),
		Field("confirmation_message", _("Message after booking"), "long_text"),
		Field("redirect_url", _("Then lead to this address"), "text"),
		Field(
			"reminders",
			_("Reminders"),
			"text",
			_("Minutes before, separated by commas: 1440, 60. Empty: the site's. 0: none"),
		),
		Field(
			"asks_to_reconfirm",
			_("Ask in reminders whether attendees are coming"),
			"flag",
			_("With one click they say that they are. You see it on the meeting."),
		),
		Field(
			"release_unconfirmed_hours",
			_("Cancel what nobody has confirmed (hours before)"),
			help=_("0: never. A meeting that was booked less than a day before that stays."),
		),
	]


def _changes() -> list[Field]:
	reasons = {"optional": _("Optional"), "required": _("Required"), "not_asked": _("Not asked")}
	return [
		Field("allow_cancel", _("Attendees may cancel"), "flag"),
		Field("allow_reschedule", _("Attendees may reschedule"), "flag"),
		Field("change_notice_hours", _("Until so many hours before")),
		Field("max_reschedules", _("At most so many times"), help=_("0: no limit")),
		Field("reschedule_reason", _("Reason"), "select", choices=list(reasons.items())),
	]


def _entry() -> list[Field]:
	return [
		Field("event_title", _("Title of the entry"), "text"),
		Field("event_description", _("Text of the entry"), "long_text"),
	]


def _price() -> list[Field]:
	return [
		Field("price", _("Price"), "text", _("Visitors read it.")),
		Field("currency", _("Currency code"), "text", _("Such as EUR or USD")),
		*(_payment() if is_ready() else ()),
	]


def _payment() -> list[Field]:
	moments = {"off": _("Not here"), "before_booking": _("Before the booking counts")}
	return [
		Field("payment", _("Attendees pay"), "select", choices=list(moments.items())),
		Field(
			"deposit",
			_("Deposit"),
			"text",
			_("Only this is paid at once, and the rest when you meet. 0: the whole price."),
		),
		Field("refund_notice_hours", _("Everything back until (hours before the start)")),
		Field("late_refund_percent", _("Later, this percentage")),
	]


def _group_view(group: Group, doc: Document, typed: Typed, page: Document) -> dict[str, Any]:
	is_typed = typed.group == group.key
	values = typed.values if is_typed and typed.values is not None else None
	errors = (typed.errors or {}) if is_typed else {}
	return {
		"key": group.key,
		"title": group.title,
		"summary": group.summary,
		"is_open": group.is_open or is_typed,
		"flags": flags_of(group),
		"is_weighed": group.key in WEIGHED,
		"impact": impact_view(typed.impact) if is_typed and typed.impact else None,
		"fields": [
			{
				**field._asdict(),
				"value": (values or {}).get(field.name, "") if values is not None else stored_value(doc, field, page),
				"error": errors.get(field.name),
			}
			for field in group.fields
		],
	}


def stored_value(doc: Document, field: Field, page: Document) -> str:
	"""Return the stored value as the control shows it."""
	if row := next((row for row in page.hosts if host_field(row) == field.name), None):
		return parts_of_hosts(doc, page).get(row.user, "")
	value = doc.get("title" if field.name == "name" else field.name)
	if field.kind == "flag":
		return "1" if value else ""
	if field.name == "duration_options":
		return ", ".join(str(each) for each in durations_of(doc) if each != doc.duration_minutes)
	if field.name in CHOICES or field.name == "location_type":
		return frappe.scrub(value) if value else ""
	if field.kind == "number":
		return str(cint(value))
	return "" if value in (None, 0.0) else f"{value:g}" if isinstance(value, float) else str(value)


def impact_view(impact: Impact) -> dict[str, str]:
	"""Return what a change would do, for `hours/impact.html`."""
	return {"summary": impact_sentence(impact)}
