"""Answers a form of a host's page: with JSON if a script sent it, otherwise with a redirect to the page.

The JSON, which public/js/house/autosave-form.js reads:

	{"saved": true, "message": "Saved", "modified": "...", "undo": "<key>" or null, "seconds": 10 or null, ...more}
	{"saved": false, "message": "...", "errors": {field: sentence}}
	{"saved": false, "message": "...", "errors": {}, "conflict": {"modified": "...", "theirs": {field: text}}}    with 409

A conflict may have "mine": {label: text} too, if the server says what was sent.

To undo, a script or the form of the message sends `undo=<key>` to the same address. Keys are the user's own, work once, and
expire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import frappe

from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import ChangedMeanwhile, SchedulingError, TooLateToUndo
from scheduler_integration.pages.kit.respond import Answer, argument, redirection, wants_json

# After this time, undoing a form would surprise more than it helps.
UNDO_SECONDS = 15 * 60
# A browser follows the redirect within this time. Later, the page's address says nothing about what was done.
_SAID_SECONDS = 60


@dataclass(frozen=True)
class Saved:
	"""The result of a form's command.

	`done` names the sentence about it. `modified` is the new version of the record, which the form's next save sends along.
	`undo` are facts with which the command can be taken back, as JSON values; it can be undone for `seconds`. `address` is
	the page to go on to, if it is another one, and `kept` are arguments of its address, beside those that the page keeps.
	`more` is added to the JSON, for the page's own script.
	"""

	done: str = "saved"
	modified: str = ""
	undo: dict[str, Any] | None = None
	seconds: int = UNDO_SECONDS
	address: str = ""
	kept: Mapping[str, str] = field(default_factory=dict)
	more: Mapping[str, Any] = field(default_factory=dict)


class Conflict(ChangedMeanwhile):
	"""Somebody saved the record after the form was opened.

	`modified` is the version that is stored now, `theirs` has its values as words, by the name of the form's field. If the
	values of the form's fields say little, `mine` has them as words too, and both are by a label that people can read.
	"""

	def __init__(self, modified: str, theirs: Mapping[str, str], mine: Mapping[str, str] | None = None):
		self.modified, self.theirs, self.mine = modified, theirs, mine
		super().__init__()


def answer_form(
	save: Callable[[], Saved], address: str, sentences: Mapping[str, str], kept: Mapping[str, str] | None = None
) -> SchedulingError | None:
	"""Run the form's command and answer the request. `sentences` are the messages by the name of `Saved.done`.

	Without a script, a saved form redirects to `address` with the arguments `kept`. A refused one returns its error, for the
	page to show beside the fields, with what was typed.
	"""
	try:
		with refusals():
			saved = save()
	except SchedulingError as error:
		if wants_json():
			raise Answer(refusal(error), error.http_status_code) from None
		return error
	key = keep_for_undo(saved.undo, saved.seconds) if saved.undo else None
	if wants_json():
		told = {"saved": True, "message": sentences.get(saved.done, ""), "modified": saved.modified, "undo": key}
		raise Answer({**told, "seconds": saved.seconds if saved.undo else None, **saved.more}, 200)
	asked = {**(kept or {}), **saved.kept, "done": saved.done, "undo": key or ""}
	query = urlencode({name: value for name, value in asked.items() if value})
	path = saved.address or address
	# An address alone could say that something was done which nobody did.
	frappe.cache.set_value(_done_name(path, saved.done), True, expires_in_sec=_SAID_SECONDS)
	raise redirection(f"{path}?{query}")


def toast_of(path: str, sentences: Mapping[str, str], seconds: int = UNDO_SECONDS) -> dict | None:
	"""Return the message about what was saved before the redirect to the page at `path`, with its button to undo."""
	done, key = argument("done"), argument("undo")
	text = sentences.get(done)
	if not text or not frappe.cache.get_value(_done_name(path, done), expires=True):
		return None
	return {"text": text, "undo": key if kept_facts(key) else None, "seconds": seconds}


def keep_for_undo(facts: dict[str, Any], seconds: int = UNDO_SECONDS) -> str:
	"""Keep the facts for the signed-in user, and return their key."""
	key = frappe.generate_hash(length=20)
	frappe.cache.set_value(_name(key), facts, expires_in_sec=seconds)
	return key


def take_back(key: str) -> dict[str, Any]:
	"""Return the facts of this key, which can't be used again. Raises TooLateToUndo."""
	facts = kept_facts(key)
	if facts is None:
		raise TooLateToUndo
	frappe.cache.delete_value(_name(key))
	return facts


def kept_facts(key: str) -> dict[str, Any] | None:
	"""Return the facts of this key without taking them back; None if it is too late."""
	return frappe.cache.get_value(_name(key), expires=True) if key.isalnum() else None


def _done_name(path: str, done: str) -> str:
	return f"scheduling_done:{frappe.session.user}:{path.partition('?')[0]}:{done}"


def _name(key: str) -> str:
	# Each page keeps other facts, so it doesn't know the keys of another. The list of meetings undoes for the page of one, and for a
	# meeting that was booked for somebody.
	path = frappe.request.path.rstrip("/") if frappe.request else ""
	page = "/scheduling" if path.startswith(("/scheduling/meeting/", "/scheduling/book")) else path
	return f"scheduling_undo:{frappe.session.user}:{page}:{key}"


def refusal(error: SchedulingError) -> dict[str, Any]:
	"""Return the JSON for a form that is refused."""
	told: dict[str, Any] = {"saved": False, "message": error.message, "errors": error.details}
	if isinstance(error, Conflict):
		told["conflict"] = {"modified": error.modified, "theirs": dict(error.theirs)}
		if error.mine is not None:
			told["conflict"]["mine"] = dict(error.mine)
	return told
