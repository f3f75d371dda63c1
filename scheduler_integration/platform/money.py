"""Writes amounts of money in a locale, with CLDR's symbols and decimals (from Babel)."""

from babel import Locale, numbers


def money(amount: float, currency: str | None, locale: Locale) -> str:
	"""`€40.00`, or just the number if no currency is given."""
	if not currency:
		return numbers.format_decimal(amount, locale=locale)
	return numbers.format_currency(amount, currency, locale=locale)
