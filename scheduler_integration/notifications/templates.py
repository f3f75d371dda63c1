"""Renders messages with the Email Template of their automation, otherwise with the app's own files.

A message of the app is written once, in `templates/emails/_<key>.txt`, for both of its parts: `_layout.html` and `_layout.txt`
have the same macros. Admins copy these files into templates of their own. So the macros, the files that others include,
and the variables keep their names: tests/notifications/copied has messages of earlier versions, which must still work.

The installation creates Email Templates that only include the app's files. So these get the app's updates and
translations, until somebody changes their text. If a changed text is broken, the error is logged, and the message is sent
with the app's own text.

Only System Managers may write Email Templates, because Frappe's templates reach the whole site. Texts of automations are
written by Scheduling Managers and run in the sandbox of `parsing/typed_template.py`.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import frappe
from bs4 import BeautifulSoup
from frappe.utils.jinja import get_template

from scheduler_integration.exceptions import TextNotUsable
from scheduler_integration.notifications.rules import built_in
from scheduler_integration.notifications.variables import NAMES
from scheduler_integration.outbox.results import describe
from scheduler_integration.parsing.typed_template import filled_in, filled_in_anyway
from scheduler_integration.platform.one_line import header_text

FOLDER = "scheduler_integration/templates/emails"

_INCLUDE = re.compile(rf'{{% include "({FOLDER}/(\w+)\.(?:txt|html))" %}}')

# The messages about a change, each with the name of its installed Email Template. They have an invitation.
TEMPLATES = {
	"attendee_confirmed": "Scheduler: Confirmation to the attendee",
	"attendee_requested": "Scheduler: Request received, to the attendee",
	"attendee_accepted": "Scheduler: Request confirmed, to the attendee",
	"attendee_refused": "Scheduler: Request declined, to the attendee",
	"attendee_moved": "Scheduler: New time, to the attendee",
	"attendee_reassigned": "Scheduler: New host, to the attendee",
	"attendee_guests": "Scheduler: Changed guest list, to the attendee",
	"attendee_link": "Scheduler: Link of the video call, to the attendee",
	"attendee_cancelled": "Scheduler: Cancellation to the attendee",
	"attendee_asked": "Scheduler: Request for another time",
	"attendee_kept": "Scheduler: The meeting stays as it is, to the attendee",
	"attendee_refunded": "Scheduler: Money back, to the attendee",
	"guest_removed": "Scheduler: Removal of a guest",
	"host_confirmed": "Scheduler: Confirmation to the host",
	"host_requested": "Scheduler: Request, to the host",
	"host_accepted": "Scheduler: Request confirmed, to the host",
	"host_moved": "Scheduler: New time, to the host",
	"host_reassigned": "Scheduler: Reassigned meeting, to its new host",
	"host_guests": "Scheduler: Changed guest list, to the host",
	"host_link": "Scheduler: Link of the video call, to the host",
	"host_cancelled": "Scheduler: Cancellation to the host",
	"host_removed": "Scheduler: Reassigned meeting, to its former host",
}
# Until November 2026 one message, the key, told of several changes. Each of these has a message of its own now.
_SEPARATED = {
	"attendee_confirmed": (
		"attendee_requested", "attendee_accepted", "attendee_moved", "attendee_reassigned", "attendee_guests",
		"attendee_link",
	),
	"attendee_cancelled": ("attendee_refused",),
	"host_confirmed": (
		"host_requested", "host_accepted", "host_moved", "host_reassigned", "host_guests", "host_link",
	),
}  # fmt: skip
# The other messages that the app ships.
FOLLOW_UPS = {
	"attendee_reminder": "Scheduler: Reminder to the attendee",
	"host_reminder": "Scheduler: Reminder to the host",
	"attendee_no_show": "Scheduler: After a no-show",
	"attendee_win_back": "Scheduler: Some days after a cancellation",
	"attendee_thanks": "Scheduler: Thank you and feedback",
}
# Questions that only the app words. They come after what somebody did in a calendar program.
QUESTIONS = {"attendee_declined", "host_proposed"}
# The same for messages that correct what people were told about their money.
CORRECTIONS = {"attendee_refund_failed", "host_refund_failed"}
# The same for messages to those who wait for a time. They are about no booking.
TO_WAITING = {"waitlist_joined", "waitlist_offer"}
# Text messages and notifications on devices that the app ships.
TEXTS = {
	"attendee_reminder_text",
	"host_no_show_todo",
	"host_requested_push",
	"host_booked_push",
	"host_moved_push",
	"host_cancelled_push",
}

# The variables under their names in other schedulers.
ALIASES = {
	"contact_name": "attendee_name",
	"appointment_date": "date",
	"appointment_time": "time",
	"appointment_duration": "duration",
	"service_name": "meeting_type",
	"staff_name": "host_name",
	"location_details": "place",
	"video_link": "meeting_link",
	"video_password": "meeting_password",
	"calendar_link": "calendar_url",
}
# The names that the text of an automation may use.
TEXT_NAMES = (*ALIASES, *NAMES)
_BROKEN = "A message has a broken template, and was sent with the text of the app"


class Rendered(NamedTuple):
	"""A message in words: `html` and `text` say the same."""

	subject: str
	html: str
	text: str


def render(key: str, variables: dict[str, Any], email_template: str | None = None) -> Rendered:
	"""Return subject, HTML and text of a message, in the current language.

	`key` is one of TEMPLATES, FOLLOW_UPS, QUESTIONS, CORRECTIONS or TO_WAITING, or empty if the app ships no such message. Without
	`email_template`, the Email Template of the built-in automation is used.
	"""
	names = aliases(variables)
	own = _own_source(email_template or _template_of(key))
	is_shipped = key in {*TEMPLATES, *FOLLOW_UPS, *QUESTIONS, *CORRECTIONS, *TO_WAITING}
	shipped = (subject_source(key), body_source(key)) if is_shipped else ("", "")
	# Render the site's own text. If it is broken, log why and render the app's text; raise the error if there is
	# none.
	if own is None:
		return _rendered(shipped, names)
	try:
		return _rendered(own, names)
	except Exception:
		if not is_shipped:
			raise
		frappe.log_error(_BROKEN, frappe.get_traceback())
		return _rendered(shipped, names)


def render_text(key: str, text: str | None, variables: dict[str, Any]) -> str:
	"""Return a plain text, such as a text message, in the current language. `key` may be one of TEXTS, or empty.

	If the site's own text is broken, log why and use the app's text; without one, leave out what can't be filled in.
	"""
	names = aliases(variables)
	try:
		filled = filled_in(text, names) if text else ""
	except TextNotUsable:
		frappe.log_error(_BROKEN, frappe.get_traceback())
		filled = "" if key in TEXTS else filled_in_anyway(text or "", names)
	if not filled.strip() and key in TEXTS:
		filled = get_template(f"{FOLDER}/{key}.txt").render(names)
	return filled.strip() or names["title"]


def versions_of(key: str) -> tuple[str, ...]:
	"""Return the key and those of the messages that have been separated from it: all of them say that a meeting stands."""
	return (key, *_SEPARATED.get(key, ()))


def first_version_of(key: str) -> str:
	"""Return the key of the message from which this one was separated, or the key itself."""
	return next((first for first, others in _SEPARATED.items() if key in others), key)


def subject_source(key: str) -> str:
	"""Return a template that includes the app's file for the subject."""
	return f'{{% include "{FOLDER}/{key}_subject.txt" %}}'


