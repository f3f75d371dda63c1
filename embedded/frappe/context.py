"""Where a site, a connection and a user meet: `frappe.local`, its proxies, and init / connect / destroy."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from frappe.types import _dict
from werkzeug.datastructures import Headers
from werkzeug.local import Local, release_local

local = Local()

db = local("db")
qb = local("qb")
conf = local("conf")
form_dict = local("form_dict")
request = local("request")
response = local("response")
session = local("session")
user = local("user")
flags = local("flags")
job = local("job")
error_log = local("error_log")
debug_log = local("debug_log")
message_log = local("message_log")
lang = local("lang")

_memos: dict[str, tuple[int, dict]] = {}


def init(site: str, sites_path: str = ".", new_site: bool = False, force: bool = False) -> None:
	"""Start afresh with this site: empty locals, its configuration, no connection yet."""
	if getattr(local, "initialised", None) and not force:
		return
	if getattr(local, "db", None):
		local.db.close()
	request = getattr(local, "request", None)
	release_local(local)
	if request:
		local.request = request
	site_path = Path(sites_path) / site
	local.site, local.sites_path, local.site_path = site, str(sites_path), str(site_path)
	local.conf = get_site_config(sites_path, str(site_path))
	local.flags = _dict(currently_saving=[], in_test=False, in_install=False, in_migrate=False, in_patch=False)
	local.error_log, local.debug_log, local.message_log = [], [], []
	local.response, local.response_headers = _dict(docs=[]), Headers()
	local.preload_assets = {"style": [], "script": [], "icons": []}
	local.lang = local.conf.lang or "en"
	local.request_ip = local.task_id = local.jenv = None
	local.cache, local.role_permissions, local.new_doc_templates = {}, {}, {}
	local.request_cache = defaultdict(dict)
	local.form_dict, local.session = _dict(), _dict(data=_dict())
	local.user = None
	from frappe.query_builder.builder import EmbeddedQuery

	local.qb = EmbeddedQuery
	local.memo = _memo_of(local.site_path)
	local.initialised = True


def connect(site: str | None = None, db_name: str | None = None, set_admin_as_user: bool = True) -> None:
	"""Open the site's database file, as Administrator unless a session will say who it is."""
	from frappe.database.database import Database

	if site:
		init(site)
	local.db = Database(str(Path(local.site_path) / "site.db"), wait_seconds=local.conf.lock_wait_timeout or 30)
	if set_admin_as_user:
		set_user("Administrator")


def destroy() -> None:
	"""Close the connection and forget everything of this request or job."""
	if getattr(local, "db", None):
		local.db.close()
	release_local(local)


def set_user(username: str) -> None:
	local.session.user = username
	local.session.sid = username
	local.session.data = _dict()
	local.cache, local.role_permissions, local.new_doc_templates = {}, {}, {}
	local.form_dict = _dict()
	local.jenv = None


def get_site_config(sites_path: str | None = None, site_path: str | None = None, **_: Any) -> _dict:
	"""common_site_config.json overlaid with the site's own site_config.json."""
	config = _dict()
	folders = (Path(sites_path or local.sites_path), Path(site_path or local.site_path))
	for file in (folders[0] / "common_site_config.json", folders[1] / "site_config.json"):
		if file.exists():
			config.update(json.loads(file.read_text()))
	return config


def get_conf(site: str | None = None) -> _dict:
	return local.conf


# What a process remembers of a site (metas, hooks, controllers) is thrown away when any process touches the stamp,
# which takes the place of the message that a bench sends round through Redis.


def _memo_of(site_path: str) -> dict:
	stamp = Path(site_path) / "schema.stamp"
	mark = stamp.stat().st_mtime_ns if stamp.exists() else 0
	known = _memos.get(site_path)
	if not known or known[0] != mark:
		known = _memos[site_path] = (mark, {})
	return known[1]


def forget_memo() -> None:
	"""Drop what this process remembers, and tell the other ones to do so with their next request."""
	stamp = Path(local.site_path) / "schema.stamp"
	stamp.write_text(str(id(stamp)))
	_memos.pop(local.site_path, None)
	local.memo = _memo_of(local.site_path)
	local.new_doc_templates = {}
