"""Amounts in minor units. The expected numbers are from docs.stripe.com/currencies."""

import pytest

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.payments.units import check_payable, share, to_major, to_minor


@pytest.mark.parametrize(
	("amount", "currency", "minor"),
	[
		(50, "EUR", 5000),
		(19.99, "USD", 1999),
		(0.1 + 0.2, "EUR", 30),
		(5000, "JPY", 5000),
		(12.5, "KWD", 12500),
		(12.345, "KWD", 12350),
		(5000, "ISK", 500000),
		(5000, "UGX", 500000),
		(1000, "CLP", 1000),
	],
)
def test_an_amount_has_the_minor_units_of_its_currency(amount, currency, minor):
	assert to_minor(amount, currency) == minor
	assert to_minor(to_major(minor, currency), currency) == minor


@pytest.mark.parametrize(("amount", "currency"), [(10.5, "JPY"), (1.005, "EUR"), (1.001, "KWD"), (10.5, "ISK")])
def test_an_amount_that_nobody_can_pay_exactly_is_refused(amount, currency):
	with pytest.raises(InvalidRequest) as refused:
		check_payable(amount, currency, "price")
	assert "price" in refused.value.details


@pytest.mark.parametrize(
	("minor", "percent", "currency", "expected"),
	[
		(5000, 50, "EUR", 2500),
		(999, 50, "EUR", 500),
		(5001, 50, "JPY", 2501),
		(12500, 33, "KWD", 4130),
		(5000, 0, "EUR", 0),
	],
)
def test_a_share_is_rounded_to_what_can_be_paid(minor, percent, currency, expected):
	assert share(minor, percent, currency) == expected
