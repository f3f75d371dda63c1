"""The message with the code that confirms an address.

It is sent at once, because somebody waits for it, and not kept: its row in the Email Queue is deleted as soon as it has left.
"""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import escape_html

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.notifications.email import EmailRow, send_row
from scheduler_integration.trust.codes import MINUTES


def mail_code(address: str, code: str, language: str) -> None:
	"""Send the code for a booking, in this language. Commits.

	If it can't be sent, that is logged, and people can ask for another code.
	"""
	with print_language(language):
		_mail(
			address,
			code,
			_("Enter this code on the booking page. It is valid for {0} minutes.").format(MINUTES),
			_("Did you not book a meeting? Then somebody mistyped an address, and you can delete this message."),
		)


def mail_data_code(address: str, code: str, language: str) -> None:
	"""Send the code that shows a person their data, as `mail_code` does."""
	with print_language(language):
		_mail(
			address,
			code,
			_("Enter this code to see the data that we hold about you. It is valid for {0} minutes.").format(MINUTES),
			_("Did you not ask for your data? Then delete this message. Without the code nobody can read anything."),
		)


def _mail(address: str, code: str, *sentences: str) -> None:
	try:
		queued = _queued(address, code, sentences)
		frappe.db.commit()
		if queued and send_row(EmailRow(queued.name, "Not Sent", is_new=True)) == "Sent":
			frappe.db.delete("Email Queue Recipient", {"parent": queued.name})
			frappe.db.delete("Email Queue", {"name": queued.name})
			frappe.db.commit()
	except (OutsideError, frappe.OutgoingEmailError):
		frappe.db.rollback()
		# Frappe's Error Log would keep the address and the code.
		frappe.logger("scheduler_integration").warning("A code to confirm an address could not be sent")


def _queued(address: str, code: str, sentences: Sequence[str]) -> frappe.model.document.Document | None:
	number = f'<p style="font-size: 28px; letter-spacing: 4px;"><strong>{code}</strong></p>'
	return frappe.sendmail(
		recipients=[address],
		subject=_("{0} is your code").format(code),
		message=number + "".join(f"<p>{escape_html(sentence)}</p>" for sentence in sentences),
		add_unsubscribe_link=0,
		delayed=True,
	)
