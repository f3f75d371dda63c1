"""Reads push messages: Google sends one in the headers of a request, Microsoft several in its body.

https://developers.google.com/workspace/calendar/api/guides/push
https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

_MOST = 1000
# Channels are opened with ids and secrets of this site, and vendors' resources are as short. Anything else is a stranger's.
_LONGEST = 500

Event = Literal["changed", "renew", "ended"]
_LIFECYCLE: dict[str, Event] = {"reauthorizationRequired": "renew", "subscriptionRemoved": "ended"}


@dataclass(frozen=True, slots=True)
class PushMessage:
	"""One push message. "renew": the provider asks for a new channel; "ended": the channel no longer exists."""

	channel: str
	secret: str = field(repr=False)
	resource: str = ""
	event: Event = "changed"


def google_messages(headers: Mapping[str, str]) -> list[PushMessage] | None:
	"""Return the message in the headers, in a list that is empty if a channel was opened. None if they aren't Google's."""
	channel = headers.get("X-Goog-Channel-ID")
	if not channel:
		return None
	if headers.get("X-Goog-Resource-State") == "sync":
		return []
	secret, resource = headers.get("X-Goog-Channel-Token", ""), headers.get("X-Goog-Resource-ID", "-")
	return [PushMessage(channel, secret, resource)] if all(map(_is_plain, (channel, secret, resource))) else []


def microsoft_messages(body: bytes) -> list[PushMessage]:
	"""Return the messages in the body, at most 1,000. Empty if the body can't be read."""
	try:
		messages = [
			PushMessage(
				str(entry["subscriptionId"]),
				str(entry.get("clientState") or ""),
				event=_LIFECYCLE.get(str(entry.get("lifecycleEvent")), "changed"),
			)
			for entry in json.loads(body)["value"][:_MOST]
		]
		return [message for message in messages if _is_plain(message.channel) and _is_plain(message.secret)]
	except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
		return []


def _is_plain(text: str) -> bool:
	"""Whether a database can look the text up: half of a surrogate pair, for example, can't be sent to it."""
	return len(text) <= _LONGEST and text.isascii() and text.isprintable()
