"""Visitors read twelve languages, hosts four: each page and each message is whole in one of them."""

from urllib.parse import urlsplit

import frappe
import pytest
from frappe import _

from scheduler_integration.platform.clock import now
from scheduler_integration.platform.language import english_in
from tests.pages.offer import book, host_of, make_offer, path_of, sign_in
from tests.pages.reading import read, script_data
from tests.support.outbox import mails

# An older Babel has no English of Poland, and takes that of Europe.
POLANDS_ENGLISH = str(english_in("PL")).replace("_", "-")
POLISH = {"Accept-Language": "pl-PL,pl;q=0.9,en;q=0.8"}


def polish(sentence):
	translated = _(sentence, "pl")
	assert translated != sentence
	return translated


@pytest.fixture
def host(client, offer):
	"""The offer's host, who reads Polish and is signed in."""
	user = host_of(offer)
	frappe.db.set_value("User", user, "language", "pl")
	sign_in(client, user)
	return user


def test_a_visitor_reads_a_language_that_is_switched_off_on_the_site(client, offer):
	"""Frappe 16 has most languages switched off, and Poles read English there."""
	page = read(client.get(path_of(offer), headers=POLISH).text)
	assert (page.one("html")["lang"], page.one("html")["dir"]) == ("pl-PL", "ltr")
	assert page.one("h2", id="month-heading").text == polish("Choose a day")
	refused = client.call("scheduler_integration.api.public.get_page", "GET", page="nobodys")
	assert refused.json()["error"] == "There is no booking page at this address."
	client.headers.update(POLISH)
	refused = client.call("scheduler_integration.api.public.get_page", "GET", page="nobodys")
	assert refused.json()["error"] == polish("There is no booking page at this address.")


def test_the_first_language_that_the_app_has_is_taken(client, offer):
	"""A visitor who reads Swedish and then German got English."""
	for asked, shown in (("sv,de;q=0.8", "de"), ("sv,en;q=0.9,de;q=0.8", "en"), ("de-AT,pl;q=0.5", "de-AT")):
		language = read(client.get(path_of(offer), headers={"Accept-Language": asked}).text).one("html")["lang"]
		assert language.startswith(shown), asked
	chosen = read(client.get(f"{path_of(offer)}?_lang=fr", headers=POLISH).text)
	assert chosen.one("html")["lang"] == "fr"


def test_a_host_with_a_language_of_visitors_reads_english_pages_as_at_home(client, host):
	"""They were half in Polish: what visitors read too, and the rest in English."""
	page = read(client.get("/scheduling", headers=POLISH).text)
	assert (page.one("html")["lang"], page.one("h1").text) == (POLANDS_ENGLISH, "Meetings")
	assert script_data(page)["strings"]["try_again"] == "Try again"
	refused = client.call("scheduler_integration.api.bookings.get", "GET", name="nobodys")
	assert refused.json()["error"].startswith("There is no")


def test_the_same_host_gives_visitors_texts_in_their_own_language(client, offer, host):
	times = read(client.get(f"/scheduling/times?type={offer.name}&count=3", headers=POLISH).text)
	assert times.one("html")["lang"] == POLANDS_ENGLISH
	client.take_csrf_token("/app")
	made = client.call("scheduler_integration.api.booking_links.times_for_mail", meeting_type=offer.name).json()["data"]
	assert polish("Other times") in made["text"]
	client.post("/scheduling/types", data={"action": "add", "page": offer.scheduling_page, "template": "workshop"})
	frappe.db.rollback()
	assert frappe.get_last_doc("Meeting Type").title == _("Workshop", "pl", context="Meeting Type")
	page = read(client.get(path_of(offer), headers=POLISH).text)
	assert page.one("html")["lang"] == "pl-PL"


def test_mails_are_whole_in_the_language_of_each_reader(offer, host):
	booked = book(offer, language="pl")
	to_attendee, to_host = mails(booked.id, now())
	assert to_attendee.reader.locale.language == "pl"
	assert polish("Your meeting with {0} is confirmed.").format("Jane Doe") in to_attendee.text
	assert (to_host.reader.locale.language, to_host.subject[:12]) == ("en", "New booking:")
	assert polish("Duration") not in to_host.text


def test_arabic_pages_and_mails_are_read_from_right_to_left(client, offer):
	page = read(client.get(path_of(offer), headers={"Accept-Language": "ar-EG,ar;q=0.9"}).text)
	assert (page.one("html")["lang"], page.one("html")["dir"]) == ("ar-EG", "rtl")
	booked = book(offer, language="ar")
	manage = read(client.get(urlsplit(booked.manage_url).path, headers={"Accept-Language": "ar"}).text)
	assert manage.one("html")["dir"] == "rtl"
	to_attendee, to_host = mails(booked.id, now())
	assert ('dir="rtl"' in to_attendee.body, 'dir="rtl"' in to_host.body) == (True, False)


def test_a_hosts_arabic_words_on_an_english_page_began_on_the_left(client, commit_clean):
	question = {"label": "ما هي شركتك؟", "question_type": "Text"}
	page_fields = {"title": "ليلى", "welcome_message": "أهلا بكم"}
	meeting_type = make_offer(page_fields, title="استشارة", description="نتحدث عن عملك.", questions=[question])
	page = read(client.get(path_of(meeting_type).rpartition("/")[0]).text)
	form = read(client.get(path_of(meeting_type)).text)
	for shown, tag, text in (
		(page, "h1", "ليلى"),
		(page, "p", "أهلا بكم"),
		(page, "span", "استشارة"),
		(page, "span", "نتحدث عن عملك."),
		(form, "h1", "استشارة"),
		(form, "label", "ما هي شركتك؟"),
	):
		assert [each for each in shown.all(tag, dir="auto") if text in each.text], text
