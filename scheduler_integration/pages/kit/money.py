"""What is paid and paid back, in sentences."""

from __future__ import annotations

from babel import Locale
from babel.numbers import format_percent
from frappe import _

from scheduler_integration.meetings.payment import PaymentFacts
from scheduler_integration.platform import lengths


def refund_terms(payment: PaymentFacts, locale: Locale) -> str:
	"""Return what an attendee gets back who cancels."""
	late = format_percent(payment.late_percent / 100, locale=locale)
	if not payment.notice_hours:
		return _("If you cancel before the start, you get everything back.")
	notice = lengths.duration(payment.notice_hours * 60, locale)
	if not payment.late_percent:
		return _("If you cancel at least {0} before the start, you get everything back. Later, nothing.").format(notice)
	return _("If you cancel at least {0} before the start, you get everything back. Later, {1}.").format(notice, late)
