"""Sessions: a row each, found again by the `sid` cookie."""

import json
from typing import Any
from urllib.parse import unquote

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict
from frappe.utils import add_to_date, now_datetime


class Session:
	"""`frappe.local.session_obj`; its `data` is what `frappe.session` shows."""

	def __init__(self, user: str | None = None, resume: bool = False):
		self.sid = unquote(local.request.cookies.get("sid", "Guest")) or "Guest"
		self.data = local.session = _dict(user="Guest", sid="Guest", data=_dict(user="Guest"))
		self.user = "Guest"
		if resume:
			self._resume()
		elif user and user != "Guest":
			self._start(user)

	def _start(self, user: str) -> None:
		self.user, self.sid = user, frappe.generate_hash()
		known = frappe.db.get_value("User", user, ["full_name", "user_type"], as_dict=True)
		stored = _dict(user=user, session_ip=local.request_ip, last_updated=frappe.utils.now(), **known)
		self.data.update(user=user, sid=self.sid, data=stored)
		frappe.db.sql(
			"insert into `tabSessions` (sid, user, sessiondata, lastupdate, status) values (%s, %s, %s, %s, 'Active')",
			(self.sid, user, json.dumps(stored), now_datetime()),
		)
		values = {"last_login": frappe.utils.now(), "last_ip": local.request_ip, "last_active": frappe.utils.now()}
		frappe.db.set_value("User", user, values, update_modified=False)
		frappe.db.commit()

	def _resume(self) -> None:
		if self.sid == "Guest":
			return
		hours, minutes, *_seconds = (frappe.get_system_settings("session_expiry") or "240:00").split(":")
		oldest = add_to_date(now_datetime(), hours=-int(hours), minutes=-int(minutes))
		query = "select `user`, `sessiondata` from `tabSessions` where `sid` = %s and `lastupdate` > %s"
		rows = frappe.db.sql(query, (self.sid, oldest))
		if not rows or not frappe.get_cached_value("User", rows[0][0], "enabled"):
			local.response.session_expired = 1
			local.cookie_manager.delete_cookie(COOKIES)
			self.sid = "Guest"
			return
		self.user = rows[0][0]
		self.data.update(user=self.user, sid=self.sid, data=_dict(json.loads(rows[0][1])))

	def update(self, force: bool = False) -> bool:
		"""Write the session back now and then, so that it doesn't expire while it is used."""
		if self.data.user == "Guest" or self.sid == "Guest":
			return False
		last = self.data.data.last_updated
		if not force and last and frappe.utils.time_diff_in_seconds(now_datetime(), last) <= 600:
			return False
		self.data.data.last_updated = frappe.utils.now()
		query = "update `tabSessions` set `sessiondata` = %s, `lastupdate` = %s where `sid` = %s"
		frappe.db.sql(query, (json.dumps(self.data.data), now_datetime(), self.sid))
		frappe.db.commit()
		return True


COOKIES = ["full_name", "user_id", "sid", "user_image", "user_lang", "system_user"]


def delete_session(sid: str, **_unused: Any) -> None:
	frappe.db.sql("delete from `tabSessions` where `sid` = %s", (sid,))
	frappe.db.commit()


def get_csrf_token() -> str:
	"""The session's token, made when a page first asks for it; from then on its POSTs must carry it."""
	if not local.session.data.csrf_token:
		generate_csrf_token()
	return local.session.data.csrf_token


def generate_csrf_token() -> None:
	local.session.data.csrf_token = frappe.generate_hash()
	if not local.flags.in_test:
		local.session_obj.update(force=True)


__getattr__ = missing(__name__)
