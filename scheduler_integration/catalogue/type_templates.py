"""The kinds of meetings to begin with: each is a new meeting type with sensible values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frappe import _


@dataclass(frozen=True, slots=True)
class Template:
	"""A kind of meeting. `title` and `note` are translated, `fields` are those of the new record."""

	key: str
	title: str
	note: str
	fields: Mapping[str, Any]
	needs_team: bool = False


def type_templates() -> tuple[Template, ...]:
	"""Return the kinds of meetings, in the language of the request."""
	return (
		Template("intro", _("Intro call"), _("15 minutes to get to know each other"), {"duration_minutes": 15}),
		Template(
			"discovery", _("Discovery call"), _("30 minutes to understand what is needed"), {"duration_minutes": 30}
		),
		Template("consultation", _("Consultation"), _("60 minutes of advice"), {"duration_minutes": 60}),
		Template(
			"workshop",
			_("Workshop"),
			_("90 minutes with up to ten attendees"),
			{"duration_minutes": 90, "seats": 10},
		),
		Template(
			"office_hours",
			_("Office hours"),
			_("Short slots, one after the other, without a pause"),
			{"duration_minutes": 15, "uses_host_defaults": 0, "minimum_notice": 1, "max_days_in_advance": 14},
		),
		Template(
			"panel",
			_("Panel"),
			_("All required hosts of the team at once"),
			{"duration_minutes": 60, "assignment": "Collective"},
			needs_team=True,
		),
	)
