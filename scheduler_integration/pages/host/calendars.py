"""`/scheduling/calendars`: hosts connect calendars, choose which are read and written, and see errors and how to fix them.

With `?whose=all`, managers see everybody's. `?connect=` leads to the vendor's consent page: as a link and not as a form,
because the page's security policy lets forms lead to this site only. The vendor leads back with `?connected=` or `?problem=`, or
with `?other=` if the host signed in with another account.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import frappe
from babel.dates import format_timedelta
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability.busy_times import Distrust
from scheduler_integration.calendars import connections, joining
from scheduler_integration.calendars.connections import ConnectionSummary
from scheduler_integration.calendars.providers.registry import BY_ADDRESS
from scheduler_integration.entry.errors import keeping_secrets, refusals
from scheduler_integration.entry.oauth import CALENDAR_CALLBACK, callback_address, this_asker
from scheduler_integration.exceptions import SchedulingError, details_of
from scheduler_integration.notifications.devices import public_key
from scheduler_integration.notifications.preferences import choose_digest, preferences_of, renew_feed, stop_feed
from scheduler_integration.pages.host.host_page import HostPage, Reader, bar
from scheduler_integration.pages.host.house import CALENDARS, unwritten_text
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.controls import field_of
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import View, argument, redirection, submitted
from scheduler_integration.parsing.calendar_fields import parse_address_form, parse_secret
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.language import counted, for_later
from scheduler_integration.platform.progress import how_far

_CONNECTED = for_later("The calendar is connected. It is being read now.")
_READING = for_later("The calendar is being read now.")


def _shown(reader: Reader) -> list[ConnectionSummary]:
	return connections.connections_of(None if _sees_all() else reader.user, reader.now)


def _sees_all() -> bool:
	return argument("whose") == "all" and is_manager()


def _bars(connection: ConnectionSummary, reader: Reader) -> list[dict[str, Any]]:
	"""Return a bar for each calendar that is being read, or one as long as the first reading hasn't begun."""
	of_all, so_far = (
		_("{0} of 1 event read | {0} of {1} events read"),
		_("1 event read so far | {0} events read so far"),
	)
	names = [each.name for each in connection.being_read] or [connection.name] * connection.is_new
	bars = [bar(reader, name, how_far(name), of_all, so_far, _("It is being read.")) for name in names]
	for each, calendar in zip(bars, connection.being_read if len(connection.calendars) > 1 else (), strict=False):
		each["text"] = _("{0}: {1}").format(calendar.title, each["text"])
	return bars


PAGE = HostPage(
	CALENDARS,
	kept=("whose",),
	in_page=True,
	bars=lambda reader: [each for connection in _shown(reader) for each in _bars(connection, reader)],
)


@PAGE.action("connect", done=_CONNECTED)
@keeping_secrets()
def _connect() -> None:
	provider = argument("provider")
	service = BY_ADDRESS[provider].services.get(argument("preset")) if provider in BY_ADDRESS else None
	# An address that was typed for another service is hidden as soon as this one is chosen.
	address = service.address if service else argument("address")
	form = parse_address_form(joining.password_needed(), provider, address, argument("login"), argument("password"))
	connections.connect_by_address(frappe.session.user, form)


@PAGE.action("reconnect", done=for_later("The calendar is connected again. It is being read now."))
@keeping_secrets()
def _reconnect() -> None:
	secrets = {field: parse_secret(field, argument(field)) for field in ("password", "address")}
	connections.reconnect(argument("name"), frappe.session.user, secrets["password"], secrets["address"])


@PAGE.action("update", done=for_later("Your choice is saved."))
@keeping_secrets()
def _update() -> None:
	chosen = frappe.request.form
	connections.update(
		argument("name"),
		frappe.session.user,
		read=chosen.getlist("read"),
		written=argument("written"),
		closes=argument("closes") == "1",
		switches={field: field in chosen for field in chosen.getlist("switch")},
	)


@PAGE.action("sync", done=_READING)
@keeping_secrets()
def _sync() -> None:
	connections.sync_now(argument("name"), frappe.session.user, now())


@PAGE.action("sync_all", done=_READING)
@keeping_secrets()
def _sync_all() -> None:
	connections.sync_now(argument("name"), frappe.session.user, now(), full=True)


@PAGE.action("disconnect", done=for_later("The calendar is disconnected."))
@keeping_secrets()
def _disconnect() -> None:
	connections.disconnect(argument("name"), frappe.session.user, keeps_events=argument("events") != "delete")


@PAGE.action("use_other", done=for_later("The other account is connected. It is being read now."))
@keeping_secrets()
def _use_other() -> None:
	joining.use_other_account(argument("key"), this_asker())


@PAGE.action("feed_on", done=for_later("Your calendar link is ready. An earlier one doesn't work any more."))
@keeping_secrets()
def _feed_on() -> None:
	renew_feed(frappe.session.user)


