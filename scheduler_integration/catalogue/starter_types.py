"""The starter set: a meeting type for each phase of a client, to begin with."""

from dataclasses import dataclass

import frappe
from frappe import _

from scheduler_integration.catalogue.consultant_types import ConsultantType, types_of_consultant
from scheduler_integration.catalogue.edit_types import create_type
from scheduler_integration.catalogue.repeats import CHOSEN

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
	return [create_type(consultant, _fields(starter)) for starter in starter_types() if starter.title not in titles]


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


def _fields(starter: Starter) -> dict:
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
