"""Amounts in the minor units of their currency, as payment providers count them.

    EUR 50.00   5000   two decimals, as most currencies
    JPY 5000    5000   none
    KWD 12.500 12500   three, and the last one is always 0
    ISK 5000  500000   none on a price tag, but providers count hundredths (docs.stripe.com/currencies, "Special cases")

The table follows Stripe. It isn't the one of CLDR, which says how many decimals people are shown.
"""

from decimal import ROUND_HALF_UP, Decimal

from frappe import _

from scheduler_integration.exceptions import InvalidRequest

_NO_DECIMALS = (
	"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
_DIGITS = {**dict.fromkeys(_NO_DECIMALS, 0), **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3)}
# Amounts are multiples of so many minor units.
_STEPS = {**dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10), "ISK": 100, "UGX": 100}


def to_minor(amount: float | str | Decimal, currency: str) -> int:
	"""Return the amount in minor units, rounded half up to what can be paid in the currency."""
	step = _step(currency)
	return int((Decimal(str(amount)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step * 10 ** digits(currency))


def to_major(minor: int, currency: str) -> Decimal:
	"""Return the amount as people write it: 12.5 for 12500 minor units of KWD."""
	return Decimal(minor).scaleb(-digits(currency))


def share(minor: int, percent: int, currency: str) -> int:
	"""Return this percentage of the amount in minor units, rounded half up to what can be paid."""
	return to_minor(to_major(minor, currency) * percent / 100, currency)


def check_payable(amount: float, currency: str, field: str) -> None:
	"""Raise InvalidRequest if nobody can pay exactly this amount in the currency, such as 10.50 JPY."""
	if to_major(to_minor(amount, currency), currency) != Decimal(str(amount)):
		step = _step(currency).normalize()
		sentence = _("{0} is paid in steps of {1}.").format(currency, f"{step:f}")
		raise InvalidRequest(sentence, details={field: sentence})


def digits(currency: str) -> int:
	"""Return how many decimals providers count in the currency."""
	return _DIGITS.get(currency.upper(), 2)


def _step(currency: str) -> Decimal:
	return to_major(_STEPS.get(currency.upper(), 1), currency)
