"""What an app's page renderers inherit from."""

from typing import Any

from frappe.context import local
from frappe.website.utils import build_response
from werkzeug.wrappers import Response


class BaseRenderer:
	def __init__(self, path: str | None = None, http_status_code: int | None = None):
		self.headers: dict | None = None
		self.http_status_code = http_status_code or 200
		self.path = (path or local.request.path).strip("/ ")

	def can_render(self) -> bool:
		raise NotImplementedError

	def render(self) -> Response:
		raise NotImplementedError

	def build_response(self, data: Any, http_status_code: int | None = None, headers: dict | None = None) -> Response:
		return build_response(self.path, data, http_status_code or self.http_status_code, headers or self.headers)