def body_source(key: str) -> str:
	"""Return a template that includes the app's file for the body."""
	return f'{{% include "{FOLDER}/{key}.html" %}}'


def is_shipped(email_template: str | None) -> bool:
	"""Whether the Email Template has the app's text, because it only includes the app's files, or doesn't exist."""
	return all(_INCLUDE.fullmatch(source.strip()) for source in _own_source(email_template) or ())


def aliases(variables: dict[str, Any]) -> dict[str, Any]:
	"""Return the variables, also under their names in other schedulers. Those without a value are empty texts.

	A site's own text would print None.
	"""
	filled = {name: "" if value is None else value for name, value in variables.items()}
	return {**filled, **{alias: filled[name] for alias, name in ALIASES.items()}}


def _template_of(key: str) -> str | None:
	automation = built_in(key)
	return automation.email_template if automation else None


def _own_source(name: str | None) -> tuple[str, str] | None:
	if not name or not frappe.db.exists("Email Template", name):
		return None
	record = frappe.get_cached_doc("Email Template", name)
	return record.subject, (record.response_html if record.use_html else record.response) or ""


def may_name(variable: str, key: str, email_template: str | None) -> bool:
	"""Whether the text of a message names the variable. `key` is that of a message that the app ships, or empty."""
	own = _own_source(email_template or _template_of(key))
	included = _INCLUDE.fullmatch(own[1].strip()) if own else None
	if own and not included:
		return variable in own[1]
	folder = Path(frappe.get_app_path("scheduler_integration", "templates", "emails"))
	file = folder / f"_{included[2] if included else key}.txt"
	return file.is_file() and variable in file.read_text(encoding="utf-8")


