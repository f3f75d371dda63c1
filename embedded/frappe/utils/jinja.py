"""Stands in for frappe.utils.jinja: a sandbox without autoescape, which prints unknown names as they are.

As in Frappe, templates see `frappe`, and so may read and change the whole site (`frappe/utils/safe_exec.py`).
"""

import html
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import missing
from jinja2 import ChoiceLoader, DebugUndefined, PackageLoader, PrefixLoader, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

_EXTENSIONS = ("html", "css", "scss", "py", "md", "json", "js", "xml", "txt")


class FrappeSandboxedEnvironment(SandboxedEnvironment):
	def is_safe_attribute(self, obj: Any, attr: str, *args: Any, **kwargs: Any) -> bool:
		from frappe.utils.safe_exec import UNSAFE_ATTRIBUTES

		if attr in UNSAFE_ATTRIBUTES - {"format", "format_map"}:
			return False
		return super().is_safe_attribute(obj, attr, *args, **kwargs)


def get_jenv() -> SandboxedEnvironment:
	"""Return the process's environment. A path starts with an app's name; otherwise each app is tried, last first."""
	if "jenv" not in local.memo:
		from frappe.utils.safe_exec import get_safe_globals

		loaders = {app: PackageLoader(app, ".") for app in reversed(frappe.get_installed_apps())}
		loader = ChoiceLoader([PrefixLoader(loaders), *loaders.values()])
		jenv = local.memo["jenv"] = FrappeSandboxedEnvironment(loader=loader, undefined=DebugUndefined)
		jenv.filters.update(
			{"json": frappe.as_json, "len": len, "int": frappe.cint, "str": frappe.cstr, "flt": frappe.flt}
		)
		jenv.globals.update(get_safe_globals())
		for path in frappe.get_hooks("jinja", {}).get("methods", []):
			jenv.globals[path.rpartition(".")[2]] = frappe.get_attr(path)
	return local.memo["jenv"]


def get_template(path: str) -> Template:
	return get_jenv().get_template(path)


def validate_template(source: str | None) -> None:
	try:
		get_jenv().from_string(source or "")
	except TemplateError as error:
		frappe.throw(f"Syntax error in template as line {getattr(error, 'lineno', 0)}: {error}")


def render_template(template: str | None, context: dict[str, Any] | None = None, is_path: bool | None = None) -> str:
	if not template:
		return ""
	try:
		compiled = _compiled(template, is_path)
	except TemplateError:
		trace = html.escape(frappe.get_traceback())
		frappe.throw(f"<pre>{template}</pre><pre>{trace}</pre>", title="Jinja Template Error")
	try:
		return compiled.render(context or {})
	except Exception as error:
		frappe.throw(f"<pre>{html.escape(frappe.get_traceback())}</pre>", exc=error, title="Context Error")


def _compiled(template: str, is_path: bool | None) -> Template:
	looks_like_path = "\n" not in template and "." in template and template.rpartition(".")[2] in _EXTENSIONS
	if is_path or looks_like_path:
		return get_template(template)
	if ".__" in template:
		frappe.throw(frappe._("Illegal template"))
	return get_jenv().from_string(template)


__getattr__ = missing(__name__)
