"""A guest books and pays, over HTTP: the form, the page of the payment, the provider's page, the notice, and back."""

import re
from urllib.parse import urlsplit

import frappe
import pytest
import requests

from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.platform.clock import iso_z, now
from tests.pages.offer import bookings_of, host_of, in_three_days, make_offer, path_of, sign_in, wish_for
from tests.pages.reading import read, typed_in
from tests.payments.world import payment_of
from tests.support.outbox import deliver, mails
from tests.waitlist.people import offered
from tests.waitlist.people import path as waitlist_path

pytestmark = pytest.mark.usefixtures("commit_clean")
WEBHOOK = "/api/method/scheduler_integration.api.webhooks.stripe"
GERMAN = {"Accept-Language": "de-DE"}


@pytest.fixture
def offer(stripe_for_all):
	return make_paid_offer()


def data_of(answer):
	assert answer.ok, answer.text
	return answer.json()["data"]


def make_paid_offer(**fields):
	return make_offer(**{"price": 50, "currency": "EUR", "payment": "Before Booking", **fields})


def filled_in(client, offer, **typed):
	"""Return where the form of the booking page is sent, and what Ada has typed in it."""
	page = read(client.get(path_of(offer), params={"start": iso_z(in_three_days(12)), "tz": "UTC"}).text)
	form = page.one("form", id="booking-form")
	return form["action"], typed_in(form, attendee_name="Ada", attendee_email="ada@guests.example", **typed)


def booked_by_form(client, offer, **typed):
	"""Book by the form without a script, and return the path of the page that asks for the payment."""
	return sent(client, *filled_in(client, offer, **typed))


def sent(client, action, values):
	answer = client.post(action, data=values)
	assert answer.status_code == 303, read(answer.text).one("div", id="form-problem").text
	return urlsplit(client.get(answer.headers["Location"]).url).path


def press(client, path):
	form = read(client.get(path).text).one("form")
	return client.post(path, data=[*typed_in(form), ("pay", "1")])


def state_of(client, path):
	return read(client.get(path).text).one("main")["data-payment"]


@pytest.mark.long
def test_a_guest_books_and_pays_without_a_script(client, stripe_for_all, offer, run_jobs):
	path = booked_by_form(client, offer)
	page = read(client.get(path).text)
	assert page.one("h1").text == "Pay to book this time"
	form = page.one("form")
	assert (form["target"], form.one("button", name="pay").text) == ("_top", "Pay €50.00")
	answer = press(client, path)
	assert answer.status_code == 303
	provider = answer.headers["Location"]
	assert provider.startswith(stripe_for_all.url)
	back = requests.post(provider, allow_redirects=False, timeout=10).headers["Location"]
	assert urlsplit(back).path == path
	assert state_of(client, f"{path}?{urlsplit(back).query}") == "waits"
	run_jobs()
	page = read(client.get(path).text)
	assert page.one("h1").text == "Paid. You're booked"
	[booking] = bookings_of(offer)
	assert (booking.status, booking.payment_status) == ("Scheduled", "Paid")


@pytest.mark.long
def test_a_notice_over_http_counts_once(client, stripe_for_all, offer, run_jobs):
	path = booked_by_form(client, offer)
	requests.post(press(client, path).headers["Location"], allow_redirects=False, timeout=10)
	[event] = stripe_for_all.events
	address = f"{client.base_url}{WEBHOOK}"
	headers = {"X-Frappe-Site-Name": client.headers["X-Frappe-Site-Name"]}
	body, signed = stripe_for_all.notification(event)
	answers = [requests.post(address, data=body, headers={**headers, **signed}, timeout=30) for _twice in range(2)]
	assert [data_of(answer) for answer in answers] == [{"taken": True}, {"taken": False}]
	body, forged = stripe_for_all.notification(event, secret="whsec_other")
	assert requests.post(address, data=body, headers={**headers, **forged}, timeout=30).status_code == 401
	run_jobs()
	assert bookings_of(offer)[0].payment_status == "Paid"


def test_the_form_may_lead_to_the_provider_and_the_page_may_be_framed(client, offer):
	path = booked_by_form(client, offer)
	policy = client.get(path).headers["Content-Security-Policy"]
	assert "form-action 'self' https:" in policy
	assert "frame-ancestors 'self'" in policy


def test_the_page_of_the_payment_names_nobody(client, offer):
	text = client.get(booked_by_form(client, offer)).text
	assert "ada@guests.example" not in text
	assert "Ada" not in text
	assert "/schedule/manage/" not in text


