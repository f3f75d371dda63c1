"""The money that a meeting type asks attendees for, and the money that they get back."""

from decimal import Decimal

from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import InvalidRequest, OutsideError
from scheduler_integration.payments.providers import chosen, is_ready, provider
from scheduler_integration.payments.units import check_payable

# For so long a time is kept for somebody who pays, in seconds.
LONGEST_WAIT = 30 * 60
_BEFORE = "Before Booking"


def is_charged(meeting_type: Document) -> bool:
	"""Whether attendees pay before they book. A price of 0 is never asked for."""
	return bool(meeting_type.payment == _BEFORE and meeting_type.price)


def due_now(meeting_type: Document, seats: int) -> Decimal:
	"""Return what attendees pay at once for so many seats: the deposit if there is one, otherwise the price."""
	return Decimal(str(meeting_type.deposit or meeting_type.price or 0)) * seats


def check_terms(meeting_type: Document) -> None:
	"""Raise InvalidRequest if nobody could pay what the meeting type asks for."""
	if (meeting_type.late_refund_percent or 0) > 100:
		_refuse("late_refund_percent", _("A percentage is at most 100."))
	if not is_charged(meeting_type):
		return
	if not meeting_type.scheduling_page:
		_refuse("payment", _("Only what is booked on a page of this site can be paid for here."))
	if not meeting_type.currency:
		_refuse("currency", _("Choose the currency in which attendees pay."))
	for field in ("price", "deposit"):
		check_payable(meeting_type.get(field) or 0, meeting_type.currency, field)
	if (meeting_type.deposit or 0) > meeting_type.price:
		_refuse("deposit", _("The deposit is more than the price."))
	if not is_ready():
		_refuse("payment", _("Nobody can pay on this site yet. An administrator chooses a payment provider first."))
	try:
		provider(chosen()).check(float(due_now(meeting_type, 1)), meeting_type.currency)
	except (InvalidRequest, OutsideError) as error:
		_refuse("currency", error.message)


def _refuse(field: str, sentence: str) -> None:
	raise InvalidRequest(sentence, details={field: sentence})
