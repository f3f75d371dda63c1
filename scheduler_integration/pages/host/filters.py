"""The filters of the list on `/scheduling`: reads their fields, and makes their view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from frappe import _

from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.pages.host.house import MEETINGS
from scheduler_integration.pages.host.types import types_by_page

# A list of past meetings begins this far back if no date is given.
_BACK = timedelta(days=30)
# With more hosts than this, a list is easier than a row of buttons.
_MOST_CHIPS = 12
_STATUSES = {
	"pending": "pending",
	"scheduled": "scheduled",
	"completed": "completed",
	"no_show": "no_show",
	"cancelled": "cancelled,declined,rescheduled",
	"all": "pending,scheduled,completed,no_show,cancelled,declined,rescheduled",
}
_ALSO_PAST = ("completed", "no_show", "cancelled", "all")


@dataclass(frozen=True)
class Filters:
	"""The filters in the address, as they were typed. Without any, the meetings to come are shown."""

	status: str = ""
	since: str = ""
	until: str = ""
	meeting_type: str = ""
	host: str = ""
	text: str = ""

	@property
	def is_set(self) -> bool:
		return any(self.arguments.values())

	@property
	def arguments(self) -> dict[str, str]:
		"""The filters as arguments of the address."""
		return {
			"status": self.status,
			"from": self.since,
			"to": self.until,
			"type": self.meeting_type,
			"hosted_by": self.host,
			"q": self.text,
		}

	def values(self, today: date) -> dict[str, object]:
		"""Return the arguments of `parse_booking_filter`. States of the past begin a month ago unless a date is given."""
		starts = self.since or (self.status in _ALSO_PAST and not self.until and (today - _BACK).isoformat()) or ""
		return {
			"status": _STATUSES.get(self.status, self.status),
			"start_date": starts or (today.isoformat() if self.status and not self.until else ""),
			"end_date": self.until,
			"meeting_type": self.meeting_type,
			"host": self.host,
			"text": self.text,
		}


def filters_view(filters: Filters, types: Sequence[ReadableType], hosts: Sequence[TypeHost]) -> dict:
	"""Return the view of the filters' form. `hosts` are those that a manager may choose, empty for others."""
	statuses = {
		"": _("Upcoming"),
		"pending": _("Needs your answer"),
		"scheduled": _("Confirmed"),
		"completed": _("Attended"),
		"no_show": _("No-show"),
		"cancelled": _("Cancelled or moved"),
		"all": _("All"),
	}
	return {
		"is_set": filters.is_set,
		"is_more_set": any(value for name, value in filters.arguments.items() if name != "q"),
		"text": filters.text,
		"arguments": {name: value for name, value in filters.arguments.items() if value},
		"statuses": [
			{"value": value, "label": label, "is_chosen": value == filters.status} for value, label in statuses.items()
		],
		"since": filters.since,
		"until": filters.until,
		"pages": types_by_page(types) if len(types) > 1 else [],
		"meeting_type": filters.meeting_type,
		"hosts": hosts,
		"chips": _chips(filters, hosts) if 1 < len(hosts) <= _MOST_CHIPS else [],
		"host": filters.host,
	}


def _chips(filters: Filters, hosts: Sequence[TypeHost]) -> list[dict]:
	"""Return a link for each host's meetings, after one for everybody's. The other filters stay."""
	others = {name: value for name, value in filters.arguments.items() if value and name != "hosted_by"}
	return [
		{
			"name": name,
			"url": f"{MEETINGS}?{urlencode({'whose': 'all', **others, **({'hosted_by': user} if user else {})})}",
			"is_chosen": user == filters.host,
		}
		for user, name in (("", _("Everybody")), *((host.user, host.name) for host in hosts))
	]
