"""Answers to invitations, as calendar programs send them (tests/replies/mails): each does what it should, and nothing else.

The mails have the shapes that Google Calendar, Outlook and Exchange, and Apple's programs document and send. All are about one
invitation, on 5 March 2026 from 09:00 to 09:30 UTC.
"""

from html import unescape
from pathlib import Path

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.replies import rows
from scheduler_integration.replies.itip import CalendarReply, read_part
from scheduler_integration.replies.mails import LARGEST_MAIL, read_mail, read_waiting, take_mail
from tests.bookings.racing import START, race_processes
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload
from tests.support.outbox import mails, tasks

pytestmark = pytest.mark.usefixtures("commit_clean")

FOLDER = Path(__file__).parent / "mails"
UID = "7c1f0e5a9b2d4e6f8a0b1c2d3e4f5a6b@scheduler.example"
NOW = at("2026-03-02 06:15")
NINE = at("2026-03-05 09:00")
PROPOSED = at("2026-03-06 13:00")
CONFIRMED, OFFERED, ASKED, TOLD = "confirm", "asked whether to cancel", "proposed", "told"

# The outcome of each mail. None: it doesn't answer an invitation of this site.
OUTCOMES = {
	"google-accepted": CONFIRMED,
	"google-accepted-in-base64": CONFIRMED,
	"google-accepted-in-german": CONFIRMED,
	"google-accepted-trusted": CONFIRMED,
	"google-shouting-address": CONFIRMED,
	"google-declined": OFFERED,
	"google-declined-with-note": OFFERED,
	"google-tentative": TOLD,
	"google-proposes": ASKED,
	"google-proposes-longer": TOLD,
	"google-proposes-at-night": TOLD,
	"google-alias": TOLD,
	"google-forwarded": TOLD,
	"google-forwarded-declined": TOLD,
	"google-guest-accepted": "guest",
	"google-guest-declined": TOLD,
	"google-guest-proposes": TOLD,
	"outlook-accepted": CONFIRMED,
	"outlook-accepted-in-base64": CONFIRMED,
	"outlook-accepted-in-french": CONFIRMED,
	"outlook-accepted-upper-case-mailto": CONFIRMED,
	"outlook-only-a-calendar": CONFIRMED,
	"outlook-declined": OFFERED,
	"outlook-tentative": TOLD,
	"outlook-tentative-and-proposes": ASKED,
	"outlook-declines-and-proposes": ASKED,
	"outlook-proposes-in-unknown-zone": TOLD,
	"outlook-proposes-present-time": TOLD,
	"outlook-proposes-past-time": TOLD,
	"outlook-assistant": TOLD,
	"outlook-delegated": TOLD,
	"outlook-later-version": TOLD,
	"outlook-room-accepts-by-itself": "automatic",
	"outlook-declines-by-itself": TOLD,
	"outlook-passed-on-by-a-list": "automatic",
	"outlook-out-of-office": None,
	"apple-accepted": CONFIRMED,
	"apple-icloud-accepted": CONFIRMED,
	"apple-wrong-charset": CONFIRMED,
	"apple-declined": OFFERED,
	"apple-maybe": TOLD,
	"apple-proposes": ASKED,
	"apple-proposes-whole-day": TOLD,
	"apple-proposes-without-zone": TOLD,
	"apple-declines-one-day": TOLD,
	"apple-html-only": None,
	"thunderbird-accepted": CONFIRMED,
	"sabre-proposes-naming-everybody": ASKED,
	"other-uid": None,
	"two-events": TOLD,
	"two-calendars": TOLD,
	"two-attendees": TOLD,
	"no-attendee": TOLD,
	"answer-of-another": TOLD,
	"to-do": TOLD,
	"with-rule": TOLD,
	"request-from-outside": None,
	"cancel-from-outside": None,
	"publish-from-outside": None,
	"broken": TOLD,
	"truncated": TOLD,
	"forged-declined": TOLD,
	"forged-proposal": TOLD,
	"address-as-name": TOLD,
	"two-senders": TOLD,
	"without-message-id": CONFIRMED,
	"attached-mail": None,
	"oversize": None,
	"comment-with-markup": OFFERED,
	"nested-too-deep": None,
}
# These are about a meeting whose invitation has a later version.
EARLIER = {"outlook-earlier-version-accepted": "outdated", "outlook-earlier-version-declined": TOLD}


