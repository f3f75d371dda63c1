"""The morning digest: one e-mail to a host on a day with meetings, in the host's zone and language."""

from email import message_from_string, policy

import frappe
import pytest

from scheduler_integration import bookings, jobs
from scheduler_integration.notifications.digest import queue_digest, wanted_digests
from scheduler_integration.notifications.preferences import choose_digest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of

EARLIER = at("2026-03-01 06:00")
# Seven in the morning in Berlin is 06:00 UTC in winter.
SEVEN = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
HOUR = 3600

pytestmark = pytest.mark.usefixtures("outgoing_mail")


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Berlin", language="de"))


@pytest.fixture
def name(page):
	choose_digest(page.user, True)
	return frappe.db.get_value("Host Preferences", {"user": page.user})


def mails(user):
	queued = frappe.get_all("Email Queue Recipient", {"recipient": user}, pluck="parent")
	return [frappe.get_doc("Email Queue", each) for each in queued]


def text_of(mail):
	message = message_from_string(mail.message, policy=policy.default)
	return message["Subject"], message.get_body(("html",)).get_content()


def test_it_lists_the_days_meetings_once_each_and_leaves_out_the_others(page, name):
	workshop, retreat = make_meeting_type(page, title="Workshop", seats=4), make_meeting_type(page, number_of_days=2)
	for who in ("Ada", "Grace"):
		door.book(payload(page, workshop, NINE, attendee_name=who), EARLIER)
	door.book(payload(page, retreat, NINE + 2 * HOUR, attendee_name="Emmy"), EARLIER)
	gone = door.book(payload(page, workshop, NINE + 4 * HOUR, attendee_name="Alan"), EARLIER)
	bookings.cancel_by_token(token_of(gone), "", EARLIER)
	door.book(payload(page, workshop, NINE + 86400, attendee_name="Mary"), EARLIER)
	assert queue_digest(name, SEVEN)
	[mail] = mails(page.user)
	subject, html = text_of(mail)
	assert subject == "2 Termine heute, der erste um 10:00"
	assert html.count("Ada, Grace") == html.count("Emmy") == 1
	assert "Alan" not in html
	assert "Mary" not in html
	assert "Montag, 2. März 2026" in html


def test_it_goes_once_a_day_and_only_in_the_morning(page, name):
	intro = make_meeting_type(page)
	for day in range(2):
		door.book(payload(page, intro, NINE + day * 86400), EARLIER)
	assert [queue_digest(name, SEVEN + seconds) for seconds in (-1, 5 * HOUR, 0, 0, HOUR)] == [
		False,
		False,
		True,
		False,
		False,
	]
	assert queue_digest(name, SEVEN + 86400)
	assert len(mails(page.user)) == 2


def test_a_day_without_meetings_brings_none(page, name):
	assert not queue_digest(name, SEVEN)
	assert mails(page.user) == []


def test_the_job_skips_who_did_not_ask_and_goes_on_after_a_failure(page, name, frozen):
	silent, broken = make_page(), make_page()
	choose_digest(broken.user, True)
	for each in (page, silent, broken):
		door.book(payload(each, make_meeting_type(each), NINE), EARLIER)
	frappe.db.set_value("User", broken.user, "email", "not an address")
	assert frappe.db.get_value("Host Preferences", {"user": silent.user}) is None
	assert name in wanted_digests()
	frozen(SEVEN + 0.5)
	jobs.send_digests()
	jobs.send_digests()
	assert (len(mails(page.user)), len(mails(silent.user))) == (1, 0)
