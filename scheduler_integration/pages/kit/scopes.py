"""The choice of how much of a series a form changes: this date, this and later ones, or all."""

from __future__ import annotations

from collections.abc import Iterable

from frappe import _

from scheduler_integration.meetings.series import ALL, LATER, ONE
from scheduler_integration.meetings.status import OPEN


def scopes_of(states: Iterable[str]) -> list[dict[str, str]]:
	"""Return the choices for a series whose dates have these states; empty if only one of them can be changed."""
	if sum(state in OPEN for state in states) < 2:
		return []
	labels = {ONE: _("Only this date"), LATER: _("This date and all later ones"), ALL: _("All dates")}
	return [{"value": scope, "label": label} for scope, label in labels.items()]
