"""Reads amounts of money that people type."""

import re
from decimal import Decimal

from frappe import _

from scheduler_integration.parsing.text import Refused

_PLAIN = re.compile(r"\d{1,12}(\.\d{1,3})?")


def parse_amount(value: object) -> Decimal | None:
	"""Return the amount in a text such as `12.50` or `12,50`, or in a number; None if it is empty."""
	if value in (None, ""):
		return None
	if isinstance(value, bool) or not isinstance(value, int | float | str):
		raise Refused(_("This is not an amount."))
	text = str(value).strip().replace(",", ".")
	if not _PLAIN.fullmatch(text):
		raise Refused(_("This is not an amount."))
	return Decimal(text)
