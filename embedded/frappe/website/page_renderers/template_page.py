"""Stands in for frappe.website.page_renderers.template_page: a page that is a file in an app's folder www/."""

import os
from pathlib import Path

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict
from frappe.website.page_renderers.base_renderer import BaseRenderer
from werkzeug.wrappers import Response


class TemplatePage(BaseRenderer):
	def __init__(self, path: str, http_status_code: int | None = None):
		super().__init__(path, http_status_code)
		self.app, self.file = "", ""
		for app in reversed(frappe.get_installed_apps()):
			# Not `Path.is_file`, which raises an error if the name is too long for the disk.
			if os.path.isfile(file := frappe.get_app_path(app, "www", f"{self.path}.html")):
				self.app, self.file = app, file
				return

	def can_render(self) -> bool:
		return bool(self.file)

	def render(self) -> Response:
		"""Render the page. One in the site's own template, or without `no_cache`, isn't implemented."""
		context = _dict(path=self.path, user=local.session.user)
		if Path(self.file).with_suffix(".py").exists():
			module = frappe.get_module(".".join([self.app, "www", *self.path.split("/")]))
			if not getattr(module, "no_cache", False):
				raise NotImplementedError(f"The page {self.path} without no_cache = 1 on the embedded site")
			context.update(module.get_context(context) or {})
		if "{% extends" not in Path(self.file).read_text(encoding="utf-8"):
			raise NotImplementedError(f"The page {self.path} in the site's own frame on the embedded site")
		html = frappe.render_template(f"{self.app}/www/{self.path}.html", context, is_path=True)
		return self.build_response(html, context.http_status_code)


__getattr__ = missing(__name__)
