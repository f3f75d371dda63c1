"""`frappe.utils`: everything of data.py and text.py, and a few helpers about the site and its users."""
# ruff: noqa: F401

import json
import sys
import traceback
from collections.abc import Iterable
from typing import Any

import frappe
from frappe.context import local
from frappe.database.database import CallbackManager
from frappe.missing import missing
from frappe.types import _dict
from frappe.utils import data
from frappe.utils.data import *  # noqa: F403
from frappe.utils.messages import *  # noqa: F403
from frappe.utils.text import *  # noqa: F403
from frappe.utils.urls import *  # noqa: F403


def parse_json(val: Any) -> Any:
	if isinstance(val, str):
		val = json.loads(val)
	return _dict(val) if isinstance(val, dict) else val


def get_traceback(with_context: bool = False) -> str:
	return "".join(traceback.format_exception(*sys.exc_info())) if sys.exc_info()[0] else ""


def get_fullname(user: str | None = None) -> str:
	user = user or local.session.user
	known = frappe.db.get_value("User", user, ["first_name", "last_name"], as_dict=True) or {}
	return " ".join(filter(None, (known.get("first_name"), known.get("last_name")))) or user


def random_string(length: int) -> str:
	return frappe.generate_hash(length=length)


def unique(seq: Iterable) -> list:
	return list(dict.fromkeys(seq))


def get_site_path(*path: str) -> str:
	return frappe.get_site_path(*path)


def set_request(**kwargs: Any) -> None:
	"""For tests: a request that nobody sent."""
	from werkzeug.test import EnvironBuilder
	from werkzeug.wrappers import Request

	local.request = Request(EnvironBuilder(**kwargs).get_environ())


__all__ = [name for name in globals() if not name.startswith("_")]
__getattr__ = missing(__name__)
