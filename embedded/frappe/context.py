"""Stands in for frappe.local and its proxies, and for frappe.init, connect and destroy."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from frappe.types import _dict
from werkzeug.local import Local, release_local

local = Local()

db = local("db")
qb = local("qb")
conf = local("conf")
form_dict = local("form_dict")
request = local("request")
response = local("response")
session = local("session")
flags = local("flags")

_memos: dict[str, tuple[int, dict]] = {}


def init(site: str, sites_path: str = ".", force: bool = False) -> None:
	"""Start with this site: empty locals, the site's configuration, no connection yet."""
	if getattr(local, "initialised", None) and not force:
		return
	if getattr(local, "db", None):
		local.db.close()
	request = getattr(local, "request", None)
	release_local(local)
	if request:
		local.request = request
	local.site, local.sites_path, local.site_path = site, str(sites_path), str(Path(sites_path) / site)
	local.conf = _dict(json.loads(Path(local.site_path, "site_config.json").read_text()))
	local.flags = _dict(currently_saving=[], in_test=False, in_install=False, in_migrate=False, in_patch=False)
	local.message_log, local.response, local.fullnames = [], _dict(docs=[]), {}
	local.lang = "en"
	local.request_ip = None
	# The embedded site makes each new document afresh. These stay empty.
	local.cache, local.role_permissions, local.new_doc_templates = {}, {}, {}
	local.form_dict, local.session = _dict(), _dict(data=_dict())
	from frappe.query_builder import EmbeddedQuery

	local.qb = EmbeddedQuery
	local.memo = _memo_of(local.site_path)
	local.initialised = True


def connect() -> None:
	"""Open the site's database file, as Administrator."""
	local.db = _database()
	set_user("Administrator")


def _database() -> Any:
	from frappe.database.database import Database

	return Database(str(Path(local.site_path) / "site.db"), wait_seconds=local.conf.lock_wait_timeout or 30)


def read_only() -> Callable[[Callable], Callable]:
	"""Let a function read from the replica if the site has one: here that is another connection, which sees what is committed."""

	def decorate(function: Callable) -> Callable:
		@functools.wraps(function)
		def run(*args: Any, **kwargs: Any) -> Any:
			if not local.conf.read_from_replica or hasattr(local, "replica_db"):
				return function(*args, **kwargs)
			local.primary_db, local.replica_db = local.db, _database()
			local.db = local.replica_db
			try:
				return function(*args, **kwargs)
			finally:
				local.db.close()
				local.db = local.primary_db

		return run

	return decorate


def destroy() -> None:
	"""Close the connection and forget everything about this request or job."""
	if getattr(local, "db", None):
		local.db.close()
	release_local(local)


def set_user(username: str) -> None:
	local.session.update(user=username, sid=username, data=_dict())
	local.cache, local.role_permissions, local.new_doc_templates = {}, {}, {}
	local.form_dict = _dict()


# Each process remembers metas, hooks and controllers of a site. When one process changes them, it touches the stamp
# file, and the others forget theirs. A bench sends a message through Redis instead.


def _memo_of(site_path: str) -> dict:
	stamp = Path(site_path) / "schema.stamp"
	mark = stamp.stat().st_mtime_ns if stamp.exists() else 0
	known = _memos.get(site_path)
	if not known or known[0] != mark:
		known = _memos[site_path] = (mark, {})
	return known[1]


def forget_memo() -> None:
	"""Clear everything that this process has cached of the site; the other processes do so at their next request."""
	Path(local.site_path, "schema.stamp").touch()
	_memos.pop(local.site_path, None)
	local.memo = _memo_of(local.site_path)
