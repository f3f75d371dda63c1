"""The messages to those who wait, as a mail server and a gateway for text messages get them."""

from urllib.parse import parse_qs, urlsplit

import frappe
import pytest
import requests

from scheduler_integration.waitlist import commands, records
from scheduler_integration.waitlist.links import entry_token, entry_url
from scheduler_integration.waitlist.looks import expire
from tests.support.factories import at, fresh, make_page, make_schedule, make_team_page, make_user
from tests.support.gateway import receiving, use_gateway
from tests.support.html import Page
from tests.support.outbox import deliver, tasks
from tests.support.site import set_test_mode
from tests.support.smtp import sending_to_inbox
from tests.waitlist.world import (
	HALF_AN_HOUR,
	MORNING,
	NOW,
	again,
	book,
	cancel,
	fill,
	join,
	look,
	make_type,
	offer_of,
	take,
	wait_for_earlier,
)

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def inbox(site):
	with sending_to_inbox(site) as box:
		site.connect()
		set_test_mode(False)
		yield box


@pytest.fixture
def gateway(inbox):
	with receiving() as (receiver, url):
		use_gateway(url)
		yield receiver


@pytest.fixture
def meeting_type():
	jane = make_user("Jane", email=f"{fresh('jane')}@hosts.example")
	page = make_page(jane, hours=MORNING, brand_color="#0b7285", organization="Doe & Sons")
	return make_type(page, title="Intro call", location_type="In Person", location_details="Main Street 1")


def arrived(inbox):
	return [inbox.arrived.get()[1] for _each in range(inbox.arrived.qsize())]


def text_of(mail):
	return mail.get_body(("plain",)).get_content()


def html_of(mail):
	return Page(mail.get_body(("html",)).get_content())


def offered(meeting_type, name="Ann", now=NOW, **wishes):
	"""Let somebody join a full day, cancel its meeting at 09:30, and look at the list. Returns the entry."""
	taken = fill(meeting_type)
	entry = join(meeting_type, name, now, **wishes)
	deliver(entry.name, now)
	cancel(taken["09:30"], now)
	look(meeting_type, now)
	return again(entry)


def offer_mail(inbox, entry, now=NOW):
	arrived(inbox)
	deliver(entry.name, now)
	[mail] = arrived(inbox)
	return mail


@pytest.mark.long
def test_who_joins_reads_how_it_works_and_how_to_end_it(inbox, meeting_type):
	fill(meeting_type)
	ann = join(meeting_type, timezone="Europe/Berlin", from_time="09:00", to_time="12:00")
	deliver(ann.name, NOW)
	[mail] = arrived(inbox)
	text = text_of(mail)
	assert mail["Subject"] == "You're on the waitlist for Intro call"
	assert (mail["To"], mail["Reply-To"]) == (
		"ann@guests.example",
		frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "user"),
	)
	assert "Jane" in mail["From"]
	assert "Tuesday, 6 October 2026; 09:00 – 12:00" in text
	assert "held for you for 30 min" in text
	assert entry_url(ann) in text
	assert f"{entry_url(ann)}?leave=1" in text
	assert "somebody mistyped an address" in text
	assert "Ann" not in text
	assert [part.get_content_type() for part in mail.walk() if "calendar" in part.get_content_type()] == []


@pytest.mark.long
def test_answers_about_a_meeting_with_two_hosts_went_to_the_first_of_them(inbox):
	hosts = [make_user(name, email=f"{fresh(name.lower())}@hosts.example") for name in ("Ann", "Ben")]
	for user in hosts:
		make_schedule(user, MORNING)
	offer = offer_mail(inbox, offered(make_type(make_team_page(hosts), assignment="Collective"), "Cleo"))
	assert sorted(offer["Reply-To"].split(", ")) == sorted(hosts)


@pytest.mark.long
def test_an_offer_says_when_where_and_until_when_in_the_readers_time_zone(inbox, meeting_type):
	ann = offered(meeting_type, timezone="Europe/Berlin")
	mail = offer_mail(inbox, ann)
	text = text_of(mail)
	assert mail["Subject"] == "A time is free: Tue, 6 Oct 11:30"
	assert "Tuesday, 6 October 2026, 11:30 – 12:00" in text
	assert "It is held for you until 12:30." in text
	assert "Main Street 1" not in text
	assert "Where: In person" in text
	page = html_of(mail)
	assert page.texts(".sched-button") == ["Take this time"]
	assert page.texts(".sched-quiet") == ["Not this one"]
	assert "#0b7285" in str(mail)
	deliver(ann.name, NOW + 60)
	assert arrived(inbox) == []


