"""Stands in for frappe.utils.jinja: a sandbox without autoescape, which prints unknown names as they are."""

from typing import Any

import frappe
from frappe.context import local
from frappe.missing import Refusing, missing
from jinja2 import ChoiceLoader, DebugUndefined, PackageLoader, PrefixLoader, Template
from jinja2.sandbox import SandboxedEnvironment

_EXTENSIONS = ("html", "css", "md", "json", "js", "xml", "txt")


class Namespace(Refusing):
	"""The `frappe` that templates see: a few names; the others are refused."""

	refused_as = "frappe (in a template)"
	session = property(lambda self: local.session)
	lang = property(lambda self: local.lang)


def get_jenv() -> SandboxedEnvironment:
	"""Return the process's environment. A path starts with an app's name; otherwise each app is tried, last first."""
	if "jenv" not in local.memo:
		loaders = {app: PackageLoader(app, ".") for app in reversed(frappe.get_installed_apps())}
		loader = ChoiceLoader([PrefixLoader(loaders), *loaders.values()])
		jenv = local.memo["jenv"] = SandboxedEnvironment(loader=loader, undefined=DebugUndefined)
		jenv.filters["json"] = frappe.as_json
		jenv.globals.update({"frappe": Namespace(), "_": frappe._})
		for path in frappe.get_hooks("jinja", {}).get("methods", []):
			jenv.globals[path.rpartition(".")[2]] = frappe.get_attr(path)
	return local.memo["jenv"]


def get_template(path: str) -> Template:
	return get_jenv().get_template(path)


def render_template(template: str, context: dict[str, Any] | None = None, is_path: bool | None = None) -> str:
	looks_like_path = "\n" not in template and "." in template and template.rpartition(".")[2] in _EXTENSIONS
	if is_path or looks_like_path:
		return get_template(template).render(context or {})
	if ".__" in template:
		frappe.throw(frappe._("Illegal template"))
	return get_jenv().from_string(template).render(context or {})


__getattr__ = missing(__name__)
