"""Strangers who use the site to write to others: nobody but the host and the typed address gets a message."""

import re

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.notifications import email as channel
from scheduler_integration.outbox.outcomes import Done
from scheduler_integration.platform.web_links import has_web_address, unlinked
from scheduler_integration.trust import caps
from scheduler_integration.trust.caps import NO_LIMITS, Limits, cap_of
from tests.pages.offer import make_offer
from tests.pages.reading import read
from tests.support.api import call
from tests.support.factories import at, fresh, page_of, token_of
from tests.support.outbox import deliver, mails
from tests.trust.conftest import MONDAY, NOW, QUARTER, somebody


@pytest.fixture
def sent(monkeypatch):
	"""Return a list of the recipients to whom messages leave."""
	recipients: list[str] = []

	def leave(message):
		recipients.append(message.reader.email)
		return Done("a row")

	monkeypatch.setattr(channel, "_sent", leave)
	return recipients


def booked(door, **fields):
	status, answer = door.book(**fields)
	assert status == 201, answer
	return answer["data"]


def told(name):
	return {mail.reader.email: mail for mail in mails(name, NOW)}


def confirmed(door, booking, code=None):
	token = token_of(booking)
	call("public.confirm_address", "Guest", token=token)
	code = code or door.code_for(booking["attendee"]["email"])
	status, answer = call("public.confirm_address", "Guest", token=token, code=code)
	frappe.db.commit()
	return status, answer


@pytest.mark.long
def test_twenty_rounds_of_book_and_cancel_wrote_to_eleven_third_parties(strangers, choose, sent):
	choose(bookings_per_hour=0)
	victim, others = somebody(), [somebody() for _each in range(10)]
	for each in range(20):
		booking = booked(strangers, attendee_email=victim, guests=others, start=MONDAY + each * QUARTER)
		deliver(booking["id"], NOW)
		call("public.cancel", "Guest", token=token_of(booking))
		frappe.db.commit()
		deliver(booking["id"], NOW)
	assert not set(sent) & set(others)
	assert sent.count(victim) == caps.MESSAGES_A_DAY
	assert sent.count(strangers.page.user) == 40


@pytest.mark.long
def test_guests_are_invited_once_the_attendee_has_entered_a_code(strangers):
	guest = somebody()
	booking = booked(strangers, guests=[guest])
	assert booking["guests_wait"]
	assert guest not in told(booking["id"])
	status, answer = confirmed(strangers, booking)
	assert (status, answer["data"]["guests_wait"]) == (200, False)
	assert "invited you" in told(booking["id"])[guest].body
	assert booking["attendee"]["email"] in told(booking["id"])[guest].body
	confirmed(strangers, booking, strangers.code_for(booking["attendee"]["email"]))
	assert [mail.reader.email for mail in mails(booking["id"], NOW)].count(guest) == 1


def test_a_wrong_code_invites_nobody(strangers):
	guest = somebody()
	booking = booked(strangers, guests=[guest])
	assert confirmed(strangers, booking, "wrong!")[1]["code"] == "WRONG_CODE"
	assert guest not in told(booking["id"])


def test_guests_who_were_never_told_hear_nothing_of_changes(strangers):
	guest = somebody()
	booking = booked(strangers, guests=[guest])
	call("public.update_guests", "Guest", token=token_of(booking), guests=[somebody()])
	assert set(told(booking["id"])) == {booking["attendee"]["email"], strangers.page.user}


def test_a_host_who_changes_the_guests_invites_them(strangers, as_user):
	first, second = somebody(), somebody()
	booking = booked(strangers, guests=[first])
	with as_user(strangers.page.user):
		bookings.update_guests_by_host(booking["id"], [first, second], NOW)
	assert {first, second} <= set(told(booking["id"]))
	frappe.db.commit()


@pytest.mark.long
def test_a_host_who_agrees_to_a_request_invites_the_guests(strangers, as_user):
	guest = somebody()
	frappe.db.set_value("Meeting Type", strangers.meeting_type.name, "requires_confirmation", 1)
	frappe.clear_document_cache("Meeting Type", strangers.meeting_type.name)
	frappe.db.commit()
	booking = booked(strangers, guests=[guest])
	assert guest not in told(booking["id"])
	with as_user(strangers.page.user):
		bookings.confirm(booking["id"], NOW)
	assert guest in told(booking["id"])
	frappe.db.commit()


def test_a_stranger_cannot_write_to_the_address_that_was_typed(strangers):
	spam = "Buy at https://evil.example/now"
	booking = booked(strangers, notes=spam, attendee_company="evil.com")
	messages = told(booking["id"])
	mine, hosts = messages[booking["attendee"]["email"]], messages[strangers.page.user]
	assert "Buy at" not in mine.body
	assert "Buy at" not in str(mine.invitation)
	assert "Buy at" in hosts.body
	assert "https://evil" not in hosts.body
	assert "evil.com" not in hosts.body


