"""A page in an app's `www` folder: a template, and its Python neighbour that gives the context."""

import inspect
from pathlib import Path
from typing import Any

import frappe
from frappe.context import local
from frappe.types import _dict
from frappe.utils.jinja import get_jenv
from frappe.website.page_renderers.base_renderer import BaseRenderer
from frappe.website.utils import PAGE_CACHE, can_cache
from werkzeug.wrappers import Response

_PROPERTIES = ("base_template_path", "template", "no_cache", "sitemap", "condition_field")


class TemplatePage(BaseRenderer):
	def __init__(self, path: str | None = None, http_status_code: int | None = None):
		super().__init__(path, http_status_code)
		self.template_path: str | None = None
		self.context = _dict()
		for app in reversed(frappe.get_installed_apps()):
			for folder in ("www", "templates/pages"):
				base = Path(frappe.get_app_path(app))
				for ending in ("", ".html", ".md", "/index.html", "/index.md"):
					file = base / folder / f"{self.path}{ending}"
					if not self.template_path and file.is_file() and file.suffix in (".html", ".md"):
						self.app, self.app_path, self.template_path = app, base, str(file.relative_to(base))

	def can_render(self) -> bool:
		return bool(self.template_path)

	def render(self) -> Response:
		html = self.get_html()
		token = (local.session.data or _dict()).csrf_token
		script = f'<script>frappe.csrf_token = "{token}";</script>'
		return self.build_response(html.replace("<!-- csrf_token -->", script))

	def get_html(self) -> str:
		"""Kept by path and language, unless the page or its route says no."""
		key = f"{PAGE_CACHE}{self.path}"
		no_cache = local.request.cache_control.no_cache if getattr(local, "request", None) else True
		if can_cache(no_cache):
			html = (frappe.cache.get_value(key) or {}).get(local.lang)
			if html:
				local.response.from_cache = True
				return html
		html = self._render()
		if can_cache(self.context.no_cache):
			kept = frappe.cache.get_value(key) or {}
			frappe.cache.set_value(key, {**kept, local.lang: html}, expires_in_sec=1800)
		return html

	def init_context(self) -> None:
		"""What a subclass knows beforehand."""

	def _render(self) -> str:
		self.context.update(
			path=self.path, route=self.path, template=f"{self.app}/{self.template_path}",
			base_template="frappe/templates/web.html", user=local.session.user,
			fullname=frappe.utils.get_fullname(local.session.user),
		)  # fmt: skip
		self.init_context()
		self._run_controller()
		if self.context.http_status_code:
			self.http_status_code = self.context.http_status_code
		source = get_jenv().loader.get_source(get_jenv(), self.context.template)[0]
		if self.template_path.endswith(".md"):
			source = frappe.utils.md_to_html(source)
		if not any(mark in source for mark in ("{%- extends", "{% extends", "</body>")):
			base = self.context.base_template
			source = f'{{% extends "{base}" %}}{{% block page_content %}}{source}{{% endblock %}}'
			return frappe.render_template(source, self.context, is_path=False)
		return frappe.render_template(self.context.template, self.context, is_path=True)

	def _run_controller(self) -> None:
		stem = Path(self.template_path).with_suffix("")
		module_path = stem.with_name(stem.name.replace("-", "_"))
		if not (self.app_path / module_path).with_suffix(".py").exists():
			return
		module = frappe.get_module(".".join((self.app, *module_path.parts)))
		self.context.update({name: getattr(module, name) for name in _PROPERTIES if hasattr(module, name)})
		if hasattr(module, "get_context"):
			wants_context = inspect.getfullargspec(module.get_context).args
			result: Any = module.get_context(self.context) if wants_context else module.get_context()
			self.context.update(result or {})


class MessagePage(TemplatePage):
	"""An error or a notice in the site's frame; an app may bring its own `www/404.html`."""

	def __init__(self, template: str, status: int, title: str, message: str, **context: Any):
		super().__init__(template, status)
		self.known = {"http_status_code": status, "title": title, "message": message, "no_cache": 1, **context}

	def init_context(self) -> None:
		local.no_cache = 1
		self.context.update(self.known)
