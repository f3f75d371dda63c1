"""Tells people about trouble with a video account."""

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import escape_html

from scheduler_integration.catalogue.video import CONNECTED
from scheduler_integration.conferencing.plan import KIND
from scheduler_integration.conferencing.provider import FIRM, Account
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import waiting_at
from scheduler_integration.platform.language import language_of

RECONNECT = "Reconnect Needed"
# After this many seconds without a working account, its host is told about the calls that wait.
TOLD_AFTER = 12 * 3600


def lose_account(account: Account, reason: str) -> None:
	"""Note that the account refuses access, and tell its host once. Commits.

	The firm's account has no host. Its errors are shown on the booking and in the log.
	"""
	if account.connection in ("", FIRM):
		return
	table = frappe.qb.DocType("Video Connection")
	is_news = frappe.db.get_value(
		"Video Connection", {"name": account.connection, "status": CONNECTED}, for_update=True
	)
	query = frappe.qb.update(table).where(table.name == account.connection)
	query.set(table.status, RECONNECT).set(table.error, reason).run()
	if is_news:
		with print_language(language_of(account.user)):
			subject = _("Connect {0} again: no video calls can be made").format(_(account.provider))
			text = _("The account refuses access. New bookings get the site's fallback until you connect it again.")
		tell(account.user, "Video Connection", account.connection, subject, text)
	frappe.db.commit()


def tell(user: str, doctype: str, name: str, subject: str, text: str, link: str | None = None) -> None:
	"""Store a notification in the desk for the user. The texts are plain. `link` leads elsewhere than to the record."""
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": user,
			"type": "Alert",
			"document_type": doctype,
			"document_name": name,
			"subject": escape_html(subject),
			"email_content": escape_html(text),
			"link": link,
		}
	).insert(ignore_permissions=True)  # Runs in the outbox or in Zoom's webhook: neither has a user with rights.


def tell_without_call(booking: str, reason: str) -> None:
	"""Tell the booking's main host that it has no video call for now, and commit."""
	host, subject = frappe.db.get_value("Booking", booking, ["host", "subject"])
	with print_language(language_of(host)):
		title = _("No video call yet: {0}").format(subject)
		text = _("{0} The call is made as soon as that is possible. Until then, please send a link.").format(reason)
	tell(host, "Booking", booking, title, text)
	frappe.db.commit()


def tell_of_waiting_calls(now: int) -> None:
	"""Tell each host once whose account couldn't be used for hours, if calls are still to be made or deleted there."""
	for outage in outages.untold(KIND, now - TOLD_AFTER):
		waiting = waiting_at([outage.account], now).get(outage.account)
		user = Account.user_in(outage.account)
		if waiting and frappe.db.exists("User", user):
			with print_language(language_of(user)):
				subject = _("Video calls wait for {0}").format(outage.account)
				text = _(
					"{0} Still to be made or deleted: {1}. That happens by itself as soon as the account can be used."
				)
			tell(user, "User", user, subject, text.format(outage.reason, waiting))
		outages.note_told(KIND, outage.account, now)
