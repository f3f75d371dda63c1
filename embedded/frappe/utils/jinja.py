"""Templates: Jinja without autoescape, an unknown name printed as itself, in a sandbox, as in Frappe."""

import html
from collections.abc import Iterator
from contextlib import suppress
from inspect import getmembers, isfunction
from types import ModuleType
from typing import Any, ClassVar

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict
from jinja2 import ChoiceLoader, DebugUndefined, PackageLoader, PrefixLoader, TemplateError, TemplateNotFound
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.sandbox import SandboxedEnvironment

_EXTENSIONS = ("html", "css", "scss", "py", "md", "json", "js", "xml", "txt")


class Namespace(_dict):
	"""What templates see as `frappe`: a part of it, and a refusal for the rest."""

	def __getattr__(self, name: str) -> Any:
		if name.startswith("__"):
			raise AttributeError(name)
		if name not in self:
			raise NotImplementedError(f"Templates of the embedded site have no frappe.{name}")
		return self[name]


class _Compiled(BytecodeCache):
	"""Compiled templates, kept by the process; what they are given stays with the request."""

	known: ClassVar[dict[str, bytes]] = {}

	def load_bytecode(self, bucket: Bucket) -> None:
		if found := self.known.get(f"{bucket.key}{bucket.checksum}"):
			bucket.bytecode_from_string(found)

	def dump_bytecode(self, bucket: Bucket) -> None:
		self.known[f"{bucket.key}{bucket.checksum}"] = bucket.bytecode_to_string()


def get_jenv() -> SandboxedEnvironment:
	if not local.jenv:
		jenv = SandboxedEnvironment(loader=get_jloader(), undefined=DebugUndefined, bytecode_cache=_Compiled())
		jenv.filters |= {"json": frappe.as_json, "len": len, "int": frappe.cint, "str": frappe.cstr, "flt": frappe.flt}
		jenv.filters["markdown"] = frappe.utils.markdown
		hooks = frappe.get_hooks("jinja", {})
		jenv.globals.update(_globals(), **dict(_hooked(hooks.get("methods", []))))
		jenv.filters.update(_hooked(hooks.get("filters", [])))
		local.jenv = jenv
	return local.jenv


def get_jloader() -> ChoiceLoader:
	"""`<app>/templates/...` in the app named, `templates/...` in any, the last app first."""
	apps = list(reversed(frappe.get_installed_apps())) if getattr(local, "db", None) else ["frappe"]
	loaders = {app: PackageLoader(app, ".") for app in apps}
	return ChoiceLoader([PrefixLoader(loaders), *loaders.values()])


def _hooked(paths: list[str]) -> Iterator[tuple[str, Any]]:
	for path in paths:
		try:
			found = frappe.get_module(path)
		except ModuleNotFoundError:
			found = frappe.get_attr(path)
		yield from getmembers(found, isfunction) if isinstance(found, ModuleType) else [(found.__name__, found)]


def _globals() -> dict:
	user = local.session.user or "Guest"
	database = _dict(
		{name: getattr(frappe.db, name) for name in ("get_value", "get_single_value", "get_default", "exists", "count", "escape")},
		get_list=frappe.get_list, get_all=frappe.get_all,
	)  # fmt: skip
	namespace = Namespace(
		{
			name: getattr(frappe, name)
			for name in ["as_json", "bold", "get_meta", "new_doc", "get_doc", "get_last_doc", "get_cached_doc", "get_list", "get_all", "get_system_settings", "render_template", "msgprint", "throw", "sendmail", "get_hooks", "log_error"]
		},
		form_dict=local.form_dict, user=user, request=getattr(local, "request", _dict()), lang=local.lang,
		session=_dict(user=user, csrf_token=(local.session.data or _dict()).csrf_token or ""), db=database,
		utils=frappe.utils, get_url=frappe.utils.get_url, get_fullname=frappe.utils.get_fullname,
		sanitize_html=frappe.utils.sanitize_html, response=local.response, qb=frappe.qb, _=frappe._,
		full_name=(local.session.data or _dict()).full_name, flags=_dict(),
		date_format=frappe.get_system_settings("date_format"), time_format=frappe.get_system_settings("time_format"),
	)  # fmt: skip
	return {
		"frappe": namespace, "_": frappe._, "scrub": frappe.scrub, "dict": dict, "_dict": _dict, "args": local.form_dict,
		"as_json": frappe.as_json, "dev_server": 0, "is_rtl": is_rtl, "html2text": frappe.utils.html2text,
	}  # fmt: skip


def is_rtl(rtl: Any = None) -> Any:
	return local.lang in ("ar", "he", "fa", "ps") if rtl is None else rtl


def get_template(path: str) -> Any:
	return get_jenv().get_template(path)


def get_email_from_template(name: str, args: dict | None) -> tuple[str, str | None]:
	"""`templates/emails/<name>.html`, and its .txt when there is one."""
	message = get_template(f"templates/emails/{name}.html").render(args or {})
	text = None
	with suppress(TemplateNotFound):
		text = get_template(f"templates/emails/{name}.txt").render(args or {})
	return message, text


def guess_is_path(template: str) -> bool:
	return "\n" not in template and template.rpartition(".")[2] in _EXTENSIONS and "." in template


def render_template(
	template: str, context: dict | None = None, is_path: bool | None = None, safe_render: bool = True
) -> str:
	if not template:
		return ""
	try:
		if is_path or guess_is_path(template):
			compiled = get_template(template)
		elif safe_render and ".__" in template:
			frappe.throw(frappe._("Illegal template"))
		else:
			compiled = get_jenv().from_string(template)
	except TemplateError:
		trace = html.escape(frappe.get_traceback())
		frappe.throw(title="Jinja Template Error", msg=f"<pre>{template}</pre><pre>{trace}</pre>")
	try:
		return compiled.render(context or {})
	except Exception as error:
		trace = html.escape(frappe.get_traceback())
		frappe.throw(title="Context Error", msg=f"<pre>{trace}</pre>", exc=error)


def validate_template(source: str) -> None:
	try:
		get_jenv().from_string(source or "")
	except TemplateError as error:
		frappe.throw(f"Syntax error in template: {error}")


__getattr__ = missing(__name__)
