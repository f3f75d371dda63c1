"""The security headers of the app's pages and API responses. They don't depend on the proxy in front of the site.

A page sets its headers with `use`, and the hook `add_headers` writes them into the response.
"""

import hashlib
import json
import re
import time
from dataclasses import dataclass

import frappe
from redis.exceptions import RedisError
from werkzeug.wrappers import Request, Response

from scheduler_integration.exceptions import DatabaseAway, SchedulingError
from scheduler_integration.platform.transactions import is_away

API_PATH = re.compile(r"/api/(v[12]/)?method/scheduler_integration\.")
# The seconds in which requests end that were on their way, and the `time.monotonic` of the first error without Frappe's cache.
_MOMENT = 10
_lost_at: list[float] = []
NOTHING = "default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class PageHeaders:
	"""`policy` is a content security policy (CSP 3), `referrer` a referrer policy."""

	policy: str
	referrer: str


def use(headers: PageHeaders) -> None:
	"""Set the headers of this request's response."""
	frappe.flags.scheduling_headers = headers


def use_type(mimetype: str) -> None:
	"""Let this request's response, which a page has made, be of this type instead of HTML."""
	frappe.flags.scheduling_type = mimetype


def use_words(mimetype: str, seconds: int) -> None:
	"""Let this request's response be text in the visitor's language, which everybody may keep for a while and then ask about again."""
	use_type(mimetype)
	frappe.flags.scheduling_words = True
	keep_for(seconds)


def set_etag(content: bytes) -> None:
	"""Let the response have an entity tag (RFC 9110, 8.8.3), so that a caller who has this content gets a 304."""
	frappe.flags.scheduling_etag = hashlib.sha256(content).hexdigest()[:32]


def keep_for(seconds: int) -> None:
	"""Let everybody keep this request's response for a while. It is the same for all."""
	frappe.flags.scheduling_kept_for = seconds


def set_retry_after(error: SchedulingError) -> None:
	"""Set `Retry-After` of this request's response (RFC 9110, 10.2.3) from `error.retry_after`, if that isn't None."""
	frappe.flags.scheduling_retry_after = error.retry_after


def frame_ancestors(*, framed: bool) -> str:
	"""Return the CSP directive on embedding: allowed for this site and those of Scheduler Settings, or for none."""
	if not framed:
		return "frame-ancestors 'none'"
	return " ".join(("frame-ancestors 'self'", *embedding_hosts()))


def embedding_hosts() -> list[str]:
	"""Return the hosts of Scheduler Settings that may embed booking pages, some with a port."""
	return (frappe.get_cached_doc("Scheduler Settings").allowed_embed_hosts or "").lower().split()


def add_headers(response: Response | None, request: Request) -> None:
	"""Hook: runs after each request of the site. Pages of other apps keep their headers."""
	if response is None:
		# Frappe 15 has none yet for an error of Werkzeug, such as its NotFound.
		return
	if response.status_code == 500 and (_is_database_away() or _is_cache_away()):
		_answer_as_away(response, request)
	headers = frappe.flags.scheduling_headers
	if not headers and API_PATH.match(request.path):
		headers = PageHeaders(NOTHING, "no-referrer")
	if headers:
		response.headers["Content-Security-Policy"] = headers.policy
		response.headers["Referrer-Policy"] = headers.referrer
		response.headers["X-Content-Type-Options"] = "nosniff"
	if mimetype := frappe.flags.scheduling_type:
		response.mimetype = mimetype
	if response.status_code in (429, 503) and (seconds := frappe.flags.scheduling_retry_after):
		response.headers["Retry-After"] = str(seconds)
	if response.status_code < 400 and (seconds := frappe.flags.scheduling_kept_for):
		response.headers["Cache-Control"] = f"public, max-age={seconds}"
	if frappe.flags.scheduling_words and response.status_code == 200:
		response.vary.update(("Accept-Language", "Cookie"))
		response.add_etag()
		response.make_conditional(request.environ)
	if response.status_code == 200 and (tag := frappe.flags.scheduling_etag):
		response.set_etag(tag)
		response.headers["Cache-Control"] = "private, no-cache"
		response.make_conditional(request.environ)


def _answer_as_away(response: Response, request: Request) -> None:
	"""Make Frappe's answer ours. It asks the database for the session before it asks any app, and nothing was stored."""
	error = DatabaseAway()
	response.status_code = error.http_status_code
	set_retry_after(error)
	if API_PATH.match(request.path):
		told = {"success": False, "error": error.message, "code": error.code, "details": {}}
		response.set_data(json.dumps(told))


def _is_database_away() -> bool:
	try:
		frappe.db.sql("select name from `tabDocType` limit 1")
	except Exception as error:
		return is_away(error)
	return False


def _is_cache_away() -> bool:
	"""Whether Redis can't be reached, or was empty when it came back a moment ago.

	Frappe 16 then gives up the cache of its process ("healthy"), and requests that are on their way read None where something is
	only missing. It stays given up, so an error that comes much later has other reasons.
	"""
	try:
		frappe.cache.ping()
	except RedisError:
		return True
	if getattr(getattr(frappe, "client_cache", None), "healthy", True):
		return False
	if not _lost_at:
		_lost_at.append(time.monotonic())
	return time.monotonic() - _lost_at[0] < _MOMENT
