"""The page of a host's calendars: the connected accounts, when they were read, errors, and how to fix them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_timedelta
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability.busy_times import Distrust
from scheduler_integration.calendars.connections import ConnectionSummary
from scheduler_integration.calendars.joining import AnotherAccount
from scheduler_integration.calendars.providers.registry import BY_ADDRESS
from scheduler_integration.notifications.preferences import Preferences
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.late import unwritten_text
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.visitor import Visitor


@dataclass(frozen=True)
class CalendarsPage:
	"""The data of the page. `vendors` are the providers that can be connected with a consent page, `not_set_up` those not yet.

	`zone` is the host's. `sees_all`: a manager sees everybody's. `typed` and `problems` are a refused form's values and its errors, by field.
	"""

	house: House
	connections: Sequence[ConnectionSummary]
	vendors: Sequence[str]
	not_set_up: Sequence[str]
	visitor: Visitor
	now: int
	zone: str
	preferences: Preferences
	push_key: str
	is_manager: bool = False
	sees_all: bool = False
	message: dict | None = None
	other: AnotherAccount | None = None
	typed: dict[str, str] | None = None
	problems: dict[str, str] | None = None


def calendars_view(page: CalendarsPage) -> dict:
	"""Return the view of `/scheduling/calendars`."""
	title = _("Everybody's calendars") if page.sees_all else _("Your calendars")
	return {
		**page.house.frame(title),
		"subtitle": _("We check these calendars for conflicts. Visitors never see your events."),
		"sees_all": page.sees_all,
		"is_manager": page.is_manager,
		"connections": [_connection(connection, page) for connection in page.connections],
		"vendors": [{"name": vendor, "label": _("Connect {0}").format(vendor)} for vendor in page.vendors],
		"not_set_up": page.not_set_up,
		"forms": [
			{"provider": name, "access": kind.access, "title": kind.title(), "services": kind.services}
			for name, kind in BY_ADDRESS.items()
		],
		"message": page.message,
		"other": page.other,
		"typed": page.typed or {},
		"problems": page.problems or {},
		"preferences": page.preferences,
		"push_key": page.push_key,
		"city": dates.city(page.zone, page.visitor.locale),
		"status": 400 if page.problems else 200,
	}


def _connection(connection: ConnectionSummary, page: CalendarsPage) -> dict:
	return {
		"name": connection.name,
		"account": connection.account,
		"provider": connection.provider,
		"host": get_fullname(connection.user),
		"is_well": _is_well(connection),
		"is_new": connection.is_new,
		"state": _state(connection),
		"effect": _effect(connection),
		"unwritten": unwritten_text(connection) if connection.unwritten else None,
		"read": _read(connection, page),
		"error": connection.error if connection.error_count else None,
		"mend": _mend(connection),
		"calendars": connection.calendars,
		"chosen": _chosen(connection),
		"has_destination": any(calendar.is_written for calendar in connection.calendars),
		"can_write": any(calendar.can_write for calendar in connection.calendars),
		"unreadable": sum(calendar.unreadable for calendar in connection.calendars),
		"closes": connection.closes,
		"switches": _switches(connection),
		"is_own": not page.sees_all,
	}


def _is_well(connection: ConnectionSummary) -> bool:
	return connection.distrust is None and not connection.error_count and not connection.unwritten


def _state(connection: ConnectionSummary) -> str:
	if not connection.is_active:
		return _("Switched off")
	sentences = {
		Distrust.UNREAD: _("First sync…"),
		Distrust.REVOKED: _("Must be connected again"),
		Distrust.GONE: _("A chosen calendar no longer exists"),
		Distrust.STALE: _("Couldn't be read for too long"),
	}
	if connection.distrust:
		return sentences[connection.distrust]
	if connection.unwritten:
		return _("Meetings aren't written yet")
	return _("Last sync failed. We keep trying.") if connection.error_count else _("Works")


def _chosen(connection: ConnectionSummary) -> list[str]:
	"""Return a sentence about the calendars that are read, and one about the calendar that is written."""
	read = ", ".join(calendar.title for calendar in connection.calendars if calendar.is_read or calendar.is_written)
	written = next((calendar.title for calendar in connection.calendars if calendar.is_written), None)
	sentences = []
	if connection.calendars and not read:
		sentences.append(_("None of its calendars is read."))
	if len(connection.calendars) > 1 and read:
		sentences.append(_("Checked for conflicts: {0}").format(read))
	if written:
		sentences.append(_("Bookings are added to: {0}").format(written))
	return sentences


def _effect(connection: ConnectionSummary) -> str | None:
	"""Return the effect of the error on visitors, as a sentence; None without an error."""
	if not connection.is_active or not connection.distrust:
		return None
	if connection.closes:
		return _("Until it has synced, nobody can book these times.")
	return _("Your times are offered all the same: check them against your calendar.")


def _read(connection: ConnectionSummary, page: CalendarsPage) -> str:
	if not connection.last_read:
		return _("Not synced yet")
	# At least a second, because "in 0 seconds" would be odd.
	seconds = min(connection.last_read - page.now, -1)
	ago = format_timedelta(seconds, add_direction=True, threshold=1.5, locale=page.visitor.locale)
	return _("Last read {0}").format(ago)


def _mend(connection: ConnectionSummary) -> str:
	"""Return the step that fixes the error: "reconnect", "password", "address", "choose", "sync"; '' without an error."""
	if connection.distrust is Distrust.REVOKED:
		return "reconnect" if connection.kind.access == "consent" else connection.kind.access
	if connection.distrust is Distrust.GONE:
		return "address" if connection.kind.access == "address" else "choose"
	return "sync" if not (_is_well(connection) or connection.is_new) else ""


def _switches(connection: ConnectionSummary) -> list[dict]:
	switches = (
		("ignore_tentative", True, _("Tentative events don't block")),
		("ignore_focus_time", connection.kind.knows_focus_time, _("Focus time doesn't block")),
		("invites", connection.kind.can_invite, _("The calendar invites the attendees")),
		("delete_cancels", connection.kind.can_write, _("Deleting the event cancels the booking")),
		("move_reschedules", connection.kind.can_write, _("Moving the event reschedules the booking")),
	)
	return [
		{"name": name, "label": label, "is_on": connection.switches[name]}
		for name, is_offered, label in switches
		if is_offered
	]
