"""Stands in for frappe.sessions: sessions in the site's cache, found by the `sid` cookie."""

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict

LIFETIME = 170 * 3600


def start(user: str) -> None:
	local.new_sid = frappe.generate_hash()
	local.session.update(user=user, sid=local.new_sid, data=_dict())
	_keep()


def resume() -> None:
	"""Load the session that the cookie names. Without a session the user is Guest."""
	known = frappe.cache.get_value(f"session:{local.request.cookies.get('sid')}")
	if known and frappe.get_cached_value("User", known.user, "enabled"):
		local.session.update(known)


def _keep() -> None:
	frappe.cache.set_value(f"session:{local.session.sid}", _dict(local.session), expires_in_sec=LIFETIME)


def end() -> None:
	frappe.cache.delete_value(f"session:{local.session.sid}")
	local.new_sid = "Guest"
	frappe.set_user("Guest")


def get_csrf_token() -> str:
	"""Return the session's token, created when a page first needs it. From then on, POST requests must carry it."""
	if not local.session.data.csrf_token:
		local.session.data.csrf_token = frappe.generate_hash()
		_keep()
	return local.session.data.csrf_token


__getattr__ = missing(__name__)