def why_broken(email_template: str, variables: dict[str, Any]) -> str | None:
	"""Return why the site's own text can't be rendered with these variables, or None if it can be. Nothing is logged."""
	source = _own_source(email_template)
	try:
		if source:
			_rendered(source, aliases(variables))
	except Exception as error:
		# A template can raise any error, for example with {{ 1 / 0 }}.
		return describe(error)
	return None


def render_parts(key: str, variables: dict[str, Any]) -> tuple[str, str]:
	"""Return HTML and text of a message that only the app writes, such as the digest, in the current language."""
	return get_template(f"{FOLDER}/{key}.html").render(variables), _text_of(key, variables)


def _rendered(source: tuple[str, str], variables: dict[str, Any]) -> Rendered:
	subject, body = source
	html = _filled_in(body, variables)
	included = _INCLUDE.fullmatch(body.strip())
	text = _text_of(included[2], variables) if included else text_of_html(html)
	return Rendered(header_text(_filled_in(subject, variables)), html, text)


def _text_of(key: str, variables: dict[str, Any]) -> str:
	layout = {"layout": f"{FOLDER}/_layout.txt"}
	return tidied(get_template(f"{FOLDER}/_{key}.txt").render({**variables, **layout}))


def _filled_in(source: str, variables: dict[str, Any]) -> str:
	"""Render the source. If it only includes a file of the app, the file is rendered: Jinja has compiled it already."""
	if file := _INCLUDE.fullmatch(source.strip()):
		return get_template(file[1]).render(variables)
	return frappe.render_template(source, variables)


# Writes the text part of messages.

_BLOCKS = ("p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote")


def tidied(text: str) -> str:
	"""Return the text without spaces at the ends of lines, and with at most one empty line in a row."""
	return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.strip().splitlines())) + "\n"


def text_of_html(html: str) -> str:
	"""Return the text of a site's own message. The address of a link follows its words."""
	soup = BeautifulSoup(html, "html.parser")
	for hidden in soup(["style", "script", "title"]):
		hidden.decompose()
	for link in soup("a", href=True):
		if (address := str(link["href"])) not in link.get_text():
			link.append(f": {address}")
			# Two links beside each other would run into one address.
			link.insert_before("\n")
			link.insert_after("\n")
	for each in soup(_BLOCKS):
		each.insert_before("\n")
		each.insert_after("\n")
	for line_break in soup("br"):
		line_break.replace_with("\n")
	return tidied("\n".join(" ".join(line.split()) for line in soup.get_text().splitlines()))
