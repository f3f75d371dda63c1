"""Says what isn't in a host's calendar or video account as it was booked, because the account couldn't be used."""

from __future__ import annotations

from frappe import _

from scheduler_integration.calendars.connections import ConnectionSummary
from scheduler_integration.conferencing.connect import VideoAccount


def unwritten_text(connection: ConnectionSummary) -> str:
	"""Return how many meetings differ in the calendar, as sentences."""
	number = (
		_("One meeting isn't in the calendar as it was booked.")
		if connection.unwritten == 1
		else _("{0} meetings aren't in the calendar as they were booked.").format(connection.unwritten)
	)
	return f"{number} {_('That is put right by itself as soon as the calendar can be written.')}"


def waiting_text(account: VideoAccount) -> str:
	"""Return how many calls differ at the provider, as sentences."""
	number = (
		_("One video call is still to be made or deleted there.")
		if account.waiting == 1
		else _("{0} video calls are still to be made or deleted there.").format(account.waiting)
	)
	return f"{number} {_('That happens by itself as soon as the account can be used.')}"
