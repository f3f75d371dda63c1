"""Push messages: a provider reports that a calendar changed, so the calendar is read earlier than planned.

A message names only the calendar. It is just a hint: messages get lost and repeated, so calendars are read regularly all
the same. Each calendar's channel has a secret of its own, and is replaced when half of its time is over.
"""

import hmac
import secrets
from collections.abc import Iterable
from contextlib import suppress

import frappe
from frappe.utils.password import get_decrypted_password, set_encrypted_password

from scheduler_integration.calendars.accounts import open_connection
from scheduler_integration.calendars.listing import is_used
from scheduler_integration.calendars.provider import Channel, Provider
from scheduler_integration.calendars.providers.registry import WATCHED
from scheduler_integration.exceptions import AccessRevoked, OutsideError
from scheduler_integration.parsing.push_messages import PushMessage
from scheduler_integration.platform.site_address import site_url

_DOCTYPE, _ROW = "Calendar Connection", "Connected Calendar"
METHOD = "scheduler_integration.api.calendars.notify"
# Seconds until a channel is asked for again after a refusal, for example because the provider can't reach this site.
_TRY_AGAIN_SECONDS = 6 * 3600
_SHOWN = "*" * 8


def push_address() -> str:
	"""Return the address to which providers may send messages; empty if they can't reach this site.

	Providers require https. `scheduling_push_address` in site_config.json can set another address than the site's own, for
	example of a tunnel.
	"""
	base = frappe.conf.get("scheduling_push_address") or site_url()
	is_given = bool(frappe.conf.get("scheduling_push_address"))
	return f"{base.rstrip('/')}/api/method/{METHOD}" if is_given or base.startswith("https://") else ""


def keep_channels(connection: str, now: int) -> None:
	"""Open a channel for each calendar of the connection that needs one, and end unneeded channels. Commits.

	Raises no errors: without push messages, the calendars are read every few minutes.
	"""
	address, due, idle = push_address(), *_calendars(connection, now)
	if not due and not idle:
		return
	try:
		provider = open_connection(connection)
	except AccessRevoked:
		return
	try:
		for row in due if address else ():
			try:
				channel = provider.watch(row.calendar_id, address, secrets.token_urlsafe(32))
			except OutsideError as error:
				frappe.logger("scheduling.calendars").info(f"no push channel for {row.name}: {error.code}")
				_write(row.name, {"channel_renew_at": now + _TRY_AGAIN_SECONDS})
				frappe.db.commit()
				continue
			# The old one is ended after the new one is open, so no message is missed.
			_store(row.name, channel, now)
			if row.channel_id:
				_end(provider, row)
		for row in idle:
			_end(provider, row)
			_store(row.name, None, 0)
	finally:
		provider.close()


def end_channels(provider: Provider, connection: str) -> None:
	"""End all channels of a connection that is about to be removed.

	Errors are ignored, because channels end by themselves.
	"""
	if provider.kind.can_watch:
		for row in frappe.get_all(_ROW, {"parent": connection, "channel_id": ("is", "set")}, _FIELDS):
			_end(provider, row)


def received(messages: Iterable[PushMessage], now: int) -> set[str]:
	"""Note the messages that are genuine, and return the connections that are to be read now.

	Failing connections are left out. Their records have the time of the next attempt. Messages that aren't genuine are
	ignored silently. They may be from an old channel, or from a stranger.
	"""
	by_channel: dict[str, list[PushMessage]] = {}
	for message in messages:
		by_channel.setdefault(message.channel, []).append(message)
	connections: set[str] = set()
	for row in _rows_of(by_channel):
		secret = get_decrypted_password(_ROW, row.name, "channel_secret", raise_exception=False) or ""
		genuine = [each for each in by_channel.get(row.channel_id, ()) if _is_genuine(each, row, secret)]
		if any(each.event != "changed" for each in genuine):
			_write(row.name, {"channel_renew_at": now})
		if genuine:
			connections.add(row.parent)
	if not connections:
		return set()
	named = {"name": ("in", sorted(connections))}
	frappe.db.set_value(_DOCTYPE, named, "pushed_at", now, update_modified=False)
	return set(frappe.get_all(_DOCTYPE, {**named, "status": ("in", ("New", "Connected"))}, pluck="name"))


def was_pushed_since(connection: str, instant: int) -> bool:
	"""Whether a message came at this instant or later: a reading that began then may have missed the change."""
	return (frappe.db.get_value(_DOCTYPE, connection, "pushed_at") or 0) >= instant


_FIELDS = ["name", "parent", "calendar_id", "channel_id", "channel_resource", "channel_renew_at"]


def _calendars(connection: str, now: int) -> tuple[list[frappe._dict], list[frappe._dict]]:
	"""Return the calendars that need a (new) channel, and the calendars that have one but aren't read any more."""
	active = {"name": connection, "is_active": 1, "status": "Connected", "provider": ("in", WATCHED)}
	if not frappe.db.exists(_DOCTYPE, active):
		return [], []
	rows = frappe.get_all(_ROW, {"parent": connection}, [*_FIELDS, "check_conflicts", "write_bookings"])
	chosen = [*filter(is_used, rows)]
	idle = [row for row in rows if row.channel_id and row not in chosen]
	return [row for row in chosen if (row.channel_renew_at or 0) <= now], idle


def _end(provider: Provider, row: frappe._dict) -> None:
	with suppress(OutsideError):
		provider.unwatch(Channel(id=row.channel_id, resource=row.channel_resource or ""))


def _store(name: str, channel: Channel | None, now: int) -> None:
	if channel is None:
		values = {"channel_id": None, "channel_resource": None, "channel_secret": None, "channel_expires_at": 0}
		_write(name, {**values, "channel_renew_at": 0})
	else:
		# If the row is gone by now, this changes nothing, and the channel ends by itself.
		set_encrypted_password(_ROW, name, channel.secret, "channel_secret")
		_write(
			name,
			{
				"channel_id": channel.id,
				"channel_resource": channel.resource,
				# In forms, a stored password has this value.
				"channel_secret": _SHOWN,
				"channel_expires_at": channel.expires_at,
				"channel_renew_at": now + max(channel.expires_at - now, 0) // 2,
			},
		)
	frappe.db.commit()


def _rows_of(channels: Iterable[str]) -> list[frappe._dict]:
	keys = [channel for channel in channels if channel]
	return frappe.get_all(_ROW, {"channel_id": ("in", keys)}, _FIELDS) if keys else []


def _is_genuine(message: PushMessage, row: frappe._dict, secret: str) -> bool:
	same_secret = bool(secret) and hmac.compare_digest(message.secret.encode(), secret.encode())
	return same_secret and (not message.resource or message.resource == row.channel_resource)


def _write(name: str, values: dict) -> None:
	frappe.db.set_value(_ROW, name, values, update_modified=False)
