"""Tells people about trouble with a video account."""

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import escape_html

from scheduler_integration.catalogue.video import CONNECTED
from scheduler_integration.conferencing.accounts import FIRM, Account
from scheduler_integration.platform.language import language_of

RECONNECT = "Reconnect Needed"


def lose_account(account: Account, reason: str) -> None:
	"""Note that the account refuses access, and tell its host once. Commits.

	The firm's account has no host: its errors are shown on the booking and in the log.
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
		_tell(account)
	frappe.db.commit()


def tell(user: str, doctype: str, name: str, subject: str, text: str) -> None:
	"""Store a notification in the desk for the user. The texts are plain."""
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": user,
			"type": "Alert",
			"document_type": doctype,
			"document_name": name,
			"subject": escape_html(subject),
			"email_content": escape_html(text),
		}
	).insert(ignore_permissions=True)  # Runs in the outbox or in Zoom's webhook: neither has a user with rights.


def _tell(account: Account) -> None:
	with print_language(language_of(account.user)):
		subject = _("Connect {0} again: no video calls can be made").format(_(account.provider))
		text = _("The account refuses access. New bookings get the site's fallback until you connect it again.")
	tell(account.user, "Video Connection", account.connection, subject, text)
