"""Old bookings lose the data of persons, and keep everything that is counted."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import BookingNotFound
from scheduler_integration.notifications.automations.preview import send_test
from scheduler_integration.notifications.digest import queue_digest
from scheduler_integration.notifications.preferences import choose_digest
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import deliver
from tests.support.raw_search import tables_with
from tests.support.site import on_real_site

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
TEN = at("2026-03-05 10:00")
DAY = 86400
# Words that only the attendee and the host have written.
WORDS = ("Nemo", "nemo-", "+49 30 5550100", "Ithaca Ltd", "my secret", "guest@", "too late", "host's note")


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Berlin"))


@pytest.fixture
def kept_for_thirty_days(monkeypatch):
	monkeypatch.setattr(frappe.get_cached_doc("Scheduler Settings"), "retention_days", 30)


def book(page, start=NINE):
	asked = payload(
		page,
		make_meeting_type(page, questions=[{"label": "Why", "question_type": "Text"}]),
		start,
		attendee_name="Nemo",
		attendee_email=f"{fresh('nemo')}@guests.example",
		attendee_phone="+49 30 5550100",
		attendee_company="Ithaca Ltd",
		notes="my secret",
		guests=["guest@guests.example"],
	)
	return door.book(asked, NOW)


def told_of(name):
	"""Everything that the tables of a booking say, as one text."""
	tables = {
		"Booking": {"name": name},
		"Booking Answer": {"parent": name},
		"Booking Guest": {"parent": name},
		"Booking Host": {"parent": name},
		"Comment": {"reference_doctype": "Booking", "reference_name": name},
		"Outbox Task": {"booking": name},
		"Mirrored Event": {"booking": name},
		"Video Meeting": {"booking": name},
	}
	return frappe.as_json([frappe.get_all(table, filters, ["*"]) for table, filters in tables.items()])


def cancelled(page):
	booking = book(page)
	frappe.db.set_value("Booking", booking.id, "host_notes", "host's note")
	of = {"booking": booking.id, "user": page.user}
	frappe.get_doc({"doctype": "Video Meeting", **of, "title": "Call with Nemo"}).insert()
	frappe.get_doc({"doctype": "Mirrored Event", **of, "key": fresh("key"), "declined_by": "nemo-"}).insert()
	bookings.cancel_by_token(token_of(booking), "too late", NOW + 60)
	frappe.db.commit()
	return booking


@pytest.mark.usefixtures("kept_for_thirty_days")
def test_nothing_of_the_person_is_left_and_what_is_counted_stays(page):
	booking = cancelled(page)
	assert [word for word in WORDS if word not in told_of(booking.id)] == []
	counted = [
		"host",
		"meeting_type",
		"scheduling_page",
		"status",
		"starts_at",
		"ends_at",
		"duration_minutes",
		"source",
	]  # The source is "page", the app's own word.
	before = frappe.db.get_value("Booking", booking.id, counted)
	ends_at = frappe.db.get_value("Booking", booking.id, "ends_at")
	bookings.forget_past_bookings(ends_at + 30 * DAY)
	assert "Nemo" in told_of(booking.id)
	bookings.forget_past_bookings(ends_at + 30 * DAY + 1)
	assert [word for word in WORDS if word in told_of(booking.id)] == []
	assert frappe.db.get_value("Booking", booking.id, counted) == before


@pytest.mark.usefixtures("kept_for_thirty_days")
def test_the_manage_link_leads_nowhere_and_a_host_can_still_open_the_record(page):
	booking = cancelled(page)
	bookings.forget_past_bookings(NINE + 40 * DAY)
	with pytest.raises(BookingNotFound):
		bookings.cancel_by_token(token_of(booking), "", NINE + 41 * DAY)
	record = frappe.get_doc("Booking", booking.id)
	assert (record.attendee_name, record.subject) == ("Erased", "Erased")
	record.host_notes = "Written later"
	record.save()


@pytest.mark.usefixtures("kept_for_thirty_days")
def test_a_booking_that_is_still_open_is_left_alone(page):
	booking = book(page, TEN)
	bookings.forget_past_bookings(TEN + 40 * DAY)
	assert "Nemo" in told_of(booking.id)
	bookings.complete_past_meetings(TEN + 40 * DAY)
	bookings.forget_past_bookings(TEN + 40 * DAY)
	assert "Nemo" not in told_of(booking.id)


def test_zero_days_keep_everything(page):
	booking = cancelled(page)
	assert bookings.forget_past_bookings(NINE + 4000 * DAY) == 0
	assert "Nemo" in told_of(booking.id)


# Everything that happens to a booking leaves traces in tables of Frappe.

# The CRM's own records, and what Frappe makes of them.
CRMS = {
	"tabContact", "tabContact Email", "tabContact Phone", "tabDynamic Link", "tabEvent", "tabEvent Participants",
	"tabCommunication", "tabCommunication Link", "__global_search",
}  # fmt: skip


@pytest.fixture
def word():
	return fresh("nemo").replace("-", "")


@pytest.mark.long
@pytest.mark.usefixtures("kept_for_thirty_days", "outgoing_mail")
def test_an_erased_booking_kept_names_and_addresses_in_todos_notifications_mails_and_its_source(page, word):
	booking = _with_traces(page, word)
	before = tables_with(word)
	expected = {
		"tabBooking",
		"tabToDo",
		"tabNotification Log",
		"tabEmail Queue",
		"tabEmail Queue Recipient",
		"tabError Log",
	}
	assert expected <= before
	assert frappe.get_all("Email Queue", {"reference_doctype": "Host Preferences"})
	bookings.forget_past_bookings(at("2030-01-01"))
	assert tables_with(word) <= CRMS
	for doctype, fields in {"Communication": "reference_name", "Email Queue": "reference_name"}.items():
		assert not frappe.get_all(doctype, {fields: booking})
	# Bodies of mails are encoded, so a search doesn't find words in them.
	assert not frappe.get_all("Email Queue", {"reference_doctype": "Host Preferences"})
	assert not frappe.db.sql("select 1 from `__global_search` where doctype = 'Booking' and name = %s", (booking,))


@pytest.mark.usefixtures("kept_for_thirty_days")
@pytest.mark.skipif(not on_real_site(), reason="the embedded site has no tags, files, versions and search")
def test_tags_files_versions_and_the_search_forget_the_attendee_too(page, word):
	from frappe.desk.doctype.tag.tag import add_tag
	from frappe.utils.global_search import sync_global_search

	booking = _booked(page, word).id
	# Frappe itself writes no versions in tests.
	frappe.get_doc({"doctype": "Version", "ref_doctype": "Booking", "docname": booking, "data": f'["{word}"]'}).insert()
	add_tag("VIP", "Booking", booking)
	attached = {"attached_to_doctype": "Booking", "attached_to_name": booking}
	frappe.get_doc(
		{"doctype": "File", "file_name": f"{word}.txt", "content": word, "is_private": 1, **attached}
	).insert()
	sync_global_search()
	_cancel(booking)
	assert {"tabTag Link", "tabFile", "tabVersion"} <= tables_with(word)
	bookings.forget_past_bookings(at("2030-01-01"))
	assert tables_with(word) <= CRMS


def _booked(page, word):
	given = dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "source"), word)
	meeting_type = make_meeting_type(page, questions=[{"label": "Why", "question_type": "Text"}])
	asked = payload(
		page, meeting_type, NINE, attendee_name=f"{word} Smith", attendee_email=f"{word}@guests.example",
		attendee_company=word, notes=word, guests=[f"g{word}@guests.example"], **given,
	)  # fmt: skip
	booking = door.book(asked, NOW)
	frappe.db.commit()
	return booking


def _cancel(booking):
	bookings.cancel_by_host(booking, "", NOW + 60)
	frappe.db.commit()


def _with_traces(page, word):
	"""Return a past booking that left traces in as many tables as possible."""
	of = {"doctype": "Meeting Automation", "trigger": "Booked"}
	frappe.get_doc({**of, "title": "A", "channel": "To-do", "text": "Call {{ attendee_name }}"}).insert()
	frappe.get_doc({**of, "title": "B", "channel": "Webhook", "webhook_url": "http://10.255.255.1/"}).insert()
	booking = _booked(page, word)
	deliver(booking.id, NOW)
	choose_digest(page.user, True)
	assert queue_digest(frappe.db.get_value("Host Preferences", {"user": page.user}), at("2026-03-05 07:00"))
	reminder = frappe.db.get_value("Meeting Automation", {"built_in": "attendee_reminder"})
	send_test(reminder, booking.id)
	about = {"reference_doctype": "Booking", "reference_name": booking.id}
	frappe.get_doc({"doctype": "Comment", "comment_type": "Comment", "content": word, **about}).insert()
	frappe.get_doc({"doctype": "Communication", "subject": word, "content": word, **about}).insert()
	contact = frappe.db.get_value("Booking", booking.id, "contact")
	row = {"event_type": "meeting_booked", "consultant": page.user, "contact": contact, "booking": booking.id}
	frappe.get_doc({"doctype": "Scheduler Engagement", **row}).insert()
	frappe.log_error("A task failed", f"Traceback\n{word}@guests.example", "Booking", booking.id)
	_cancel(booking.id)
	return booking.id
