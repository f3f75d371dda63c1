"""The page of a host's webhooks in a browser: how it looks with a secret, with deliveries and with errors."""

import frappe
import pytest

from tests.browser.screens import SMALL_PHONE
from tests.browser.test_looks import check, sign_in_as, turn_to_the_left
from tests.pages.offer import book, host_of, make_offer
from tests.support.gateway import receiving
from tests.support.outbox import deliver

pytestmark = pytest.mark.usefixtures("commit_clean")


def test_the_looks_of_webhooks(browse):
	offer = make_offer()
	window = browse(SMALL_PHONE)
	sign_in_as(window, host_of(offer))
	window.open("/scheduling/webhooks")
	check(window, "webhooks-none")
	window.page.locator("#webhook-url").fill("https://10.0.0.1/hook")
	window.follow(window.page.locator("button", has_text="Add the webhook"))
	check(window, "webhooks-refused")
	with receiving() as (_receiver, url):
		window.page.locator("#webhook-url").fill(f"{url}/hook")
		window.follow(window.page.locator("button", has_text="Add the webhook"))
		check(window, "webhooks-secret")
		booking = book(offer)
		deliver(booking.id, frappe.db.get_value("Booking", booking.id, "booked_at") + 1)
	window.open("/scheduling/webhooks")
	window.page.locator("summary", has_text="Last deliveries").click()
	check(window, "webhooks-sent")
	turn_to_the_left(window)
	check(window, "webhooks-rtl")
