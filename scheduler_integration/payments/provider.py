"""The interface of payment providers. Each provider is a module of `providers/`."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import frappe


class State(Enum):
	"""The state of a checkout at its provider: it can still be paid, it was paid, or it can't be paid any more."""

	OPEN = "open"
	PAID = "paid"
	CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
	"""A payment that an attendee is asked for.

	`payment` is the name of the Booking Payment, `amount` its minor units. After `expires_at` (epoch seconds) nobody may
	pay. The provider leads the attendee back to `return_url`, and to `back_url` if they leave without paying.
	"""

	payment: str
	title: str
	amount: int
	currency: str
	email: str
	name: str
	language: str
	expires_at: int
	return_url: str
	back_url: str


@dataclass(frozen=True, slots=True)
class Checkout:
	"""The page on which the attendee pays, and the provider's id of it."""

	external_id: str
	url: str


# How a refund stands at its provider: on its way, arrived, or returned to the account that paid it.
SENT, DONE, FAILED = "Sent", "Done", "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
	"""A refund at the provider: its `amount` in minor units, and its `status`, which is SENT, DONE or FAILED.

	`key` is ours, and empty if somebody made the refund at the provider itself. `reference` is the provider's id of the money
	that came, and `reason` its code for a failure.
	"""

	external_id: str
	amount: int
	status: str
	key: str = ""
	reference: str = ""
	reason: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
	"""A payment as the provider sees it. Amounts are in minor units. `reference` is its id there.

	`paid_at` is in epoch seconds, 0 if the provider doesn't say it. `refunds` are all refunds of the payment there.
	"""

	state: State
	amount: int = 0
	currency: str = ""
	reference: str = ""
	paid_at: int = 0
	refunds: tuple[Back, ...] = ()
	# A sentence for the hosts about money that somebody has to look after.
	problem: str = ""

	@property
	def is_given_back(self) -> bool:
		"""Whether all the money went back already."""
		return sum(each.amount for each in self.refunds if each.status != FAILED) >= self.amount


@dataclass(frozen=True, slots=True)
class Notice:
	"""A notice whose signature was right. `about` are the provider's ids that it concerns, `checkout` that of the page."""

	event: str
	kind: str
	about: tuple[str, ...]
	checkout: str = ""


def asked_for(payment: frappe._dict) -> int:
	"""Return the minor units that the payment's checkout asks for: those of all dates, if it is that of a series."""
	return int(payment.checkout_minor or payment.amount_minor)


class Provider:
	"""Base of the providers. Each method may raise OutsideError."""

	# Whether this app can pay money back. Otherwise hosts do it at the provider, and note it.
	REFUNDS: ClassVar[bool] = True

	def is_set_up(self) -> bool:
		"""Whether an administrator has entered what the provider needs."""
		raise NotImplementedError

	def gateway(self) -> str:
		"""Return the name of the gateway behind the provider, if there are several."""
		return ""

	def check(self, amount: float, currency: str) -> None:
		"""Raise InvalidRequest or OutsideError if nobody can pay this amount here. Asks no other system."""

	def open(self, order: Order) -> Checkout:
		"""Make the page on which the order is paid. The same order makes the same page again, and no second one."""
		raise NotImplementedError

	def look(self, payment: frappe._dict) -> Seen:
		"""Return how the payment stands. `payment` has the fields of its Booking Payment."""
		raise NotImplementedError

	def close(self, payment: frappe._dict) -> Seen:
		"""Make sure that nobody can pay any more, and return how the payment ended."""
		raise NotImplementedError

	def refund(self, payment: frappe._dict, key: str, amount: int) -> Back:
		"""Pay back so many minor units, and return the refund. The caller has made sure that `refunds` has none with this key.

		Raises PaymentRefused if this can never succeed.
		"""
		raise NotImplementedError

	def refunds(self, payment: frappe._dict) -> tuple[Back, ...]:
		"""Return all refunds of the payment, also those that somebody made at the provider itself."""
		return ()

	def recent_refunds(self, since: int) -> tuple[Back, ...]:
		"""Return the refunds of all payments that were made after this instant (epoch seconds)."""
		return ()

	def pages(self) -> tuple[str, ...]:
		"""Return the sources of a content security policy to which the form "Pay" may lead."""
		return ("https:",)
