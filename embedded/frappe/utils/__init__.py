"""Stands in for frappe.utils: data.py, messages.py, text.py and urls.py, and helpers for the site and its users."""
# ruff: noqa: F403

import os
import sys
import traceback
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.utils.data import *
from frappe.utils.messages import *
from frappe.utils.text import *
from frappe.utils.urls import *


def get_traceback() -> str:
	return "".join(traceback.format_exception(*sys.exc_info())) if sys.exc_info()[0] else ""


def get_fullname(user: str | None = None) -> str:
	user = user or local.session.user
	if user not in local.fullnames:
		names = frappe.db.get_value("User", user, ["first_name", "last_name"]) or ()
		local.fullnames[user] = " ".join(filter(None, names)) or user
	return local.fullnames[user]


def get_files_path(*path: str, is_private: bool = False) -> str:
	return os.path.join(local.site_path, "private" if is_private else "public", "files", *path)


def set_request(**kwargs: Any) -> None:
	"""Create a fake request, for tests."""
	from werkzeug.test import EnvironBuilder
	from werkzeug.wrappers import Request

	local.request = Request(EnvironBuilder(**kwargs).get_environ())


def get_assets_json() -> dict[str, str]:
	"""Return the addresses of what `bench build` made: nothing, because this site builds nothing."""
	return {}


__getattr__ = missing(__name__)
