"""Templates: Jinja without autoescape, an unknown name printed as itself, in a sandbox, as in Frappe."""

from typing import Any, ClassVar

import frappe
from frappe.context import local
from frappe.missing import Refusing, missing
from jinja2 import ChoiceLoader, DebugUndefined, PackageLoader, PrefixLoader, Template
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.sandbox import SandboxedEnvironment

_EXTENSIONS = ("html", "css", "md", "json", "js", "xml", "txt")


class Namespace(Refusing):
	"""What templates see as `frappe`: a little of it, and a refusal for the rest."""

	refused_as = "frappe (in a template)"

	def __init__(self) -> None:
		self.session, self.lang = local.session, local.lang


class _Compiled(BytecodeCache):
	"""Compiled templates, kept by the process; what they are given stays with the request."""

	known: ClassVar[dict[str, bytes]] = {}

	def load_bytecode(self, bucket: Bucket) -> None:
		if found := self.known.get(f"{bucket.key}{bucket.checksum}"):
			bucket.bytecode_from_string(found)

	def dump_bytecode(self, bucket: Bucket) -> None:
		self.known[f"{bucket.key}{bucket.checksum}"] = bucket.bytecode_to_string()


def get_jenv() -> SandboxedEnvironment:
	"""The request's environment. A path begins with the app's folder, or is looked for in each app, the last first."""
	if not local.jenv:
		loaders = {app: PackageLoader(app, ".") for app in reversed(frappe.get_installed_apps())}
		loader = ChoiceLoader([PrefixLoader(loaders), *loaders.values()])
		local.jenv = SandboxedEnvironment(loader=loader, undefined=DebugUndefined, bytecode_cache=_Compiled())
		local.jenv.filters["json"] = frappe.as_json
		local.jenv.globals.update({"frappe": Namespace(), "_": frappe._})
	return local.jenv


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
