"""Plans the calls of bookings again after a host connected an account."""

import frappe

from scheduler_integration.catalogue.video import CALLS, WITH_ACCOUNT
from scheduler_integration.conferencing.plan import KIND, plan_again, plan_cleanup_of
from scheduler_integration.conferencing.provider import Account
from scheduler_integration.conferencing.records import REMOVING
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.wake import wake

_MOST = 500


def replan_host(user: str, now: int) -> None:
	"""Plan the calls and the deletions that wait for an account of this host. `now` is in epoch seconds."""
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name).where((booking.host == user) & (booking.ends_at > now))
	query = query.where((booking.status == "Scheduled") & booking.location_type.isin(CALLS))
	for name in query.where(booking.video_status.isin(["Waiting", "Failed"])).limit(_MOST).run(pluck=True):
		plan_again(name, now)
	for name in frappe.get_all("Video Meeting", {"user": user, "status": REMOVING}, pluck="booking", limit=_MOST):
		if frappe.db.exists("Booking", name):
			plan_cleanup_of(name, user, now, now)
	outages.ask_soon(KIND, [Account(provider, user).label for provider in WITH_ACCOUNT], now)
	wake()