@pytest.mark.parametrize(
	"name",
	[
		"http://evil.example",
		"Win at www.evil.io",
		"evil.com",
		"See evil.agency/x",
		"bit.ly/x",
		"ｅｖｉｌ．com",
		"evil。com",
		"evil.\u00adcom",
	],
)
def test_names_with_addresses_of_pages_are_refused(strangers, name):
	status, answer = strangers.book(attendee_name=name)
	assert (status, [*answer["details"]]) == (400, ["attendee_name"])


@pytest.mark.parametrize(
	"name", ["Ada Lovelace", "Dr.Berg", "J.R.R. Tolkien", "Anna v.d. Berg", "St.Gallen", "李 小龍"]
)
def test_names_of_people_are_taken(name):
	assert not has_web_address(name)


@pytest.mark.parametrize("name", ["invoice.zip", "Ada x.ai", "192.0.2.1", "Dr.Berg"])
def test_a_name_that_is_a_link_in_some_program_is_one_in_none(strangers, name):
	stored = booked(strangers, attendee_name=name)["attendee"]["name"]
	assert stored.replace("\u2060", "") == name
	assert not re.search(r"\w\.\w", stored)


def test_a_text_without_links_looks_the_same():
	text = "See https://www.evil.com/x?y=1, please. Or not."
	assert unlinked(text).replace("\u2060", "") == text
	assert not has_web_address(unlinked(text))
	assert unlinked("At 3.30 p.m., e.g.") == "At 3.30 p.m., e.g."


def test_a_domain_and_a_page_get_so_many_messages_an_hour(strangers):
	reasons = [cap_of(fresh("id"), f"{fresh('x')}@one.example", fresh("page"), NO_LIMITS, NOW) for _each in range(101)]
	assert reasons[:100] == [None] * 100
	assert reasons[100].until == at("2026-03-01 07:00")
	page = fresh("page")
	reasons = [cap_of(fresh("id"), f"x@{fresh('d')}.example", page, NO_LIMITS, NOW) for _each in range(61)]
	assert reasons.count(None) == 60
	busy = [cap_of(fresh("id"), f"x@{fresh('d')}.example", page, Limits(500, 500), NOW) for _each in range(61)]
	assert busy.count(None) == 61


def test_a_message_that_waited_for_ten_hours_was_dropped_as_one_too_many_for_its_mailbox(strangers):
	page = fresh("page")
	for hour in range(12):
		for _each in range(60):
			cap_of(fresh("id"), f"x@{fresh('d')}.example", page, NO_LIMITS, NOW + hour * 3600)
		assert (
			cap_of("<1@x>", "ada@home.example", page, NO_LIMITS, NOW + hour * 3600).until
			== NOW // 3600 * 3600 + (hour + 1) * 3600
		)
	assert cap_of("<1@x>", "ada@home.example", page, NO_LIMITS, NOW + 12 * 3600) is None


def test_a_message_was_dropped_as_one_too_many_after_a_mail_outage_of_two_hours(strangers):
	"""Each attempt counted for its mailbox."""
	for attempt in range(20):
		assert cap_of("<1@x>", "ada@home.example", "page", NO_LIMITS, NOW + attempt * 600) is None
	others = [cap_of(fresh("id"), "ada@home.example", "page", NO_LIMITS, NOW + 3 * 3600) for _each in range(10)]
	assert [cap is None for cap in others] == [True] * 9 + [False]


def test_the_page_of_a_booking_says_who_waits_and_takes_the_code(client, commit_clean):
	meeting_type = make_offer()
	where = {"slug": page_of(meeting_type).slug, "meeting_type": meeting_type.slug}
	month = client.call("scheduler_integration.api.public.next_slots", "GET", **where).json()["data"]
	start = month["days"][month["earliest"]][0]["start"]
	wish = {**where, "start": start, "attendee_name": "Ada", "attendee_email": somebody(), "guests": [somebody()]}
	booking = client.call("scheduler_integration.api.public.book", **wish).json()["data"]
	path = f"/schedule/manage/{token_of(booking)}"
	assert "hear of the meeting as soon as" in read(client.get(path).text).text
	answer = client.post(path, data={"action": "send_code"})
	assert answer.headers["Location"].endswith("?code=1#code-part")
	assert read(client.get(answer.headers["Location"]).text).one("input", autocomplete="one-time-code")
	wrong = client.post(path, data={"action": "code", "code": "000"})
	assert wrong.status_code == 400
	assert "isn't right" in read(wrong.text).text