@pytest.mark.long
@pytest.mark.parametrize(
	("language", "subject", "button"),
	[
		("de", "Eine Zeit ist frei: Di., 6. Okt. 11:30", "Diese Zeit nehmen"),
		("fr", "Un horaire est libre : mar. 6 oct. 11:30", "Prendre cet horaire"),
		("es", "Hay una hora libre: mar, 6 oct 11:30", "Tomar esta hora"),
	],
)
def test_an_offer_is_in_the_readers_language(inbox, meeting_type, language, subject, button):
	ann = offered(meeting_type, timezone="Europe/Berlin", language=language)
	mail = offer_mail(inbox, ann)
	assert mail["Subject"] == subject
	assert html_of(mail).texts(".sched-button") == [button]


@pytest.mark.long
def test_an_offer_at_night_names_the_day_until_which_it_holds(inbox, meeting_type):
	fill(meeting_type)
	evening = at("2026-10-05 21:30")
	ben = join(meeting_type, "Ben", evening, first_date="2026-10-13", last_date="2026-10-13")
	deliver(ben.name, evening)
	_joined, offer = arrived(inbox)
	assert "It is held for you until Tue, Oct 6 8:30 AM." in text_of(offer).replace("\u202f", " ")


@pytest.mark.long
def test_who_wants_to_come_earlier_reads_which_time_the_offered_one_replaces(inbox, meeting_type):
	taken = fill(meeting_type)
	later = book(meeting_type, "09:00", "Ann", day="2026-10-13")
	ann = wait_for_earlier(later)
	cancel(taken["09:30"])
	look(meeting_type)
	deliver(ann.name, NOW)
	joined, offer = arrived(inbox)
	assert "Your meeting stays as it is until you take an earlier time." in text_of(joined)
	assert "mistyped" not in text_of(joined)
	assert "An earlier time is free for Intro call." in text_of(offer)
	assert "Current time: Tue, Oct 13 9:00" in text_of(offer)


@pytest.mark.long
def test_nobody_is_told_of_an_offer_that_has_ended(inbox, meeting_type):
	ann = offered(meeting_type)
	arrived(inbox)
	expire(offer_of(ann).name, NOW + HALF_AN_HOUR)
	deliver(ann.name, NOW + 60)
	assert arrived(inbox) == []
	assert tasks(ann.name, purpose="waitlist_offer")[0].error == "The offer has ended."


def test_nobody_who_has_left_is_told_anything(inbox, meeting_type):
	fill(meeting_type)
	ann = join(meeting_type)
	commands.leave_waitlist(entry_token(ann.name), NOW)
	deliver(ann.name, NOW)
	assert arrived(inbox) == []


@pytest.mark.long
def test_an_offer_waits_for_the_mail_server_and_comes_once(inbox, meeting_type):
	ann = offered(meeting_type)
	arrived(inbox)
	inbox.is_down = True
	deliver(ann.name, NOW)
	inbox.is_down = False
	for minutes in (5, 10, 15):
		deliver(ann.name, NOW + minutes * 60)
	assert len(arrived(inbox)) == 1


@pytest.mark.long
def test_an_offer_of_which_nobody_could_be_told_does_not_count_and_comes_again(inbox, meeting_type):
	"""The person who was first when the mail server broke down lost the time, and one of three offers."""
	ann, ben = offered(meeting_type), join(meeting_type, "Ben")
	inbox.is_down = True
	deliver(ann.name, NOW)
	half_past = NOW + HALF_AN_HOUR
	frappe.db.set_value("Outbox Outage", {"kind": "email"}, "asks_at", half_past + 60)
	expire(offer_of(ann).name, half_past)
	assert look(meeting_type, half_past) == 0
	inbox.is_down = False
	assert look(meeting_type, half_past + 120) == 1
	arrived(inbox)
	for entry in (ann, ben):
		deliver(entry.name, half_past + 120)
	assert again(ann).unanswered == 0
	assert [mail["To"] for mail in arrived(inbox) if "is free" in mail["Subject"]] == [ann.attendee_email]


@pytest.mark.long
def test_who_gets_text_messages_is_offered_times_while_the_mail_server_is_down(inbox, gateway, meeting_type):
	taken = fill(meeting_type)
	ann, ben = join(meeting_type), join(meeting_type, "Ben", **PHONE)
	inbox.is_down = True
	deliver(ann.name, NOW)
	cancel(taken["09:30"])
	look(meeting_type)
	assert (offer_of(ann), offer_of(ben) is not None) == (None, True)
	deliver(ben.name, NOW)
	assert "is free" in sent_text(gateway)["text"]


