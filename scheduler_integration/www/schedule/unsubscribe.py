"""`/schedule/unsubscribe/<token>`: somebody stops messages that nobody needs to hold a meeting, or leaves a waitlist.

A GET shows a button. A POST stops them: from that button, or from a mail program (RFC 8058), which sends no cookies.
"""

import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.notifications.unsubscribe import DIGEST, WAITLIST, Subscription, subscription_of
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.respond import argument, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.platform import clock
from scheduler_integration.waitlist.links import entry_token

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	token = argument("token")
	subscription = subscription_of(token)
	if submitted():
		_stop(subscription)
	asked, done, text, button = _words(subscription.kind)
	title = done if submitted() else asked
	return {
		"document": document(current_visitor(), title=title, style="manage", secret_address=True),
		"title": title,
		"text": text,
		"button": button,
		"is_done": submitted(),
		"action": f"/schedule/unsubscribe/{token}",
		"csrf_token": csrf_token(),
	}


def _stop(subscription: Subscription) -> None:
	if subscription.kind == WAITLIST:
		bookings.leave_waitlist(entry_token(subscription.address), clock.now())
	else:
		subscription.stop()


def _words(kind: str) -> tuple[str, str, str, str]:
	"""Return the question, the title afterwards, the sentence below it and the button."""
	if kind == WAITLIST:
		text = _("No more times of this list are offered to you then.")
		return _("Leave the waitlist?"), _("You left the waitlist"), text, _("Leave the waitlist")
	asked = _("No more morning digests?") if kind == DIGEST else _("No more messages after a meeting?")
	text = _("You still get everything about your meetings: confirmations, changes and reminders.")
	return asked, _("They are stopped"), text, _("Stop them")