def test_who_returns_to_the_form_gets_the_open_payment_and_not_taken(client, offer):
	form = filled_in(client, offer)
	assert sent(client, *form) == sent(client, *form)


def test_a_stranger_who_typed_the_address_and_name_got_the_payment_of_somebody_else(client, offer):
	strangers = filled_in(client, offer)
	booked_by_form(client, offer)
	answer = client.post(strangers[0], data=strangers[1])
	assert (answer.status_code, "/schedule/pay/" in answer.text) == (409, False)
	wish = wish_for(offer, attendee_name="Ada", attendee_email="ada@guests.example")
	answer = client.call("scheduler_integration.api.public.book", **wish)
	assert (answer.json()["code"], "/schedule/pay/" in answer.text) == ("SLOT_TAKEN", False)


def test_the_api_says_where_to_pay(client, offer):
	wish = wish_for(offer, attendee_email="ada@guests.example", idempotency_key="a-key-of-this-one-form")
	booked = data_of(client.call("scheduler_integration.api.public.book", **wish))
	assert (booked["status"], booked["payment"]["status"], booked["payment"]["due"]) == ("Pending", "awaiting", 50)
	assert "/schedule/pay/" in booked["payment"]["url"]
	again = data_of(client.call("scheduler_integration.api.public.book", **wish))
	assert again["payment"]["url"] == booked["payment"]["url"]


def test_an_unpaid_attendee_was_asked_for_another_time_by_the_api(client, offer):
	booked_by_form(client, offer)
	[booking] = bookings_of(offer)
	sign_in(client, host_of(offer))
	ask = {"name": booking.name, "action": "ask_to_reschedule", "reason": "Flu"}
	for gives_back in (0, 1):
		answer = client.call("scheduler_integration.api.bookings.update", **ask, gives_back=gives_back)
		assert (answer.status_code, answer.json()["error"]) == (403, "This meeting isn't paid for yet.")
	[booking] = bookings_of(offer)
	assert (booking.status, booking.payment_status, booking.reschedule_asked_at) == ("Pending", "Awaiting", None)


def test_the_provider_is_down_and_the_page_says_so(client, stripe_for_all, offer):
	path = booked_by_form(client, offer)
	stripe_for_all.fail("/v1/checkout/sessions", status=500)
	answer = press(client, path)
	assert answer.status_code == 502
	assert "We can't reach the payment provider right now." in read(answer.text).one("p", role="alert").text
	assert press(client, path).status_code == 303


def test_no_link_alone_begins_a_payment(client, stripe_for_all, offer):
	path = booked_by_form(client, offer)
	client.post(f"{path}?pay=1")
	client.get(f"{path}?pay=1")
	assert not stripe_for_all.sessions


@pytest.mark.parametrize(
	("price", "currency", "shown"), [(5000, "JPY", "5.000 ¥"), (12.5, "KWD", "12,500 KWD"), (50, "EUR", "50,00 €")]
)
def test_the_amount_is_written_as_the_reader_does(client, stripe_for_all, price, currency, shown):
	if not frappe.db.exists("Currency", currency):
		frappe.get_doc({"doctype": "Currency", "currency_name": currency, "enabled": 1}).insert()
	path = booked_by_form(client, make_paid_offer(price=price, currency=currency))
	button = read(client.get(path, headers=GERMAN).text).one("button", name="pay").text
	assert button == f"{shown} bezahlen".replace("\xa0", " ")


def test_a_wrong_link_finds_nothing(client, offer):
	path = booked_by_form(client, offer)
	assert client.get(f"{path[:-1]}{'0' if path[-1] != '0' else '1'}").status_code == 404
	[booking] = bookings_of(offer)
	manage = client.get(path.replace("/pay/", "/manage/"))
	assert manage.status_code == 404, "the payment link opens no booking"
	assert payment_of(booking).status == "Open"


def test_who_hasnt_paid_learns_not_where_the_meeting_is(client, offer, run_jobs):
	secret = "meet.example"
	booked = client.call("scheduler_integration.api.public.book", **wish_for(offer))
	manage = urlsplit(data_of(booked)["manage_url"]).path
	page = client.get(manage).text
	assert secret not in booked.text
	assert secret not in page
	assert "roadmap" not in page
	assert client.get(data_of(booked)["calendar"]["ics"]).status_code == 404
	frappe.db.rollback()
	act(parse_command("mark_paid", data_of(booked)["id"]))
	frappe.db.commit()
	assert secret in client.get(manage).text


