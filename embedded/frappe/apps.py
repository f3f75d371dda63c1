"""Stands in for frappe.get_hooks, get_attr, get_app_path, call and whitelist: the installed apps."""

import importlib
import inspect
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import frappe
from frappe.context import local
from frappe.exceptions import PermissionError
from frappe.types import _dict

whitelisted: dict[Callable, list[str]] = {}
guest_methods: set[Callable] = set()
xss_safe_methods: set[Callable] = set()


def get_installed_apps() -> list[str]:
	if "installed_apps" not in local.memo:
		local.memo["installed_apps"] = json.loads(frappe.db.get_global("installed_apps") or "[]")
	return list(local.memo["installed_apps"])


def get_hooks(hook: str | None = None, default: Any = None, app_name: str | None = None) -> Any:
	"""Return the hooks of all apps, merged. Plain values become lists; dicts are merged key by key."""
	known = local.memo.setdefault("hooks", {})
	if app_name not in known:
		known[app_name] = _load_hooks([app_name] if app_name else get_installed_apps())
	return known[app_name].get(hook, [] if default is None else default) if hook else _dict(known[app_name])


def _load_hooks(apps: list[str]) -> dict:
	merged: dict = {}
	for app in apps:
		for key, value in vars(get_module(f"{app}.hooks")).items():
			if not key.startswith("_") and not isinstance(value, ModuleType | FunctionType | type):
				_append_hook(merged, key, value)
	return merged


def _append_hook(target: dict, key: Any, value: Any) -> None:
	if isinstance(value, dict):
		target.setdefault(key, {})
		for inner in value:
			_append_hook(target[key], inner, value[inner])
	else:
		target.setdefault(key, []).extend(value if isinstance(value, list) else [value])


def get_module(modulename: str) -> ModuleType:
	return importlib.import_module(modulename)


def get_attr(method_string: str) -> Any:
	module, _dot, name = method_string.rpartition(".")
	return getattr(get_module(module), name)


def scrub(txt: str) -> str:
	return str(txt).replace(" ", "_").replace("-", "_").lower()


def get_app_path(app_name: str, *joins: str) -> str:
	return str(Path(get_module(app_name).__file__).parent.joinpath(*joins))


# Calling functions by name, and over HTTP


@lru_cache(maxsize=2048)
def _parameters(fn: Callable) -> tuple[set[str], bool]:
	parameters = inspect.signature(fn).parameters
	return set(parameters), any(p.kind == inspect.Parameter.VAR_KEYWORD for p in parameters.values())


def call(fn: str | Callable, *args: Any, **kwargs: Any) -> Any:
	"""Call the function with those arguments that it accepts, but never with `ignore_permissions` or `flags`."""
	fn = get_attr(fn) if isinstance(fn, str) else fn
	names, takes_any = _parameters(fn)
	given = {key: value for key, value in kwargs.items() if takes_any or key in names}
	return fn(*args, **{key: value for key, value in given.items() if key not in ("ignore_permissions", "flags")})


def whitelist(allow_guest: bool = False, xss_safe: bool = False, methods: list[str] | None = None) -> Callable:
	"""Allow calls over HTTP. Frappe casts arguments to their annotations; here annotated arguments are refused."""

	def decorate(fn: Callable) -> Callable:
		kinds = {kind for name, kind in fn.__annotations__.items() if name != "return"}
		if kinds - {Any, object}:
			raise NotImplementedError(f"Annotated arguments of a whitelisted function: {fn.__module__}.{fn.__name__}")
		whitelisted[fn] = methods or ["GET", "POST", "PUT", "DELETE"]
		if allow_guest:
			guest_methods.add(fn)
			if xss_safe:
				xss_safe_methods.add(fn)
		return fn

	return decorate


def is_whitelisted(method: Callable) -> None:
	is_guest = local.session.user == "Guest"
	if method not in whitelisted or (is_guest and method not in guest_methods):
		summary = frappe._("You are not permitted to access this resource. Login to access")
		name = frappe.bold(f"{method.__module__}.{getattr(method, '__name__', '')}")
		detail = frappe._("Function {0} is not whitelisted.").format(name)
		message = f"<details><summary>{summary}</summary>{detail}</details>"
		frappe.throw(message, PermissionError, title=frappe._("Method Not Allowed"))
	if is_guest and method not in xss_safe_methods:
		for key, value in local.form_dict.items():
			if isinstance(value, str):
				local.form_dict[key] = frappe.utils.sanitize_html(value)
