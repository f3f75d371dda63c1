"""`/schedule/unsubscribe/<token>`: somebody stops messages that nobody needs to hold a meeting.

A GET shows a button. A POST stops them: from that button, or from a mail program (RFC 8058), which sends no cookies.
"""

import frappe
from frappe import _

from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.notifications.unsubscribe import DIGEST, subscription_of
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.respond import argument, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	subscription = subscription_of(token)
	if submitted():
		subscription.stop()
	is_digest = subscription.kind == DIGEST
	asked = _("No more morning digests?") if is_digest else _("No more messages after a meeting?")
	title = _("They are stopped") if submitted() else asked
	kept = _("You still get everything about your meetings: confirmations, changes and reminders.")
	return {
		"document": document(current_visitor(), title=title, style="manage", secret_address=True),
		"title": title,
		"text": kept,
		"is_done": submitted(),
		"action": f"/schedule/unsubscribe/{token}",
		"csrf_token": csrf_token(),
	}
