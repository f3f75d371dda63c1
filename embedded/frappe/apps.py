"""The installed apps: their hooks, modules, paths, and the functions they let the outside call."""

import importlib
import inspect
import json
import os
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import frappe
from frappe.context import local
from frappe.exceptions import AppNotInstalledError, FrappeTypeError, PermissionError
from frappe.types import _dict

whitelisted: set[Callable] = set()
guest_methods: set[Callable] = set()
xss_safe_methods: set[Callable] = set()
allowed_http_methods_for_whitelisted_func: dict[Callable, list[str]] = {}


def get_installed_apps(**_: Any) -> list[str]:
	apps = local.memo.get("installed_apps")
	if apps is None:
		apps = json.loads(frappe.db.get_global("installed_apps") or "[]")
		local.memo["installed_apps"] = apps
	return list(apps)


def get_hooks(hook: str | None = None, default: Any = "_KEEP_DEFAULT_LIST", app_name: str | None = None) -> Any:
	"""The hooks of all apps merged: plain values become lists, dicts are merged key by key."""
	known = local.memo.setdefault("hooks", {})
	if app_name not in known:
		known[app_name] = _load_hooks([app_name] if app_name else get_installed_apps())
	if hook:
		return known[app_name].get(hook, [] if default == "_KEEP_DEFAULT_LIST" else default)
	return _dict(known[app_name])


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
	app = method_string.partition(".")[0]
	if not local.flags.in_install and not local.flags.in_uninstall and app not in get_installed_apps():
		frappe.throw(frappe._("App {0} is not installed").format(app), AppNotInstalledError)
	module, _dot, name = method_string.rpartition(".")
	return getattr(get_module(module), name)


def scrub(txt: str) -> str:
	return str(txt).replace(" ", "_").replace("-", "_").lower()


def unscrub(txt: str) -> str:
	return txt.replace("_", " ").replace("-", " ").title()


def get_pymodule_path(modulename: str, *joins: str) -> str:
	if "public" not in joins:
		joins = tuple(scrub(part) for part in joins)
	return os.path.abspath(os.path.join(os.path.dirname(get_module(scrub(modulename)).__file__), *joins))


def get_app_path(app_name: str, *joins: str) -> str:
	return get_pymodule_path(app_name, *joins)


def get_app_source_path(app_name: str, *joins: str) -> str:
	return get_app_path(app_name, "..", *joins)


def get_module_path(module: str, *joins: str) -> str:
	app = next((app for app in get_installed_apps() if module in get_module_list(app)), None)
	if not app:
		raise NotImplementedError(f"The module {module} belongs to no app of the embedded site")
	return get_pymodule_path(f"{app}.{scrub(module)}", *joins)


def get_module_list(app_name: str) -> list[str]:
	return get_file_items(os.path.join(get_app_path(app_name), "modules.txt"))


def get_site_path(*joins: str) -> str:
	return os.path.join(local.site_path, *joins)


