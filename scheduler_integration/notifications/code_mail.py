"""The message with the code that confirms an address.

It is sent at once, because somebody waits for it. Its row in the Email Queue is deleted soon after the code is no longer valid.
"""

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import escape_html

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.notifications.email import EmailRow, delete_rows, queue_words, send_row
from scheduler_integration.notifications.templates import Rendered
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.transactions import roll_back
from scheduler_integration.trust.codes import MINUTES

# By this reference the messages are found again. They are about no record.
ABOUT = "Scheduler Settings"


def mail_code(address: str, code: str, language: str, assistant_wants: str = "") -> None:
	"""Send the code for a booking, in this language. Commits.

	`assistant_wants` is what an assistant does with it: `book`, `move` or `cancel`. If it can't be sent, that is logged, and
	people can ask for another code.
	"""
	with print_language(language):
		sentences = {
			"": _("Enter this code on the booking page. It is valid for {0} minutes."),
			"book": _("An assistant asks for this code, to book a meeting for you. It is valid for {0} minutes."),
			"move": _("An assistant asks for this code, to move your meeting. It is valid for {0} minutes."),
			"cancel": _("An assistant asks for this code, to cancel your meeting. It is valid for {0} minutes."),
		}
		warning = _("Did you not book a meeting? Then somebody mistyped an address, and you can delete this message.")
		if assistant_wants:
			warning = _("Did you not ask an assistant? Then tell nobody the code, and nothing changes.")
		_mail(address, code, sentences[assistant_wants].format(MINUTES), warning)


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
		number = f'<p style="font-size: 28px; letter-spacing: 4px;"><strong>{code}</strong></p>'
		html = number + "".join(f"<p>{escape_html(sentence)}</p>" for sentence in sentences)
		words = Rendered(_("{0} is your code").format(code), html, "\n\n".join((code, *sentences)) + "\n")
		queued = queue_words(words, recipients=[address], reference_doctype=ABOUT, reference_name=ABOUT)
		frappe.db.commit()
		if queued:
			send_row(EmailRow(queued.name, "Not Sent", is_new=True))
			frappe.db.commit()
	except OutsideError:
		roll_back()
		# Frappe's Error Log would keep the address and the code.
		frappe.logger("scheduler_integration").warning("A code to confirm an address could not be sent")


def forget_codes(now: int) -> None:
	"""Delete the messages whose codes are no longer valid at `now` (epoch seconds)."""
	_delete({"creation": ["<", to_site_time(now - MINUTES * 60)]})


def forget_codes_to(address: str) -> int:
	"""Delete the messages to this address, and return how many there were."""
	row = frappe.qb.DocType("Email Queue Recipient")
	names = frappe.qb.from_(row).select(row.parent).where(row.recipient == address).run(pluck=True)
	return _delete({"name": ["in", names]}) if names else 0


def _delete(filters: dict[str, object]) -> int:
	names = frappe.get_all("Email Queue", {"reference_doctype": ABOUT, **filters}, pluck="name")
	delete_rows(names)
	return len(names)
