"""Sessions: a row each, found again by the `sid` cookie."""

import json
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict
from frappe.utils import add_to_date, now_datetime

_EXPIRES_AFTER = {"hours": 170}
_REFRESHED_AFTER = {"minutes": 10}


def start(user: str) -> None:
	local.new_sid = frappe.generate_hash()
	local.session = _dict(user=user, sid=local.new_sid, data=_dict(), used=now_datetime())
	query = "insert into `tabSessions` (sid, user, sessiondata, lastupdate) values (%s, %s, '{}', %s)"
	frappe.db.sql(query, (local.session.sid, user, local.session.used))
	frappe.db.set_value("User", user, "last_login", frappe.utils.now(), update_modified=False)
	frappe.db.commit()


def resume() -> None:
	"""The session that the cookie names; the request stays a guest's when there is none."""
	sid = local.request.cookies.get("sid", "Guest")
	if sid == "Guest":
		return
	query = "select `user`, `sessiondata`, `lastupdate` from `tabSessions` where `sid` = %s and `lastupdate` > %s"
	for user, data, used in frappe.db.sql(query, (sid, _ago(_EXPIRES_AFTER))):
		if frappe.get_cached_value("User", user, "enabled"):
			local.session = _dict(user=user, sid=sid, data=_dict(json.loads(data)), used=used)


def keep_alive() -> None:
	"""Write the session back now and then, so that it doesn't expire while it is used."""
	if local.session.user != "Guest" and local.session.used < _ago(_REFRESHED_AFTER):
		_write_back()


def _write_back() -> None:
	query = "update `tabSessions` set `sessiondata` = %s, `lastupdate` = %s where `sid` = %s"
	frappe.db.sql(query, (json.dumps(local.session.data), now_datetime(), local.session.sid))
	frappe.db.commit()


def end() -> None:
	frappe.db.sql("delete from `tabSessions` where `sid` = %s", (local.session.sid,))
	frappe.db.commit()
	local.new_sid = "Guest"
	local.session.update(user="Guest", sid="Guest", data=_dict())


def _ago(span: dict[str, int]) -> Any:
	return add_to_date(now_datetime(), **{unit: -length for unit, length in span.items()})


def get_csrf_token() -> str:
	"""The session's token, made when a page first asks for it; from then on its POSTs must carry it."""
	if not local.session.data.csrf_token:
		local.session.data.csrf_token = frappe.generate_hash()
		if not local.flags.in_test:
			_write_back()
	return local.session.data.csrf_token


__getattr__ = missing(__name__)
