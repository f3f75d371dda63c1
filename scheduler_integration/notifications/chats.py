"""One sentence about a meeting, as Slack and Teams take it from an incoming webhook.

Strangers type names. In a chat, `<!channel>` would call everybody, `[x](https://…)` would be a link, and a bare address too.
So typed text only stands where the chat reads no markup, with its addresses and mentions broken by a word joiner, which
nobody sees. The only link is ours, to the meeting's page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.meetings.titles import type_title
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.one_line import visible
from scheduler_integration.platform.site_address import site_url
from scheduler_integration.platform.web_links import joined, unlinked
from scheduler_integration.platform.zone_words import city

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class News:
	"""A sentence, and the link to the meeting with its label."""

	sentence: str
	url: str
	label: str


def news(trigger: str, booking: Document, reader: Reader) -> News:
	"""Return the sentence in the reader's language and zone."""
	with print_language(reader.words):
		meeting = type_title(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type))
		hosts = reader.listed([host.name for host in hosts_of(booking)])
		when = f"{reader.in_short(booking.parts())} ({city(reader.zone, reader.locale)})"
		sentence = _("{0}: “{1}”, {2} with {3}, {4}").format(
			_(trigger), *map(_harmless, (meeting, booking.attendee_name, hosts)), when
		)
		return News(sentence, site_url(f"/scheduling/meeting/{booking.name}"), _("Open the meeting"))


def _harmless(text: str) -> str:
	line = " ".join(text.split())
	shown = line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}…"
	return joined(unlinked(visible(shown)) or "").replace("@", "@\u2060")


def slack(told: News) -> dict[str, Any]:
	"""Return the message for Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks

	A text object of the type `plain_text` has no links and no mentions. Everywhere in Slack, & < > are written as entities.
	"""
	sentence = _escaped(told.sentence)
	return {
		"text": sentence,
		"blocks": [
			{"type": "section", "text": {"type": "plain_text", "text": sentence, "emoji": False}},
			{"type": "section", "text": {"type": "mrkdwn", "text": f"<{told.url}|{_escaped(told.label)}>"}},
		],
		"unfurl_links": False,
		"unfurl_media": False,
	}


def _escaped(text: str) -> str:
	return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams(told: News) -> dict[str, Any]:
	"""Return the message for a workflow of Teams: an adaptive card, whose TextRun reads no Markdown, unlike a TextBlock.

	https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
	"""
	card = {
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
		"type": "AdaptiveCard",
		"version": "1.2",
		"body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": told.sentence}]}],
		"actions": [{"type": "Action.OpenUrl", "title": told.label, "url": told.url}],
	}
	content_type = "application/vnd.microsoft.card.adaptive"
	return {"type": "message", "attachments": [{"contentType": content_type, "contentUrl": None, "content": card}]}


# By the format of a Webhook Subscription, as the API names it. The other format is the JSON of all webhooks.
CHATS: dict[str, Callable[[News], dict[str, Any]]] = {each.__name__: each for each in (slack, teams)}
