"""Stands in for frappe.website.page_renderers.base_renderer: what finds a page by its path, and renders it."""

from frappe.missing import missing
from werkzeug.wrappers import Response


class BaseRenderer:
	def __init__(self, path: str, http_status_code: int | None = None):
		self.path, self.http_status_code = path.strip("/ "), http_status_code or 200

	def can_render(self) -> bool:
		raise NotImplementedError

	def render(self) -> Response:
		raise NotImplementedError

	def build_response(self, data: str, http_status_code: int | None = None) -> Response:
		return Response(data, status=http_status_code or self.http_status_code, mimetype="text/html")


__getattr__ = missing(__name__)
