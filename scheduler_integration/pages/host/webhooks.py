"""`/scheduling/webhooks`: hosts let other programs and chats know of their meetings, and look at what was sent.

The forms send `action`: `add` with the fields of a subscription; `pause`, `resume` or `delete` with `name`; `again` with a
delivery. `?made=` is the subscription that was just made: its secret is shown for some minutes, and never again.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import details_of
from scheduler_integration.notifications import subscriptions
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.house import SHARE
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.kit.controls import field_of
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.parsing.payload import choices
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import from_site_time, now
from scheduler_integration.platform.language import for_later

PATH = "/scheduling/webhooks"
_SHOWN_SECONDS = 600
_FIELDS = ("url", "format", "meetings")

PAGE = HostPage(PATH, here=SHARE, style="types")


@PAGE.action("add", done=for_later("From now on, this address is told of your meetings."))
def _add() -> Saved:
	chosen = {name: choices(subscriptions.DOCTYPE, name).get(argument(name), "") for name in ("format", "meetings")}
	events = "\n".join(frappe.request.form.getlist("event"))
	hook, _secret = subscriptions.subscribe({**chosen, "url": argument("url"), "events": events})
	return Saved(kept={"made": hook.name})


@PAGE.action("pause", done=for_later("Paused. What happens meanwhile isn't sent later."))
def _pause() -> Saved:
	return Saved(undo={"name": subscriptions.switch(argument("name"), is_active=False).name})


@PAGE.action("resume", done=for_later("This address is told of your meetings again."))
def _resume() -> None:
	subscriptions.switch(argument("name"), is_active=True)


@PAGE.action("delete", done=for_later("Nothing more is sent to this address."))
def _delete() -> Saved:
	return Saved(undo=subscriptions.unsubscribe(argument("name")))


@PAGE.action("again", done=for_later("It is sent again in a moment."))
def _again() -> None:
	subscriptions.send_again(argument("delivery"), now())


@PAGE.undo
def _take_back(facts: dict[str, str]) -> None:
	if "secret" in facts:
		subscriptions.take_back(facts)
	else:
		subscriptions.switch(facts["name"], is_active=True)


@PAGE.view
def _view(reader: Reader) -> View:
	hooks = subscriptions.subscriptions_of(reader.user)
	is_refused = reader.form == "add"
	typed, errors = (reader.typed(_FIELDS), details_of(reader.error)) if is_refused else ({}, {})
	fields = [field_of(subscriptions.DOCTYPE, name) for name in _FIELDS if name != "meetings" or is_manager()]
	return {
		"title": _("Webhooks"),
		"subtitle": _("Other programs and chats are told of your meetings."),
		"hooks": hooks,
		"host_of": lambda hook: urlsplit(hook.url).hostname,
		"secret": next((hook.get_password("secret") for hook in hooks if _is_just_made(hook, reader)), None),
		"deliveries": subscriptions.deliveries_of([hook.name for hook in hooks]),
		"fields": [
			each._replace(value=typed.get(each.name, ""), error=errors.get(each.name, ""))
			for each in [fields[0]._replace(kind="text"), *fields[1:]]
		],
		"events": {name: _(trigger) for name, trigger in subscriptions.EVENTS.items()},
		"chosen": frappe.request.form.getlist("event") if is_refused else [*subscriptions.EVENTS],
		"event_error": errors.get("events"),
		"problem": message_of(reader.error, (*_FIELDS, "events")),
		"meeting_url": meeting_url,
	}


def _is_just_made(hook: Document, reader: Reader) -> bool:
	return hook.name == argument("made") and from_site_time(hook.creation) > reader.now - _SHOWN_SECONDS
