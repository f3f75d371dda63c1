"""Reads from the request who clicked a link, and decides whether the click counts.

A click counts if a person's browser shows its result to that person. Crawlers, link scanners of mail programs and
browsers that load a page ahead don't count. People who ask not to be tracked don't count either.
"""

import re
from urllib.parse import quote, urlsplit, urlunsplit

import frappe
from crawleruseragents import is_crawler
from werkzeug.datastructures import Headers

from scheduler_integration.catalogue.hostnames import is_hostname
from scheduler_integration.engagement.clicks import Visit
from scheduler_integration.entry.address import client_network
from scheduler_integration.parsing.text import Refused, line

LONGEST = 500
# Scanners and previews of mail programs that the list of crawlers doesn't have.
_SCANNERS = re.compile(
	r"barracuda|proofpoint|mimecast|safelinks|ms-?office|microsoft office|symantec|messagelabs|trend ?micro|fireeye"
	r"|forcepoint|sophos|cisco-?(ironport|esa)|linkscan|urlscan|url ?check|phish|antivirus|bitdefender|kaspersky"
	r"|googleimageproxy|yahoomailproxy",
	re.IGNORECASE,
)


def countable_visit(referrer: object = None) -> Visit | None:
	"""Return the visit of this request, or None if it doesn't count. `referrer` replaces the request's own."""
	request = frappe.request
	if why_uncounted():
		return None
	user = frappe.session.user
	return Visit(
		network=client_network(),
		user_agent=_safe_line(request.headers.get("User-Agent")),
		referrer=clean_referrer(referrer if referrer is not None else request.headers.get("Referer")),
		user=None if user == "Guest" else user,
	)


def why_uncounted() -> str | None:
	"""Return why this request doesn't count: `no_tracking` if the browser asks for it, `automatic` for a program, or None."""
	if wants_no_tracking():
		return "no_tracking"
	return "automatic" if frappe.request.method == "HEAD" or is_automatic(frappe.request.headers) else None


def wants_no_tracking() -> bool:
	"""Whether the browser asks not to be tracked: Do Not Track, or Global Privacy Control."""
	return "1" in (frappe.request.headers.get("DNT"), frappe.request.headers.get("Sec-GPC"))


def is_automatic(headers: Headers) -> bool:
	"""Whether a program rather than a person sent the request, or a browser that loads a page ahead."""
	agent = headers.get("User-Agent", "").strip()
	if not agent or is_crawler(agent) or _SCANNERS.search(agent):
		return True
	purposes = (headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
	if any("prefetch" in purpose.lower() or "preview" in purpose.lower() for purpose in purposes):
		return True
	# Fetch Metadata says how the browser uses the response. With "no-cors", for example for an image, nobody sees a
	# page. A script's own call ("cors", "same-origin") comes from the app's tracking script.
	return headers.get("Sec-Fetch-Mode") == "no-cors"


def clean_referrer(value: object) -> str:
	"""Return the page that linked here, without query and fragment, which may hold secrets. Else ""."""
	try:
		parts = urlsplit(value if isinstance(value, str) else "")
		host = parts.hostname or ""
		if parts.scheme not in ("http", "https") or not is_hostname(host):
			return ""
		host += f":{parts.port}" if parts.port else ""
	except ValueError:
		return ""
	# Quotes and angle brackets are no part of a path (RFC 3986, section 3.3).
	return _safe_line(urlunsplit((parts.scheme, host, quote(parts.path, safe="/%:@!$&()*+,;=~"), "", "")))


def _safe_line(text: str | None) -> str:
	"""Return the text if it is one line without markup and formulas, cut to LONGEST. Else ""."""
	try:
		return line((text or "")[:LONGEST], LONGEST)
	except Refused:
		return ""