def mail(name):
	"""Return the mail as servers pass it on, with CRLF."""
	return (FOLDER / f"{name}.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@pytest.fixture
def booking(monkeypatch):
	page = make_page(make_user("Jane", time_zone="Europe/Berlin"))
	found = frappe.get_all("Booking", {"ical_uid": UID}, pluck="name")
	assert not found
	booked = door.book(
		payload(
			page,
			make_meeting_type(page),
			NINE,
			attendee_email="ada@guests.example",
			guests=["grace@guests.example"],
			language="en",
		),
		at("2026-03-01 12:00"),
	)
	frappe.db.set_value("Booking", booked.id, "ical_uid", UID)
	frappe.db.commit()
	return frappe.get_doc("Booking", booked.id)


def receive(raw, now=NOW):
	"""Take a mail as the site's account does, and let the job run. Returns what became of the mail."""
	before = set(frappe.get_all("Attendee Reply", pluck="name"))
	is_taken = take_mail(raw, now)
	frappe.db.commit()
	read_waiting(now)
	made = [row for row in frappe.get_all("Attendee Reply", fields=["*"]) if row.name not in before]
	assert len(made) == int(is_taken)
	assert not any(row.content for row in made)
	return made[0].outcome if made else None


def effects(booking):
	"""Return what the mails have done: the booking's facts, the purposes of new messages, and how often the host was told."""
	facts = frappe.db.get_value("Booking", booking.name, ["status", "starts_at", "proposed_start"], as_dict=True)
	assert (facts.status, facts.starts_at) == ("Scheduled", NINE), "No mail cancels or moves a meeting."
	is_confirmed = bool(frappe.db.get_value("Booking", booking.name, "reconfirmed_at"))
	asked = {task.purpose for task in tasks(booking.name, purpose=["in", ["attendee_declined", "host_proposed"]])}
	told = frappe.db.count("Notification Log", {"document_name": booking.name})
	return is_confirmed, facts.proposed_start or None, asked, told


EFFECTS = {
	CONFIRMED: (True, None, set(), 0),
	OFFERED: (False, None, {"attendee_declined"}, 1),
	ASKED: (False, PROPOSED, {"host_proposed"}, 0),
	TOLD: (False, None, set(), 1),
}
NOTHING = (False, None, set(), 0)


def test_every_mail_of_the_folder_has_an_outcome():
	assert {path.stem for path in FOLDER.glob("*.eml")} == {*OUTCOMES, *EARLIER}


@pytest.mark.parametrize(("name", "outcome"), OUTCOMES.items(), ids=OUTCOMES)
def test_a_mail_does_what_it_should_and_nothing_else(booking, name, outcome):
	assert receive(mail(name)) == outcome
	assert effects(booking) == EFFECTS.get(outcome, NOTHING)


@pytest.mark.parametrize("name", [name for name, outcome in OUTCOMES.items() if outcome])
def test_no_answer_changes_a_cancelled_meeting(booking, name):
	bookings.cancel_by_host(booking.name, "", NOW)
	frappe.db.delete("Notification Log", {"document_name": booking.name})
	before = frappe.db.get_value("Booking", booking.name, "modified")
	assert receive(mail(name)) == "too late"
	assert frappe.db.get_value("Booking", booking.name, "modified") == before
	assert tasks(booking.name, purpose=["in", ["attendee_declined", "host_proposed"]]) == []


@pytest.mark.parametrize(("name", "outcome"), EARLIER.items())
def test_an_answer_to_an_earlier_version_is_not_one_to_this(booking, name, outcome):
	frappe.db.set_value("Booking", booking.name, "sequence", 2)
	assert receive(mail(name)) == outcome
	assert effects(booking) == EFFECTS.get(outcome, NOTHING)


def test_a_mail_that_comes_twice_counts_once(booking):
	assert receive(mail("outlook-declined")) == OFFERED
	assert receive(mail("outlook-declined")) is None
	assert effects(booking) == EFFECTS[OFFERED]


def test_somebody_who_declines_again_and_again_gets_one_question(booking):
	for number in range(8):
		raw = mail("google-declined").replace(b"<google-declined@", b"<again-%d@" % number)
		assert receive(raw) == OFFERED
	_confirmed, _proposed, _asked, told = effects(booking)
	assert told == 5
	assert len(tasks(booking.name, purpose="attendee_declined")) == 1


def test_the_question_to_the_attendee_leads_to_the_page_that_cancels(booking):
	receive(mail("apple-declined"))
	(question,) = [each for each in mails(booking.name, NOW) if each.template == "attendee_declined"]
	assert question.reader.email == "ada@guests.example"
	assert question.subject.startswith("Cancel the meeting? Intro call with Jane, Thu")
	assert "?cancel=1#cancel" in question.text
	assert question.invitation is None


def test_the_host_reads_what_was_said_as_plain_text(booking):
	receive(mail("comment-with-markup"))
	(note,) = frappe.get_all("Notification Log", {"document_name": booking.name}, ["subject", "for_user"])
	assert note.for_user == booking.host
	assert (
		"Ada Lovelace declined the invitation. They wrote: &lt;img src=x onerror=alert(1)&gt; {{ 7*7 }}" in note.subject
	)
	assert note.subject.endswith("The meeting stays as it is.")


@pytest.mark.parametrize(
	("name", "words"),
	[
		("forged-declined", "its sender could not be verified"),
		("google-forwarded", "bob@elsewhere.example accepted the invitation. The answer isn't the attendee's own."),
		("google-proposes-at-night", "proposed another time in their calendar: Friday, 6 March 2026, 03:00."),
		("outlook-delegated", "answered the invitation. Please look at the mail."),
	],
)
def test_the_host_reads_why_nothing_was_done(booking, name, words):
	receive(mail(name))
	(subject,) = frappe.get_all("Notification Log", {"document_name": booking.name}, pluck="subject")
	assert words in unescape(subject)


def test_an_answer_after_a_move_is_about_the_new_time(booking):
	moved = bookings.reschedule_by_host(booking.name, RescheduleRequest(NINE + 7200), NOW)
	raw = mail("google-accepted").replace(b"SEQUENCE:0", b"SEQUENCE:1").replace(b"<google-accepted@", b"<moved@")
	assert receive(mail("outlook-accepted")) == "outdated"
	assert receive(raw) == CONFIRMED
	assert frappe.db.get_value("Booking", moved.id, "reconfirmed_at") == NOW


def test_a_request_is_not_confirmed_by_its_attendee(booking):
	frappe.db.set_value("Booking", booking.name, "status", "Pending")
	assert receive(mail("google-accepted")) == "not confirmed yet"


def test_a_mail_that_is_too_large_is_not_looked_at():
	assert read_mail(mail("google-accepted") + b" " * LARGEST_MAIL) is None


@pytest.mark.parametrize(
	"part",
	[
		b"",
		b"\xff\xfe\x00",
		b"METHOD:REPLY\nUID:x\n",
		b"BEGIN:VCALENDAR\nMETHOD:REPLY\nUID:x\n" + b"BEGIN:VTIMEZONE\n" * 3000,
		b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:x\r\nATTENDEE;PARTSTAT=:\r\nEND:VEVENT\r\nEND:VCALENDAR",
		b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:x\r\nSEQUENCE:99999999999999999999999\r\nEND:VEVENT",
	],
)
def test_what_is_no_answer_is_not_taken_for_one(part):
	assert not isinstance(read_part(part, "ada@guests.example"), CalendarReply)


def test_nobodys_words_are_kept(booking):
	receive(mail("google-declined-with-note"))
	kept = frappe.get_all("Attendee Reply", fields=["*"])
	assert "ada@guests.example" not in str(kept)
	assert rows.waiting() == []


class TestOrganizer:
	@pytest.fixture
	def account(self):
		if not frappe.db.exists("Email Account", {"email_id": "meetings@scheduler.example"}):
			account = frappe.new_doc(
				"Email Account", email_id="meetings@scheduler.example", email_account_name="Meetings"
			)
			account.update({"enable_incoming": 1, "default_incoming": 1})
			account.flags.ignore_mandatory = True
			# Frappe itself would connect to the server.
			account.set_new_name()
			account.db_insert()
		frappe.db.set_single_value("Scheduler Settings", "read_mail_replies", 1)
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")

	def organizers(self, booking):
		frappe.db.commit()
		found = {}
		for each in mails(booking, NOW):
			if each.invitation:
				found[each.reader.role] = str(each.event["ORGANIZER"]), each.event["ORGANIZER"].params["CN"]
		return found

	@pytest.mark.long
	def test_answers_of_attendees_and_guests_go_to_the_account_and_hosts_keep_their_own(self, account, booking):
		page = frappe.get_doc("Scheduling Page", booking.scheduling_page)
		wish = payload(page, make_meeting_type(page), at("2026-03-05 11:00"), guests=["bob@guests.example"])
		booked = door.book(wish, NOW)
		ours = ("mailto:meetings@scheduler.example", "Jane")
		theirs = (f"mailto:{page.user}", "Jane")
		assert self.organizers(booked.id) == {"attendee": ours, "guest": ours, "host": theirs}
		# The organizer stays the same until the end, or calendars would refuse the change.
		frappe.db.set_single_value("Scheduler Settings", "read_mail_replies", 0)
		moved = bookings.reschedule_by_host(booked.id, RescheduleRequest(at("2026-03-05 13:00")), NOW)
		assert self.organizers(moved.id)["attendee"] == ours
		bookings.cancel_by_host(moved.id, "", NOW)
		assert self.organizers(moved.id)["attendee"] == ours

	def test_a_meeting_from_before_keeps_its_organizer(self, booking, account):
		bookings.update_guests_by_host(booking.name, (), NOW)
		assert self.organizers(booking.name)["attendee"][0] == f"mailto:{booking.host}"


def test_nothing_is_left_of_a_mail_that_fails_half_way(booking, monkeypatch):
	def fail(mail, answered, now):
		frappe.db.set_value("Booking", answered.name, "host_notes", "half done")
		raise RuntimeError

	monkeypatch.setattr("scheduler_integration.replies.mails._outcome", fail)
	assert take_mail((FOLDER / "google-accepted.eml").read_bytes(), NOW)
	frappe.db.commit()
	read_waiting(NOW)
	frappe.db.rollback()
	assert not frappe.db.get_value("Booking", {"ical_uid": UID}, "host_notes")


@pytest.mark.long
def test_two_processes_read_each_mail_once(site, booking):
	assert take_mail(mail("google-declined"), NOW)
	assert take_mail(mail("outlook-accepted"), NOW)
	frappe.db.commit()
	code = """
from scheduler_integration.replies.mails import read_waiting
frappe.set_user("Administrator")
race(lambda: read_waiting(wish["now"]))
"""
	assert race_processes(site, [{"now": NOW}] * 6, START + code) == [[200, None]] * 6
	frappe.db.rollback()
	assert rows.waiting() == []
	assert frappe.db.count("Notification Log", {"document_name": booking.name}) == 1
	assert len(tasks(booking.name, purpose="attendee_declined")) == 1
	notes = {"reference_name": booking.name, "content": "confirmed to come (the attendee)"}
	assert frappe.db.count("Comment", notes) == 1