def test_a_host_tries_a_type_that_costs_money_and_pays_nothing(client, stripe_for_all, offer):
	sign_in(client, host_of(offer))
	editor = f"/scheduling/types/{offer.name}"
	form = read(client.get(editor).text).one("form", action=f"{editor}/test")
	answer = client.post(form["action"], data=typed_in(form))
	assert answer.status_code == 200
	assert "Not paid yet" in answer.text
	assert bookings_of(offer) == []
	assert not stripe_for_all.sessions


def test_hosts_set_the_terms_of_a_type_on_their_own_page(client, offer):
	sign_in(client, host_of(offer))
	editor = f"/scheduling/types/{offer.name}"

	def form_of_price():
		forms = read(client.get(editor).text).one("main").all("form")
		return next(each for each in forms if each.all("input", name="deposit"))

	form = form_of_price()
	saved = client.post(
		editor, data=[*typed_in(form, deposit="20", refund_notice_hours="48", late_refund_percent="25")]
	)
	assert saved.status_code == 303, read(saved.text).one("main").text
	frappe.db.rollback()
	offer.reload()
	assert (offer.deposit, offer.refund_notice_hours, offer.late_refund_percent) == (20, 48, 25)
	refused = client.post(editor, data=[*typed_in(form_of_price(), deposit="60")])
	assert "The deposit is more than the price." in refused.text, read(refused.text).one("main").text


def test_an_unpaid_booking_says_so_on_its_own_page(client, offer):
	wish = wish_for(offer)
	booked = data_of(client.call("scheduler_integration.api.public.book", **wish))
	page = read(client.get(urlsplit(booked["manage_url"]).path).text)
	assert page.one("h1").text == "Not paid yet"
	assert "/schedule/pay/" in page.one("a", id="pay")["href"]


@pytest.mark.long
@pytest.mark.parametrize(
	("percent", "before", "after"),
	[
		(0, "you get no money back", "because you moved the meeting late"),
		(50, "you get €25.00 back", "You get €25.00 back"),
		(100, None, "You get €50.00 back"),
	],
)
def test_before_a_late_move_nobody_said_what_it_costs(client, stripe_for_all, run_jobs, percent, before, after):
	offer = make_paid_offer(refund_notice_hours=24 * 30, late_refund_percent=percent)
	path = booked_by_form(client, offer)
	provider = press(client, path).headers["Location"]
	client.get(requests.post(provider, allow_redirects=False, timeout=10).headers["Location"])
	run_jobs()
	[booking] = bookings_of(offer)
	assert booking.payment_status == "Paid"
	address = f"{path_of(offer)}?reschedule={manage_token(booking)}&tz=UTC&start={iso_z(in_three_days(14))}"
	page = read(client.get(address).text)
	form = page.one("form", id="booking-form")
	said = [each.text for each in page.all("p", class_="mover")][1:]
	assert [before in each for each in said] == ([True] if before else [])
	answer = client.post(form["action"], data=typed_in(form))
	assert answer.status_code == 303
	assert after in client.get(f"{urlsplit(answer.headers['Location']).path}?cancel=1").text


def test_who_takes_an_offered_time_pays_for_it(client, stripe_for_all):
	offer = make_paid_offer(has_waitlist=1)
	entry = offered(offer)
	page = read(client.get(waitlist_path(entry)).text)
	assert page.one("button", value="take").text == "Continue to payment"
	assert "pay to book it" in page.one("header").text
	answer = client.post(waitlist_path(entry), data=[*typed_in(page.one("form", class_="answers")), ("action", "take")])
	paying = client.get(answer.headers["Location"])
	assert urlsplit(paying.url).path.startswith("/schedule/pay/")
	assert read(paying.text).one("h1").text == "Pay to book this time"
	# Back on the page of the waitlist, the meeting is still there to pay.
	page = read(client.get(waitlist_path(entry)).text)
	assert "/schedule/manage/" in page.one("a", class_="button")["href"]


def facts_of(client, offer):
	return read(client.get(path_of(offer)).text).one("main").text


@pytest.mark.parametrize(
	("fields", "said"),
	[
		({}, "€50.00, paid when you book"),
		({"deposit": 20}, "€50.00. You pay €20.00 of it when you book"),
		({"payment": ""}, "€50.00, payable at the meeting"),
	],
)
def test_the_facts_of_a_type_say_when_it_is_paid(client, stripe_for_all, fields, said):
	assert said in facts_of(client, make_paid_offer(**fields))