@pytest.mark.long
def test_an_offer_to_a_mailbox_that_refuses_it_goes_to_the_next_and_the_host_is_told(inbox, meeting_type, monkeypatch):
	ann, ben = offered(meeting_type), join(meeting_type, "Ben")
	offer = offer_of(ann)
	monkeypatch.setattr("scheduler_integration.outbox.results.MAX_ATTEMPTS", 1)
	inbox.refuses = ann.attendee_email
	deliver(ann.name, NOW)
	deliver(ann.name, NOW)
	assert (records.offer(offer.name).status, again(ann).unanswered) == (records.WITHDRAWN, 0)
	assert offer_of(ben).start == offer.start
	user = frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "user")
	subjects = frappe.get_all("Notification Log", {"for_user": user}, pluck="subject")
	assert "Not delivered to ann@guests.example: Intro call" in subjects


@pytest.mark.long
def test_a_mail_program_leaves_the_list_with_one_click(inbox, client, meeting_type):
	ann = offered(meeting_type)
	mail = offer_mail(inbox, ann)
	assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
	path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
	site = {"X-Frappe-Site-Name": client.headers["X-Frappe-Site-Name"]}
	shown = requests.get(f"{client.base_url}{path}", headers=site, timeout=60)
	assert "Leave the waitlist?" in shown.text
	frappe.db.rollback()
	assert again(ann).status == records.WAITING
	answer = requests.post(f"{client.base_url}{path}", data={"List-Unsubscribe": "One-Click"}, headers=site, timeout=60)
	assert "You left the waitlist" in answer.text
	frappe.db.rollback()
	assert (again(ann).status, offer_of(ann)) == (records.LEFT, None)


def sent_text(receiver):
	[request] = receiver.requests
	return {name: value[0] for name, value in parse_qs(request.get_data(as_text=True)).items()}


PHONE = {"attendee_phone": "+49 30 901820", "notify_by": "text"}


@pytest.mark.long
def test_who_wants_text_messages_gets_one_and_no_mail(inbox, gateway, meeting_type):
	ann = offered(meeting_type, timezone="Europe/Berlin", **PHONE)
	arrived(inbox)
	for seconds in (0, 180, 240):
		deliver(ann.name, NOW + seconds)
	text = sent_text(gateway)
	assert text["to"] == "+4930901820"
	assert text["text"] == f"Intro call: Tue, 6 Oct 11:30 is free until 12:30. Take it: {entry_url(ann)}"
	assert arrived(inbox) == []


@pytest.mark.long
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
def test_the_text_is_one_message(inbox, gateway, meeting_type, zone):
	"""160 characters, if all of them are in the alphabet of text messages (3GPP TS 23.038)."""
	ann = offered(meeting_type, timezone=zone, **PHONE)
	deliver(ann.name, NOW)
	text = sent_text(gateway)["text"]
	assert (len(text) <= 160, text.isascii()) == (True, True)


@pytest.mark.long
def test_without_text_messages_the_offer_comes_by_mail_at_once(inbox, meeting_type):
	ann = offered(meeting_type, **PHONE)
	arrived(inbox)
	deliver(ann.name, NOW)
	deliver(ann.name, NOW)
	assert len(arrived(inbox)) == 1


@pytest.mark.long
def test_a_gateway_that_is_down_lets_the_offer_come_by_mail(inbox, gateway, meeting_type):
	from werkzeug.wrappers import Response

	ann = offered(meeting_type, **PHONE)
	arrived(inbox)
	gateway.answers = [Response(status=503)] * 3
	deliver(ann.name, NOW)
	assert arrived(inbox) == []
	for seconds in (121, 151):
		deliver(ann.name, NOW + seconds)
	assert len(arrived(inbox)) == 1


@pytest.mark.long
def test_a_stranger_gets_a_limited_number_of_these_messages(inbox, meeting_type):
	address = f"{fresh('victim')}@guests.example"
	fill(meeting_type)
	for seconds in range(14):
		entry = join(meeting_type, now=NOW + seconds, attendee_email=address)
		deliver(entry.name, NOW + seconds)
	assert len(arrived(inbox)) == 10


@pytest.mark.long
def test_taking_the_offered_time_sends_the_ordinary_confirmation(inbox, meeting_type):
	ann = offered(meeting_type)
	deliver(ann.name, NOW)
	arrived(inbox)
	booking = take(ann)
	deliver(booking.name, NOW)
	assert "Confirmed: Intro call with Jane, Tue, Oct 6 9:30 AM" in {mail["Subject"] for mail in arrived(inbox)}
