"""The providers by name. A new one needs a line here, and its name in the options of `payment_provider` of Scheduler
Settings."""

import frappe

from scheduler_integration.payments.provider import Provider
from scheduler_integration.payments.providers.payments_app import PaymentsApp
from scheduler_integration.payments.providers.stripe import Stripe

PROVIDERS: dict[str, type[Provider]] = {"Stripe": Stripe, "Payments App": PaymentsApp}
# Money that a host took by hand.
CASH = "Cash"


def chosen() -> str:
	"""Return the name of the provider that this site uses, or an empty text."""
	return frappe.get_cached_doc("Scheduler Settings").payment_provider or ""


def is_ready() -> bool:
	"""Whether attendees can pay on this site."""
	return chosen() in PROVIDERS and provider(chosen()).is_set_up()


def pages_of_provider() -> tuple[str, ...]:
	"""Return the sources to which the form "Pay" may lead."""
	return provider(chosen()).pages() if chosen() in PROVIDERS else ()


def provider(name: str) -> Provider:
	"""Return the provider with this name."""
	return PROVIDERS[name]()
