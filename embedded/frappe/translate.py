"""Translations from the apps' CSV files, and which language a request speaks."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe.context import local
from frappe.missing import missing


def translated(msg: str, lang: str | None = None, context: str | None = None) -> str:
	"""`frappe._`: the message in the current language, or itself."""
	from frappe.utils import is_html, strip_html_tags

	lang = lang or getattr(local, "lang", None) or "en"
	key = (strip_html_tags(msg) if is_html(msg) else str(msg)).strip()
	known = get_all_translations(lang)
	return (context and known.get(f"{key}:{context}")) or known.get(key) or msg


class LazyTranslation:
	"""`frappe._lt`: translated when it is turned into text, for module-level constants."""

	def __init__(self, msg: str, lang: str | None = None, context: str | None = None):
		self.msg, self.lang, self.context = msg, lang, context

	def __str__(self) -> str:
		return translated(self.msg, self.lang, self.context)

	def __eq__(self, other: object) -> bool:
		return str(self) == str(other)

	def __hash__(self) -> int:
		return hash((self.msg, self.context))

	def __add__(self, other: object) -> str:
		return str(self) + str(other)

	def __radd__(self, other: object) -> str:
		return str(other) + str(self)

	def __json__(self) -> str:
		return str(self)

	def __getattr__(self, name: str):
		if name.startswith("__"):
			raise AttributeError(name)
		return getattr(str(self), name)


def get_all_translations(lang: str) -> dict[str, str]:
	"""Of all apps, a variant's own over those of its parent; read once by a process."""
	if not lang or not getattr(local, "db", None):
		return {}
	known = local.memo.setdefault("translations", {})
	if lang not in known:
		known[lang] = {}
		for code in filter(None, (get_parent_language(lang), lang)):
			for app in frappe.get_installed_apps():
				known[lang].update(_read_csv(Path(frappe.get_app_path(app)) / "translations" / f"{code}.csv"))
	return known[lang]


def _read_csv(path: Path) -> dict[str, str]:
	"""Rows of source, translation and an optional context."""
	found: dict[str, str] = {}
	if not path.exists():
		return found
	with path.open(encoding="utf-8", newline="") as file:
		for row in csv.reader(file):
			if len(row) in (2, 3):
				found[f"{row[0]}:{row[2]}" if len(row) == 3 and row[2] else row[0]] = row[1].strip()
	return found


def get_parent_language(lang: str) -> str | None:
	"""`de` of `de-AT`."""
	head = lang.replace("_", "-").partition("-")
	return head[0] if head[1] else None


def get_language() -> str:
	"""The request's language: `_lang`, the signed-in user's, the cookie's, the browser's, the site's."""
	known = set(_enabled_languages())

	def pick(code: str | None) -> str | None:
		return next((c for c in (code, code and get_parent_language(code)) if c in known), None)

	if explicit := pick(local.form_dict.get("_lang")):
		return explicit
	if local.session.user and local.session.user != "Guest":
		return get_user_lang(local.session.user)
	candidates = [local.request.cookies.get("preferred_language"), *local.request.accept_languages.values()]
	return next(filter(None, map(pick, candidates)), None) or frappe.get_system_settings("language") or "en"


def get_user_lang(user: str | None = None) -> str:
	own = frappe.get_cached_value("User", user or local.session.user, "language")
	return own or frappe.get_system_settings("language") or getattr(local, "lang", None) or "en"


def _enabled_languages() -> list[str]:
	names = local.memo.get("languages")
	if names is None:
		names = local.memo["languages"] = frappe.get_all("Language", {"enabled": 1}, pluck="name", order_by="name")
	return names


@contextmanager
def print_language(language: str | None) -> Iterator[None]:
	"""Speak another language for a while (for an e-mail, say)."""
	if not language or language == local.lang:
		yield
		return
	before, jenv = local.lang, local.jenv
	local.lang, local.jenv = language, None
	try:
		yield
	finally:
		local.lang, local.jenv = before, jenv


__getattr__ = missing(__name__)
