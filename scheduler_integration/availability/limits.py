"""Limits: a Meeting Type limits its own meetings, an Availability Schedule all meetings of its host."""

from collections.abc import Mapping
from typing import Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.exceptions import InvalidRequest

_LIMITS = {
	"daily_limit": ("day", False),
	"weekly_limit": ("week", False),
	"monthly_limit": ("month", False),
	"daily_minutes": ("day", True),
	"weekly_minutes": ("week", True),
	"monthly_minutes": ("month", True),
}
LIMIT_FIELDS = tuple(_LIMITS)


def limits_of(record: Mapping[str, Any] | Document, *, of_host: bool) -> tuple[engine.Limit, ...]:
	"""Return the engine's limits for the record's `LIMIT_FIELDS`. 0 or an empty field means no limit.

	With `of_host` a limit counts all the host's meetings, otherwise only the meetings of the meeting type.
	"""
	return tuple(
		engine.Limit(period, most, in_minutes, of_host)
		for field, (period, in_minutes) in _LIMITS.items()
		if (most := record.get(field))
	)


def check_limits(record: Document) -> None:
	"""Raise InvalidRequest if one of the record's limits is negative."""
	for field in LIMIT_FIELDS:
		if (record.get(field) or 0) < 0:
			label = _(record.meta.get_label(field))
			raise InvalidRequest(_("{0} can't be negative.").format(label), details={field: _("Use 0 for no limit.")})
