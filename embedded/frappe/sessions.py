"""Sessions, kept in the site's cache and found again by the `sid` cookie."""

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
	"""The session that the cookie names; the request stays a guest's when there is none."""
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
	"""The session's token, made when a page first asks for it; from then on its POSTs must carry it."""
	if not local.session.data.csrf_token:
		local.session.data.csrf_token = frappe.generate_hash()
		_keep()
	return local.session.data.csrf_token


__getattr__ = missing(__name__)
