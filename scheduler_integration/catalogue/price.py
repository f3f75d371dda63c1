"""The price of a meeting type in words for attendees, and when they pay it."""

from babel import Locale
from frappe import _

from scheduler_integration.platform.money import money


def price_text(price: float, deposit: float, currency: str | None, locale: Locale, *, is_paid_first: bool) -> str:
	"""Return `€90.00, paid when you book`, or `€90.00, payable at the meeting` if nothing is paid here.

	`deposit` is the part that is paid when booking, 0 if all is.
	"""
	amount = money(price, currency, locale)
	if not is_paid_first:
		return _("{0}, payable at the meeting").format(amount)
	if 0 < deposit < price:
		return _("{0}. You pay {1} of it when you book").format(amount, money(deposit, currency, locale))
	return _("{0}, paid when you book").format(amount)
