"""`frappe.website.utils`: the response of a page, and whether its HTML may be kept."""

import json
import mimetypes
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import missing
from werkzeug.wrappers import Response

PAGE_CACHE = "website_page::"


def build_response(path: str, data: Any, http_status_code: int, headers: dict | None = None) -> Response:
	response = Response(status=http_status_code)
	response.mimetype = "text/html"
	if isinstance(data, dict):
		response.mimetype, data = "application/json", json.dumps(data)
	elif "." in path and not path.endswith(".com"):
		response.mimetype = mimetypes.guess_type(path)[0] or response.mimetype
	response.data = data
	response.headers["X-Page-Name"] = path.encode("ascii", errors="xmlcharrefreplace").decode()
	response.headers["X-From-Cache"] = str(bool(local.response.get("from_cache")))
	for name, value in (headers or {}).items():
		response.headers[name] = str(value).encode("ascii", errors="xmlcharrefreplace").decode()
	return response


def can_cache(no_cache: Any = False) -> bool:
	if local.conf.disable_website_cache or local.conf.developer_mode or getattr(local, "no_cache", False):
		return False
	request = getattr(local, "request", None)
	return not no_cache and not (request and request.query_string)


def get_home_page() -> str:
	hooks = frappe.get_hooks("home_page")
	return hooks[-1] if hooks else "login" if local.session.user == "Guest" else "app"


def clear_website_cache(path: str | None = None) -> None:
	frappe.cache.delete_keys(f"{PAGE_CACHE}{path or ''}")


clear_cache = delete_page_cache = clear_website_cache
__getattr__ = missing(__name__)