def get_file_items(path: str) -> list[str]:
	"""The lines of a text file that say something."""
	if not Path(path).exists():
		return []
	lines = (line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
	return [line for line in lines if line and not line.startswith("#")]


# Calling by name, and from outside.


@lru_cache(maxsize=2048)
def _get_cached_signature_params(fn: Callable) -> tuple[dict[str, Any], bool]:
	parameters = inspect.signature(fn).parameters
	return dict(parameters), any(p.kind == inspect.Parameter.VAR_KEYWORD for p in parameters.values())


def get_newargs(fn: Callable, kwargs: dict) -> dict:
	"""The arguments that the function takes; never `ignore_permissions` or `flags`, whoever sends them."""
	parameters, takes_any = _get_cached_signature_params(fn)
	return {
		key: value for key, value in kwargs.items()
		if (takes_any or key in parameters) and key not in ("ignore_permissions", "flags")
	}  # fmt: skip


def call(fn: str | Callable, *args: Any, **kwargs: Any) -> Any:
	fn = get_attr(fn) if isinstance(fn, str) else fn
	return fn(*args, **get_newargs(fn, kwargs))


def whitelist(allow_guest: bool = False, xss_safe: bool = False, methods: list[str] | None = None) -> Callable:
	"""Let a function be called over HTTP; its annotations are checked then, and in tests."""

	def decorate(fn: Callable) -> Callable:
		checked = _checking_types(fn)
		whitelisted.add(checked)
		allowed_http_methods_for_whitelisted_func[checked] = methods or ["GET", "POST", "PUT", "DELETE"]
		if allow_guest:
			guest_methods.add(checked)
			if xss_safe:
				xss_safe_methods.add(checked)
		return checked

	return decorate


def is_whitelisted(method: Callable) -> None:
	is_guest = local.session.user == "Guest"
	if method not in whitelisted or (is_guest and method not in guest_methods):
		summary = frappe._("You are not permitted to access this resource. Login to access")
		detail = frappe._("Function {0} is not whitelisted.").format(
			frappe.bold(f"{method.__module__}.{getattr(method, '__name__', '')}")
		)
		message = f"<details><summary>{summary}</summary>{detail}</details>"
		frappe.throw(message, PermissionError, title=frappe._("Method Not Allowed"))
	if is_guest and method not in xss_safe_methods:
		for key, value in local.form_dict.items():
			if isinstance(value, str):
				local.form_dict[key] = frappe.utils.sanitize_html(value)


def _checking_types(fn: Callable) -> Callable:
	@wraps(fn)
	def wrapper(*args: Any, **kwargs: Any) -> Any:
		if getattr(local, "request", None) or local.flags.in_test:
			args, kwargs = _with_checked_types(fn, args, kwargs)
		return fn(*args, **kwargs)

	return wrapper


def _with_checked_types(fn: Callable, args: tuple, kwargs: dict) -> tuple[list, dict]:
	"""Arguments cast by pydantic to their annotations, as Frappe does; the default's type is fine too."""
	from pydantic import ValidationError as PydanticError

	names = list(fn.__code__.co_varnames[: fn.__code__.co_argcount])
	parameters, _takes_any = _get_cached_signature_params(fn)
	args, kwargs = list(args), dict(kwargs)
	given = {**dict(zip(names, args, strict=False)), **kwargs}
	for name, annotation in fn.__annotations__.items():
		if name not in given or isinstance(annotation, str):
			continue
		wanted = (int | bool | float) if annotation is bool else annotation
		default = parameters[name].default
		if default is not inspect.Parameter.empty and default != wanted:
			wanted = wanted | type(default) if default is not None else wanted | None
		try:
			value = _adapter(wanted).validate_python(given[name])
		except (TypeError, PydanticError) as error:
			message = (
				f"Argument '{name}' in '{fn.__module__}.{fn.__qualname__}' should be of type '{annotation}' but got "
			)
			raise FrappeTypeError(f"{message}'{type(given[name]).__qualname__}' instead.") from error
		if name in kwargs:
			kwargs[name] = value
		else:
			args[names.index(name)] = value
	return args, kwargs


@lru_cache(maxsize=2048)
def _adapter(annotation: Any) -> Any:
	from pydantic import ConfigDict, PydanticUserError, TypeAdapter

	try:
		return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))
	except PydanticUserError:
		return TypeAdapter(annotation)


def only_for(roles: Any, message: bool = False) -> None:
	"""Raise unless the user has one of the roles. Off in tests, as in Frappe."""
	if local.flags.in_test or local.session.user == "Administrator":
		return
	roles = {roles} if isinstance(roles, str) else set(roles)
	if roles.isdisjoint(frappe.get_roles()):
		if not message:
			raise PermissionError
		names = ", ".join(frappe.bold(frappe._(role)) for role in sorted(roles))
		frappe.throw(frappe._("This action is only allowed for {}").format(names), PermissionError)


def override_whitelisted_method(original_method: str) -> str:
	overrides = get_hooks("override_whitelisted_methods", {}).get(original_method, [])
	return overrides[-1] if overrides else original_method
