"""A guest pays with a script: the page of the payment, the provider's page, and what the page says on the way back."""

from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.platform.clock import iso
from tests.browser.elsewhere import LISTEN, element, elsewhere
from tests.browser.screens import DESK, PATIENCE, PHONE
from tests.browser.test_embed import choose_time, frame_of, shown
from tests.pages.offer import bookings_of, in_three_days, make_offer, path_of
from tests.payments.conftest import _stripe_server, stripe, stripe_for_all  # noqa: F401


@pytest.fixture
def offer(commit_clean, stripe_for_all):  # noqa: F811
	return make_offer(
		price=50, currency="EUR", payment="Before Booking", late_refund_percent=50, title="Advice by a lawyer"
	)


@pytest.mark.journey
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_guest_pays_and_the_page_finds_out(browse, stripe_for_all, offer, run_jobs, screen):  # noqa: F811
	window = browse(screen)
	window.reach_form(path_of(offer))
	window.fill_in()
	window.page.locator("#submit").click()
	window.page.locator("[data-payment=open]").wait_for()
	window.screenshot(f"pay-{screen.name}", full=True)
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.page.get_by_role("button", name="Pay €50.00").click()
	window.page.wait_for_url("**/c/pay/*")
	window.page.get_by_role("button", name="Pay").click()
	window.page.locator("[data-payment=waits]").wait_for()
	window.screenshot(f"pay-waits-{screen.name}", full=True)
	assert window.violations() == []
	run_jobs()
	window.page.wait_for_url("**/schedule/manage/*", timeout=PATIENCE * 1000)
	window.page.locator("h1", has_text="You're booked").wait_for()
	assert window.page.get_by_text("€50.00 paid").is_visible()
	assert window.page.locator("a", has_text=".ics").count() == 1
	window.screenshot(f"pay-paid-{screen.name}", full=True)
	assert window.violations() == []
	window.problems[:] = [each for each in window.problems if stripe_for_all.url not in each]
	assert bookings_of(offer)[0].payment_status == "Paid"


@pytest.mark.parametrize(
	("screen", "language", "scheme"),
	[
		(PHONE, "en-GB", "dark"),
		(DESK, "en-GB", "light"),
		(PHONE, "de-DE", "light"),
		(PHONE, "fr-FR", "light"),
		(PHONE, "ar-EG", "light"),
	],
	ids=lambda value: getattr(value, "name", value),
)
def test_a_guest_pays_for_a_series(browse, stripe_for_all, offer, run_jobs, screen, language, scheme):  # noqa: F811
	offer.update({"repeats": "Fixed", "repeat_count": 4})
	offer.save()
	frappe.db.commit()
	window = browse(screen, locale=language, color_scheme=scheme)
	start = iso(in_three_days(12), "UTC").replace("+", "%2B")
	window.open(f"{path_of(offer)}?tz=UTC&start={start}")
	window.page.locator(".series-list li").nth(3).wait_for()
	assert "200" in window.page.locator("#series-dates").inner_text()
	window.screenshot(f"pay-series-form-{screen.name}-{language}", full=True)
	assert window.violations() == []
	window.fill_in()
	window.page.locator("#submit").click()
	window.page.locator("[data-payment=open]").wait_for()
	window.screenshot(f"pay-series-{screen.name}-{language}", full=True)
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.page.locator("button[name=pay]").click()
	window.page.wait_for_url("**/c/pay/*")
	window.page.get_by_role("button", name="Pay").click()
	window.page.locator("[data-payment=waits]").wait_for()
	run_jobs()
	window.page.wait_for_url("**/schedule/manage/*", timeout=PATIENCE * 1000)
	window.page.locator("#dates").wait_for()
	window.screenshot(f"pay-series-paid-{screen.name}-{language}", full=True)
	frappe.db.rollback()
	dates = sorted(bookings_of(offer), key=lambda each: each.starts_at)
	assert {each.payment_status for each in dates} == {"Paid"}
	window.open(f"{urlsplit(manage_url(dates[0])).path}?cancel=1")
	window.screenshot(f"pay-series-manage-{screen.name}-{language}", full=True)
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.problems[:] = [each for each in window.problems if stripe_for_all.url not in each]


def test_another_window_with_the_link_of_the_payment_sees_what_was_paid_and_no_more(
	browse,
	stripe_for_all,  # noqa: F811
	offer,
	run_jobs,
):
	window = browse(PHONE, keep=False)
	window.reach_form(path_of(offer))
	window.fill_in()
	window.page.locator("#submit").click()
	window.page.locator("[data-payment=open]").wait_for()
	link = window.page.url
	assert "#" not in link
	window.page.get_by_role("button", name="Pay €50.00").click()
	window.page.wait_for_url("**/c/pay/*")
	window.page.get_by_role("button", name="Pay").click()
	window.page.locator("[data-payment=waits]").wait_for()
	run_jobs()
	other = browse(DESK, keep=False)
	other.open(urlsplit(link).path)
	other.page.locator("[data-payment=paid]").wait_for()
	assert other.page.get_by_text("€50.00 paid").is_visible()
	other.screenshot("pay-paid-elsewhere", full=True)
	assert other.violations() == []
	assert "/schedule/manage/" not in other.page.content()
	window.problems[:] = [each for each in window.problems if stripe_for_all.url not in each]


def test_in_a_frame_the_payment_leaves_it(server, chromium, stripe_for_all, offer, run_jobs):  # noqa: F811
	with elsewhere(server) as web:
		settings = frappe.get_doc("Scheduler Settings")
		settings.allowed_embed_hosts = web.host
		settings.save()
		frappe.db.commit()
		context = chromium.new_context(
			viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/Berlin"
		)
		try:
			page = context.new_page()
			page.set_default_timeout(PATIENCE * 1000)
			page.goto(web.site + web.put("/page", LISTEN + web.script() + element(web, offer)))
			frame = shown(page)
			choose_time(frame)
			frame.locator("#attendee_name").fill("Ada Lovelace")
			frame.locator("#attendee_email").fill("ada@guests.example")
			frame.locator("#submit").click()
			frame_of(page).get_by_role("button", name="Pay €50.00").click()
			page.wait_for_url(f"{stripe_for_all.url}/c/pay/*")
			page.get_by_role("button", name="Pay").click()
			page.locator("[data-payment=waits]").wait_for()
		finally:
			context.close()
	run_jobs()
	assert bookings_of(offer)[0].payment_status == "Paid"
