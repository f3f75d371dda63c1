"""The headers that go out with the app's pages and answers, whatever the proxy in front of the site adds.

A page that is answered says what it needs with `use`; the hook after each request writes it.
"""

from dataclasses import dataclass

import frappe
from werkzeug.wrappers import Request, Response

from scheduler_integration.exceptions import SchedulingError

API_PATH = "/api/method/scheduler_integration."
NOTHING = "default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class PageHeaders:
	"""`policy` is a content security policy (CSP 3), `referrer` a referrer policy."""

	policy: str
	referrer: str


def use(headers: PageHeaders) -> None:
	"""The page that is being answered goes out with these headers."""
	frappe.flags.scheduling_headers = headers


def say_when(error: SchedulingError) -> None:
	"""The answer to this error goes out with `Retry-After`, if waiting helps (RFC 9110, 10.2.3)."""
	frappe.flags.scheduling_retry_after = error.retry_after


def frame_ancestors(*, framed: bool) -> str:
	"""Which sites may show the page inside their own: this one and those of Scheduler Settings, or none at all."""
	if not framed:
		return "frame-ancestors 'none'"
	hosts = (frappe.get_cached_doc("Scheduler Settings").allowed_embed_hosts or "").split()
	return " ".join(("frame-ancestors 'self'", *hosts))


def add_headers(response: Response, request: Request) -> None:
	"""Hook after each request."""
	headers = frappe.flags.scheduling_headers
	if not headers and request.path.startswith(API_PATH):
		headers = PageHeaders(NOTHING, "no-referrer")
	if headers:
		response.headers["Content-Security-Policy"] = headers.policy
		response.headers["Referrer-Policy"] = headers.referrer
		response.headers["X-Content-Type-Options"] = "nosniff"
	if response.status_code in (429, 503) and (seconds := frappe.flags.scheduling_retry_after):
		response.headers["Retry-After"] = str(seconds)