def test_a_price_without_a_provider_was_said_nowhere_after_booking(client):
	offer = make_offer(price=50, currency="EUR", seats=5)
	booked = data_of(
		client.call("scheduler_integration.api.public.book", **wish_for(offer, guests=["bo@guests.example"]))
	)
	page = read(client.get(urlsplit(booked["manage_url"]).path).text).one("main").text
	assert "€100.00, payable at the meeting" in page
	frappe.db.rollback()
	[booking] = bookings_of(offer)
	said = {
		mail.reader.role: re.search("100[.,]00.*, payable at the meeting", mail.text)
		for mail in mails(booking.name, booking.booked_at)
	}
	assert said["attendee"]
	assert said["host"]
	act(parse_command("cancel", booking.name))
	frappe.db.commit()
	assert "payable at the meeting" not in client.get(urlsplit(booked["manage_url"]).path).text


@pytest.mark.parametrize(
	("terms", "said"),
	[
		(
			{"refund_notice_hours": 1},
			"before the start, you get everything back. Later, nothing.",
		),
		({"refund_notice_hours": 24 * 30}, "If you cancel, you get no money back."),
		({"refund_notice_hours": 24 * 30, "late_refund_percent": 40}, "If you cancel, you get 40% back."),
		({"refund_notice_hours": 1, "allow_cancel": 0}, None),
	],
)
def test_money_back_was_promised_until_a_moment_that_was_over(client, stripe_for_all, terms, said):
	page = client.get(booked_by_form(client, make_paid_offer(**terms))).text
	assert "If you cancel" in page if said else "If you cancel" not in page
	assert not said or said in read(page).one("main").text


@pytest.mark.long
def test_after_paying_without_a_script_the_page_says_what_was_paid_and_where_the_meeting_is(
	client, stripe_for_all, offer, run_jobs
):
	path = booked_by_form(client, offer)
	requests.post(press(client, path).headers["Location"], allow_redirects=False, timeout=10)
	client.get(f"{path}?returned=1")
	run_jobs()
	text = read(client.get(path).text).one("main").text
	assert "€50.00 paid" in text
	assert "The link in the e-mail shows the meeting." in text


def test_only_the_window_that_booked_knows_the_confirmation(client, offer):
	wish = wish_for(offer, attendee_email="ada@guests.example")
	manage = urlsplit(data_of(client.call("scheduler_integration.api.public.book", **wish))["manage_url"]).path
	answer = client.get(f"{manage}?booked=1", allow_redirects=False)
	assert urlsplit(answer.headers["Location"]).fragment == manage
	again = client.call("scheduler_integration.api.public.book", **wish)
	assert "address" not in again.json()["details"]


def test_a_late_payment_isnt_called_uncharged(client, stripe_for_all, offer, run_jobs):
	path = booked_by_form(client, offer)
	requests.post(press(client, path).headers["Location"], allow_redirects=False, timeout=10)
	frappe.db.rollback()
	[booking] = bookings_of(offer)
	frappe.db.set_value("Booking Payment", payment_of(booking).name, {"status": "Paid", "amount_minor": 5000})
	frappe.db.set_value(
		"Booking",
		booking.name,
		{"status": "Expired", "payment_status": "Paid", "amount_paid": 50, "amount_refunded": 0},
	)
	frappe.db.commit()
	text = read(client.get(path).text).one("main").text
	assert "nothing was charged" not in text
	assert "Your host takes care that you get your money back." in text


@pytest.mark.long
def test_a_host_reads_that_money_couldnt_be_paid_back_and_tries_again(client, stripe_for_all, offer, run_jobs):
	path = booked_by_form(client, offer)
	requests.post(press(client, path).headers["Location"], allow_redirects=False, timeout=10)
	client.get(f"{path}?returned=1")
	run_jobs()
	[booking] = bookings_of(offer)
	act(parse_command("cancel", booking.name))
	frappe.db.commit()
	stripe_for_all.fail("/v1/refunds", method="POST", status=400, body={"error": {"code": "insufficient_funds"}})
	run_jobs()
	deliver(booking.name, now())
	sign_in(client, host_of(offer))
	page = read(client.get(f"/scheduling/meeting/{booking.name}").text).one("main")
	assert "Not paid back" in page.text
	again = next(link for link in page.all("a") if link.text == "Try again")
	form = read(client.get(again["href"]).text).one("button", value="refund")
	assert form.text == "Yes, pay it back"
