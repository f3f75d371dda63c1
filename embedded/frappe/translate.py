"""Stands in for frappe.translate: translations from the apps' CSV files, and the language of a request."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe.context import local
from frappe.missing import missing


def translated(msg: str, lang: str | None = None, context: str | None = None) -> str:
	"""Return the message in the current language, or the message itself. This is `frappe._`."""
	known = get_all_translations(lang or getattr(local, "lang", None) or "en")
	return (context and known.get(f"{msg.strip()}:{context}")) or known.get(msg.strip()) or msg


def get_all_translations(lang: str) -> dict[str, str]:
	"""Return the translations of all apps, read once. Those of a variant (`de-AT`) win over its parent's (`de`)."""
	if not getattr(local, "db", None):
		return {}
	known = local.memo.setdefault("translations", {})
	if lang not in known:
		known[lang] = {}
		for code in filter(None, (get_parent_language(lang), lang)):
			for app in frappe.get_installed_apps():
				known[lang].update(_read_csv(Path(frappe.get_app_path(app, "translations", f"{code}.csv"))))
	return known[lang]


def _read_csv(path: Path) -> dict[str, str]:
	"""Read rows of source, translation and an optional context."""
	if not path.exists():
		return {}
	with path.open(encoding="utf-8", newline="") as file:
		return {":".join(filter(None, (source, *context))): text.strip() for source, text, *context in csv.reader(file)}


def get_parent_language(lang: str) -> str | None:
	"""Return `de` for `de-AT`."""
	head, dash, _region = lang.replace("_", "-").partition("-")
	return head if dash else None


def get_language() -> str:
	"""Return the language of `_lang`, else of the user (for a guest: of the cookie or the browser), else of the site."""
	if "languages" not in local.memo:
		local.memo["languages"] = set(frappe.get_all("Language", {"enabled": 1}, pluck="name"))

	def pick(code: str | None) -> str | None:
		return next((c for c in (code, code and get_parent_language(code)) if c in local.memo["languages"]), None)

	if explicit := pick(local.form_dict.get("_lang")):
		return explicit
	if local.session.user and local.session.user != "Guest":
		own = frappe.get_cached_value("User", local.session.user, "language")
		return own or frappe.get_system_settings("language") or "en"
	candidates = [local.request.cookies.get("preferred_language"), *local.request.accept_languages.values()]
	return next(filter(None, map(pick, candidates)), None) or frappe.get_system_settings("language") or "en"


@contextmanager
def print_language(language: str | None) -> Iterator[None]:
	"""Switch to another language for a while, for example for an e-mail."""
	before, local.lang = local.lang, language or local.lang
	try:
		yield
	finally:
		local.lang = before


__getattr__ = missing(__name__)