@PAGE.action("feed_off", done=for_later("Your calendar link doesn't work any more."))
def _feed_off() -> None:
	stop_feed(frappe.session.user)


@PAGE.action("digest_on", done=for_later("You get your meetings by e-mail each morning."))
def _digest_on() -> None:
	choose_digest(frappe.session.user, True)


@PAGE.action("digest_off", done=for_later("You get no e-mail in the morning any more."))
def _digest_off() -> None:
	choose_digest(frappe.session.user, False)


@PAGE.view
def _view(reader: Reader) -> View:
	sees_all, shown = _sees_all(), _shown(reader)
	error = _begin() if argument("connect") and not submitted() else reader.error
	fields = ("preset", "address", "login", "provider")
	return {
		"title": _("Everybody's calendars") if sees_all else _("Your calendars"),
		"subtitle": _("We check these calendars for conflicts. Visitors never see your events."),
		"sees_all": sees_all,
		"is_manager": is_manager(),
		"connections": [(connection, _connection(connection, reader)) for connection in shown],
		"vendors": [{"name": name, "label": _("Connect {0}").format(name)} for name in joining.available_providers()],
		"not_set_up": joining.missing_providers(),
		"forms": [
			{"provider": name, "access": kind.access, "title": kind.title(), "services": kind.services}
			for name, kind in BY_ADDRESS.items()
		],
		"other": joining.asked_account(argument("other"), this_asker()) if argument("other") else None,
		"typed": {field: echo(argument(field)) for field in fields} if error else {},
		"problems": details_of(error),
		"rules": {name: field_of("Calendar Connection", name) for name in ("when_unreadable", *connections.SWITCHES)},
		"preferences": preferences_of(reader.user),
		"push_key": public_key(),
		"city": dates.city(reader.zone, reader.locale),
		"error": error,
		**({} if error else _news([each.name for each in shown])),
	}


def _begin() -> SchedulingError:
	"""Send the browser to the vendor's page. Returns the error if that can't be done."""
	try:
		with refusals():
			address = joining.begin(
				argument("connect"), this_asker(), callback_address(CALENDAR_CALLBACK), argument("connection")
			)
	except SchedulingError as error:
		return error
	raise redirection(address, 302)


def _news(shown: Collection[str]) -> View:
	"""Return the message about what happened at the vendor. Unknown codes come from outside and aren't shown."""
	sentences = {
		"CONSENT_REFUSED": _("You declined at the provider, so nothing was connected."),
		"CONSENT_EXPIRED": _("That took too long. Please connect the calendar again."),
		"ADMIN_CONSENT_NEEDED": _("Your organisation's administrator must permit this app first."),
	}
	if code := argument("problem"):
		text = sentences.get(code) or _("The calendar could not be connected. Please try again.")
		return {"message": {"text": text, "is_error": True}}
	return {"message": {"text": _(_CONNECTED), "is_error": False}} if argument("connected") in shown else {}


def _connection(connection: ConnectionSummary, reader: Reader) -> dict[str, Any]:
	"""Return the words about a connection: what works, what its error means to visitors, and the step that fixes it."""
	calendars, read, effect = connection.calendars, _("Not synced yet"), None
	if connection.last_read:
		# At least a second, because "in 0 seconds" would be odd.
		seconds = min(connection.last_read - reader.now, -1)
		ago = format_timedelta(seconds, add_direction=True, threshold=1.5, locale=reader.locale)
		read = _("Last read {0}").format(ago)
		known = [how_far(each.name) for each in calendars] if connection.user == reader.user else []
		if events := sum(each.done for each in known if each and each.is_over):
			read += " · " + counted(_("1 event read | {0} events read"), events).format(reader.number(events))
	if connection.is_active and connection.distrust:
		effect = _("Your times are offered all the same: check them against your calendar.")
		if connection.closes:
			effect = _("Until it has synced, nobody can book these times.")
	return {
		"host": get_fullname(connection.user),
		"bars": _bars(connection, reader),
		"is_well": _is_well(connection),
		"state": _state(connection),
		"effect": effect,
		"unwritten": unwritten_text(connection) if connection.unwritten else None,
		"read": read,
		"mend": _mend(connection),
		"checked": ", ".join(calendar.title for calendar in calendars if calendar.is_used),
		"written": next((calendar.title for calendar in calendars if calendar.is_written), None),
		"can_write": any(calendar.can_write for calendar in calendars),
		"unreadable": sum(calendar.unreadable for calendar in calendars),
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


def _mend(connection: ConnectionSummary) -> str:
	"""Return the step that fixes the error: "reconnect", "password", "address", "choose", "sync"; '' without an error."""
	if connection.distrust is Distrust.REVOKED:
		return "reconnect" if connection.kind.access == "consent" else connection.kind.access
	if connection.distrust is Distrust.GONE:
		return "address" if connection.kind.access == "address" else "choose"
	return "sync" if not (_is_well(connection) or connection.is_new) else ""
