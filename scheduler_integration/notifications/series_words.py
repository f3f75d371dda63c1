"""The variables of a message about several dates of a series, and about the dates that are left."""

from collections.abc import Collection
from typing import Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.chain import predecessor
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.series import rows_of
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.notifications.amounts import amounts
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.language import counted

# The variables of a message about a single meeting.
NO_SERIES: dict[str, Any] = {"series_count": 0, "series_left": ""}


def series_variables(booking: Document, reader: Reader, names: Collection[str], now: int) -> dict[str, Any]:
	"""Return the variables in which the message differs from one about `booking` alone.

	`names` are the bookings of the series that a command has changed. `now` is in epoch seconds.
	"""
	if not booking.series:
		return {}
	about = set(names) | {booking.name}
	# Only those that are coming, by the clock of the moment at which the message is written.
	rows = [
		row for row in rows_of(booking.series) if row.status in OPEN and row.ends_at > now and row.name not in about
	]
	left = "; ".join(reader.in_short([(row.starts_at, row.ends_at)]) for row in rows)
	if len(names) < 2:
		return {"series_left": left}
	dates = sorted(load_bookings(list(names)), key=lambda each: each.starts_at)
	former = [each for each in map(predecessor, dates) if each]
	first = reader.in_short(dates[0].parts())
	return {
		"series_count": len(dates),
		"series_left": left,
		"stretches": _lines(dates, reader),
		"old_stretches": _lines(former, reader),
		"short_when": counted(_("{0} and one more | {0} and {1} more"), len(dates) - 1).format(first, len(dates) - 1),
		**amounts(dates, reader),
	}


def _lines(dates: list[Document], reader: Reader) -> list[dict[str, str]]:
	return reader.stretches([part for each in dates for part in each.parts()])
