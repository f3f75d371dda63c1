"""`/schedule/unsubscribe/<token>`: somebody stops messages that nobody needs to hold a meeting, or leaves a waitlist.

A GET shows a button. A POST stops them: from that button, or from a mail program (RFC 8058), which sends no cookies.
"""

from frappe import _

from scheduler_integration.notifications.unsubscribe import DIGEST, WAITLIST, subscription_of
from scheduler_integration.pages.guest_page import GuestPage, Visit
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.respond import View, submitted
from scheduler_integration.waitlist import commands
from scheduler_integration.waitlist.links import entry_token

PAGE = GuestPage("/schedule/unsubscribe")


@PAGE.view
def _view(visit: Visit) -> View:
	subscription, is_done = subscription_of(visit.token), submitted()
	asked, done, button = _("No more messages after a meeting?"), _("They are stopped"), _("Stop them")
	text = _("You still get everything about your meetings: confirmations, changes and reminders.")
	if subscription.kind == DIGEST:
		asked = _("No more morning digests?")
	elif subscription.kind == WAITLIST:
		asked, done, button = _("Leave the waitlist?"), _("You left the waitlist"), _("Leave the waitlist")
		text = _("No more times of this list are offered to you then.")
	if is_done and subscription.kind == WAITLIST:
		commands.leave_waitlist(entry_token(subscription.address), visit.now)
	elif is_done:
		subscription.stop()
	title = done if is_done else asked
	return {
		"document": document(visit.visitor, title=title, style="manage", secret_address=True),
		"title": title,
		"text": text,
		"button": None if is_done else button,
		"action": visit.path,
		"csrf_token": csrf_token(),
	}
