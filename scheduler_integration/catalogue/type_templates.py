"""What a new host begins with: kinds of meetings with sensible values, and a first page that offers two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.catalogue.edit_pages import create_page, free_slug
from scheduler_integration.catalogue.edit_types import create_type
from scheduler_integration.catalogue.places import NOWHERE, Place
from scheduler_integration.catalogue.repeats import CHOSEN

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


def first_page(title: str | None = None, place: Place = NOWHERE) -> Document:
	"""Make a page of the signed-in user with two meeting types, and return it. Its title is by default the user's name.

	The types take place at `place`.

	The host gets office hours, Monday to Friday, if there are none yet. Raises NotPermitted, or InvalidRequest.
	"""
	user = frappe.session.user
	name = title or get_fullname(user)
	page = create_page({"title": name, "slug": free_slug(name), "welcome_message": _("Choose what suits you.")})
	for order, template in enumerate(template for template in type_templates() if template.key in FIRST):
		own = {"title": template.title, "scheduling_page": page.name, "sort_order": order}
		fields = {**own, "location_type": place.type, "location_details": place.details, **template.fields}
		create_type(user, fields)
	return page
