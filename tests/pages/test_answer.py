"""A host answers a request with the links in the e-mail, without signing in. Mail scanners open links and change nothing."""

import re
from urllib.parse import urlsplit

import frappe
import pytest
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.meetings.tokens import answer_url
from scheduler_integration.platform.clock import now
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload, token_of
from tests.support.html import Page
from tests.support.outbox import mails

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2030-03-04 06:00")
NINE = at("2030-03-04 09:00")


@pytest.fixture
def page(commit_clean):
	return make_page(make_user("Jane", time_zone="Europe/Paris"))


@pytest.fixture
def request_(page):
	return asked(page)


def asked(page, **fields):
	booking = door.book(payload(page, make_meeting_type(page, requires_confirmation=1, **fields), NINE), NOW)
	frappe.db.commit()
	return booking


def link_of(booking, user, answer="confirm"):
	return f"{path_of(booking, user)}?answer={answer}"


def path_of(booking, user):
	return urlsplit(answer_url(frappe.get_doc("Booking", booking.id), user)).path


def status_of(booking):
	frappe.db.rollback()
	return frappe.db.get_value("Booking", booking.id, "status")


def test_the_hosts_mail_has_both_links_and_nobody_elses_has(page, request_):
	to_attendee, to_host = mails(request_.id, NOW)
	buttons = {link.get_text(): link["href"] for link in Page(to_host.body).elements("a")}
	for word, answer in (("Confirm", "confirm"), ("Decline", "decline")):
		assert buttons[word].endswith(link_of(request_, page.user, answer))
		assert buttons[word] in to_host.text
	assert "/schedule/answer/" not in to_attendee.body + to_attendee.text


@pytest.mark.long
def test_a_scanner_that_follows_every_link_of_the_mails_changes_nothing(client, page, request_):
	"""Virus scanners and previews open each link of an e-mail, and the links of the pages behind them. Some post to them."""
	pages = [mail.body + mail.text for mail in mails(request_.id, NOW)]
	seen = set()
	for _depth in range(2):
		links = {link for text in pages for link in re.findall(r"https?://[^\s\"'<>]+|(?<=href=\")/[^\"]+", text)}
		paths = {address.path + ("?" + address.query if address.query else "") for address in map(urlsplit, links)}
		pages = []
		for path in sorted(paths - seen):
			seen.add(path)
			for method in (client.head, client.post, client.get):
				answer = method(path.replace("&amp;", "&"))
			pages.append(answer.text)
	assert any("/schedule/answer/" in path and "decline" in path for path in seen)
	assert any("/schedule/manage/" in path and "cancel" in path for path in seen)
	assert status_of(request_) == "Pending"


@pytest.mark.parametrize(
	("answer", "status", "kind"), [("confirm", "Scheduled", "REQUEST"), ("decline", "Declined", None)]
)
def test_the_page_asks_once_and_then_acts(client, page, request_, answer, status, kind):
	shown = client.get(link_of(request_, page.user, answer))
	assert shown.status_code == 200
	assert "10:00" in shown.text
	assert status_of(request_) == "Pending"
	client.post(path_of(request_, page.user), data={"answer": answer, "reason": "So be it"})
	assert status_of(request_) == status
	assert not Page(client.get(path_of(request_, page.user)).text).has("form")
	[to_attendee] = mails(request_.id, NOW)
	assert (to_attendee.invitation and to_attendee.invitation.method) == kind
	note = frappe.get_all(
		"Comment", {"reference_name": request_.id, "comment_type": "Info"}, ["owner", "comment_email"]
	)
	assert note[-1].comment_email == page.user


def test_the_host_takes_the_confirmed_meeting_into_a_calendar(client, page, request_):
	"""The host who confirms gets no e-mail, and so no invitation."""
	path = path_of(request_, page.user)
	assert not Page(client.get(path).text).has("a[href*='calendar_file']")
	client.post(path, data={"answer": "confirm"})
	done = client.get(path)
	file = client.get(Page(done.text).element("a[href*='calendar_file']")["href"])
	calendar = Calendar.from_ical(file.content)
	(event,) = calendar.walk("VEVENT")
	assert (calendar["METHOD"], event["DTSTART"].params["TZID"]) == ("PUBLISH", "Europe/Paris")
	assert request_.attendee.email in event["DESCRIPTION"]
	assert token_of(request_) not in file.text.replace("\r\n ", "")


def test_a_link_that_was_used_says_so(client, page, request_):
	path = path_of(request_, page.user)
	client.post(path, data={"answer": "confirm"})
	assert "This meeting is confirmed" in client.get(link_of(request_, page.user, "decline")).text
	late = client.post(path, data={"answer": "decline"})
	assert late.status_code == 403
	assert status_of(request_) == "Scheduled"


def test_a_link_says_that_the_attendee_cancelled_or_moved_meanwhile(client, page, request_):
	bookings.cancel_by_token(token_of(request_), "", NOW)
	frappe.db.commit()
	assert "This meeting is cancelled" in client.get(link_of(request_, page.user)).text


def test_a_link_ends_with_the_meeting(client, page, request_):
	frappe.db.set_value("Booking", request_.id, {"starts_at": 1, "ends_at": 2})
	frappe.db.commit()
	assert client.get(link_of(request_, page.user)).status_code == 410
	assert client.post(path_of(request_, page.user), data={"answer": "confirm"}).status_code == 410
	assert status_of(request_) == "Pending"


def test_a_request_was_confirmed_after_its_start(client, page, request_):
	frappe.db.set_value("Booking", request_.id, "starts_at", now() - 600)
	frappe.db.commit()
	assert "A request must be answered before its start." in client.get(link_of(request_, page.user)).text
	answer = client.post(path_of(request_, page.user), data={"answer": "confirm"})
	assert (answer.status_code, "before its start" in answer.text) == (410, True)
	assert status_of(request_) == "Pending"


def test_only_the_hosts_own_link_works(client, page, request_):
	"""A manage link isn't an answer link, nor is that of another booking, of a stranger or of a disabled host."""
	own, other = path_of(request_, page.user), asked(make_page())
	stranger = make_user("Eve")
	frappe.db.commit()
	signature = own.partition(".")[2]
	wrong = [
		f"/schedule/answer/{token_of(request_)}",
		f"/schedule/answer/{other.id}.{signature}",
		own[:-1] + ("0" if own[-1] != "0" else "1"),
		path_of(request_, stranger),
		"/schedule/answer/nothing",
	]
	assert [client.post(path, data={"answer": "confirm"}).status_code for path in wrong] == [404] * len(wrong)
	frappe.db.set_value("User", page.user, "enabled", 0)
	frappe.db.commit()
	assert client.post(own, data={"answer": "confirm"}).status_code == 404
	assert [status_of(each) for each in (request_, other)] == ["Pending", "Pending"]


def test_each_host_of_a_team_has_a_link_and_the_first_answer_counts(client, commit_clean):
	jane, sam = make_user("Jane"), make_user("Sam")
	team = asked(make_team_page([jane, sam]), assignment="Collective")
	client.post(path_of(team, sam), data={"answer": "confirm"})
	assert status_of(team) == "Scheduled"
	told = {mail.reader.user or mail.reader.role for mail in mails(team.id, NOW)}
	assert told == {"attendee", jane}
