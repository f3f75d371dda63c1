"""A patch: says of earlier bookings when they were made, which figures, forecasts and the guard against floods count by."""

import frappe
from frappe.query_builder.functions import Coalesce

from scheduler_integration.engine import local_date
from scheduler_integration.insights import stat_days
from scheduler_integration.platform.clock import from_site_time, site_zone
from scheduler_integration.platform.sql import update_rows

_BATCH = 500


def execute() -> None:
	"""Fill in `booked_at` where it is missing, from `creation`. Commits after each batch, and can run again.

	A successor gets the instant of the first booking in its chain, as new bookings do. The days are counted again.
	"""
	booking = frappe.qb.DocType("Booking")
	missing = (
		frappe.qb.from_(booking)
		.select(booking.name, booking.creation, booking.rescheduled_from)
		.where(Coalesce(booking.booked_at, 0) == 0)
		# A booking is younger than the one whose place it took.
		.orderby(booking.creation)
		.orderby(booking.name)
		.limit(_BATCH)
	)
	days = set()
	while rows := missing.run(as_dict=True):
		before = {row.rescheduled_from for row in rows if row.rescheduled_from}
		known = dict(
			frappe.qb.from_(booking)
			.select(booking.name, booking.booked_at)
			.where(booking.name.isin([*before, ""]) & (booking.booked_at > 0))
			.run()
		)
		for row in rows:
			known[row.name] = known.get(row.rescheduled_from) or from_site_time(row.creation)
		update_rows("Booking", {row.name: {"booked_at": known[row.name]} for row in rows}, notes_change=False)
		days |= {local_date(known[row.name], site_zone().key) for row in rows}
		frappe.db.commit()
	if days:
		stat_days.note(sorted(stat_days.counted_days(min(days), max(days)) & days))
