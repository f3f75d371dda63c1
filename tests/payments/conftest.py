"""Fixtures: a stand-in of Stripe that the site's settings lead to."""

from collections.abc import Iterator

import frappe
import pytest

from tests.support.factories import at
from tests.support.site import Site
from tests.support.vendors.setup import all_leading_to, leading_to
from tests.support.vendors.stand_in import serving
from tests.support.vendors.stripe import Stripe

# A Monday, and far away: the server of other tests runs tasks that are due today.
NOW = at("2036-03-03 06:00")
NINE = at("2036-03-03 09:00")
DAY = 86400


@pytest.fixture(scope="session")
def _stripe_server() -> Iterator["Switch"]:
	"""One server for all tests. Each test puts a fresh stand-in behind it."""
	with serving(Switch()) as switch:
		yield switch


class Switch:
	"""Passes requests on to the stand-in of the running test."""

	url = ""
	behind = None

	def __call__(self, environ, start_response):
		return self.behind(environ, start_response)


@pytest.fixture
def stripe(_stripe_server: Switch) -> Iterator[Stripe]:
	stand_in = Stripe()
	stand_in.clock.move_to(NOW)
	_stripe_server.behind, stand_in.url = stand_in, _stripe_server.url
	with leading_to("stripe", stand_in):
		enter_keys(stand_in)
		yield stand_in
	stand_in.assert_sound()


@pytest.fixture
def stripe_for_all(stripe: Stripe, site: Site) -> Iterator[Stripe]:
	"""The stand-in, for the server's process too. Its clock is the true one."""
	stripe.clock.instant = None
	frappe.db.commit()
	with all_leading_to(site, "stripe", stripe):
		yield stripe


def enter_keys(stand_in: Stripe) -> None:
	"""Enter the stand-in's keys in Scheduler Settings, as an administrator does."""
	settings = frappe.get_doc("Scheduler Settings")
	settings.update(
		{
			"payment_provider": "Stripe",
			"stripe_secret_key": stand_in.key,
			"stripe_webhook_secret": stand_in.webhook_secret,
		}
	)
	settings.save()


@pytest.fixture
def at_now(frozen):
	return frozen(NOW)
