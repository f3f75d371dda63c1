"""If the host wants that: cancels or moves a booking after the host deleted or moved its event in their own calendar."""

import frappe
from frappe import _

from scheduler_integration.bookings.commands.cancel import cancel_by_host
from scheduler_integration.bookings.commands.reschedule import reschedule_by_host
from scheduler_integration.calendars.mirror.calendar_changes import CalendarChange
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.parsing.reschedule_request import RescheduleRequest


def follow_calendar(change: CalendarChange, now: int) -> bool:
	"""Cancel or move the booking as its host, and return whether that was possible. `now` is in epoch seconds.

	The booking stays if the new time isn't free, or has another length. The host then gets a notice, and decides.
	"""
	before = frappe.session.user
	frappe.set_user(change.user)
	try:
		if change.starts_at is None or change.ends_at is None:
			cancel_by_host(change.booking, _("The host deleted the meeting in their calendar."), now)
		else:
			minutes = (change.ends_at - change.starts_at) // 60
			reschedule_by_host(change.booking, RescheduleRequest(change.starts_at, minutes), now)
		return True
	except SchedulingError:
		frappe.db.rollback()
		return False
	finally:
		frappe.set_user(before)
