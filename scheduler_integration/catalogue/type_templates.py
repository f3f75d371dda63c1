"""Templates for a new host: kinds of meetings with sensible values, and a first page that offers two of them.

A consultant begins with the starter set: a meeting type for each phase of a client.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.catalogue.consultant_types import ConsultantType, types_of_consultant
from scheduler_integration.catalogue.edit_pages import create_page, free_slug
from scheduler_integration.catalogue.edit_types import create_type
from scheduler_integration.catalogue.places import NOWHERE, Place
from scheduler_integration.catalogue.repeats import CHOSEN
from scheduler_integration.platform.language import language_for_visitors

# The kinds of meetings that a new page offers.
FIRST = ("intro", "discovery")


@dataclass(frozen=True, slots=True)
class Template:
	"""A kind of meeting. `title` and `note` are translated, `fields` are those of the new record."""

	key: str
	title: str
	note: str
	fields: Mapping[str, Any]
	needs_team: bool = False


def type_templates() -> tuple[Template, ...]:
	"""Return the kinds of meetings, in the language of the request.

	The desk translates whatever it shows. Without the context it would translate the titles of a host's own types, too.
	"""
	return (
		Template(
			"intro",
			_("Intro call", context="Meeting Type"),
			_("15 minutes to get to know each other"),
			{"duration_minutes": 15},
		),
		Template(
			"discovery",
			_("Discovery call", context="Meeting Type"),
			_("30 minutes to understand what is needed"),
			{"duration_minutes": 30},
		),
		Template(
			"consultation",
			_("Consultation", context="Meeting Type"),
			_("60 minutes of advice"),
			{"duration_minutes": 60},
		),
		Template(
			"advisory",
			_("Advisory call", context="Meeting Type"),
			_("30 minutes every other week, as often as attendees choose"),
			{"duration_minutes": 30, "repeats": CHOSEN, "repeat_weeks": 2, "repeat_count": 12},
		),
		Template(
			"workshop",
			_("Workshop", context="Meeting Type"),
			_("90 minutes with up to ten attendees"),
			{"duration_minutes": 90, "seats": 10},
		),
		Template(
			"office_hours",
			_("Office hours", context="Meeting Type"),
			_("Short slots, one after the other, without a pause"),
			{"duration_minutes": 15, "uses_host_defaults": 0, "minimum_notice": 1, "max_days_in_advance": 14},
		),
		Template(
			"panel",
			_("Panel", context="Meeting Type"),
			_("All required hosts of the team at once"),
			{"duration_minutes": 60, "assignment": "Collective"},
			needs_team=True,
		),
	)


def first_page(fields: Mapping[str, Any], place: Place = NOWHERE) -> Document:
	"""Make a page of the signed-in user, or of a team, with two meeting types, and return it. `fields` are those of the page.

	The types take place at `place`. Those of a team go to one of its hosts, by turns.
	Hosts get office hours, Monday to Friday, if there are none yet. Raises NotPermitted, or InvalidRequest.
	"""
	with print_language(language_for_visitors()):
		welcome, templates = _("Choose what suits you."), type_templates()
	slug = fields.get("slug") or free_slug(fields["title"])
	page = create_page({"welcome_message": welcome, **fields, "slug": slug})
	common = {"scheduling_page": page.name, "location_type": place.type, "location_details": place.details}
	if page.page_type == "Team":
		common["assignment"] = "Round Robin"
	for order, template in enumerate(template for template in templates if template.key in FIRST):
		create_type(page.user, {"title": template.title, "sort_order": order, **common, **template.fields})
	return page


_PRIORITY = 5


@dataclass(frozen=True, slots=True)
class Starter:
	"""A meeting type of the set. `covers` are the points of the description. `times` is how often attendees can repeat it."""

	phase: str
	title: str
	minutes: int
	covers: tuple[str, ...]
	times: int = 1


def create_starter_types(consultant: str) -> list[ConsultantType]:
	"""Create those of the starter set whose title the consultant doesn't use yet, and return the new ones.

	Raises InvalidRequest if they can be booked nowhere: without a scheduler's address and without a page.
	"""
	titles = {meeting_type.title for meeting_type in types_of_consultant(consultant, only_active=False)}
	with print_language(language_for_visitors()):
		starters = starter_types()
	return [create_type(consultant, _fields_of_starter(starter)) for starter in starters if starter.title not in titles]


def starter_types() -> tuple[Starter, ...]:
	"""Return the set in the language of the request."""
	return (
		Starter(
			"Stabilize",
			_("Quick check-in"),
			15,
			(_("Your most urgent concerns"), _("What to do this week"), _("What can wait")),
		),
		Starter(
			"Organize",
			_("Strategy session"),
			45,
			(_("Your top three priorities"), _("The foundations to set up first"), _("A plan for the next 90 days")),
		),
		Starter(
			"Build",
			_("Deep dive"),
			60,
			(_("A close look at your financial systems"), _("A detailed implementation plan"), _("Who does what")),
		),
		Starter(
			"Grow",
			_("Growth strategy session"),
			90,
			(
				_("Where growth can come from"),
				_("What it needs in money and people"),
				_("Your goals for the long term"),
			),
		),
		Starter(
			"Systemic",
			_("Advisory call"),
			30,
			(_("What has changed since the last call"), _("Decisions ahead"), _("Support for your team")),
			times=12,
		),
	)


def _fields_of_starter(starter: Starter) -> dict:
	return {
		"title": starter.title,
		"slug": frappe.scrub(starter.phase) + f"-{starter.minutes}",
		"duration_minutes": starter.minutes,
		"description": "\n".join(f"- {point}" for point in starter.covers),
		"recommended_phases": [{"phase": starter.phase}],
		"priority": _PRIORITY,
		# A retainer: the call every other week, for as long as the client wants.
		**({"repeats": CHOSEN, "repeat_weeks": 2, "repeat_count": starter.times} if starter.times > 1 else {}),
	}
