"""Which Email Template tells of which change, and that the texts of admins keep working."""

from pathlib import Path

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.notifications.defaults import ensure_messages
from scheduler_integration.notifications.plan import messages
from scheduler_integration.notifications.rules import built_in
from scheduler_integration.notifications.templates import TEMPLATES, aliases, render
from scheduler_integration.notifications.variables import variables_for
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload, token_of
from tests.support.outbox import mails

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
COPIED = sorted((Path(__file__).parent / "copied").glob("*.html"))
# The messages that an installation had before each change got a message of its own.
EARLIER = (
	"attendee_confirmed", "attendee_cancelled", "attendee_asked", "host_confirmed", "host_cancelled",
	"attendee_reminder", "host_reminder", "attendee_no_show", "attendee_thanks",
)  # fmt: skip


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Paris"))


def word(key, subject, body="<p>Own text</p>"):
	template = frappe.get_doc("Email Template", TEMPLATES[key])
	template.update({"subject": subject, "response_html": body})
	template.save()


def told(booking):
	return {mail.template: mail for mail in mails(booking, NOW)}


@pytest.mark.long
def test_each_change_has_a_template_of_its_own():
	ann, ben = make_user("Ann"), make_user("Ben")
	team = make_team_page([ann, ben])
	pool = make_meeting_type(team, assignment="Round Robin", round_robin_mode="Weighted", requires_confirmation=1)
	booking = door.book(payload(team, pool, NINE), NOW)
	seen = [set(told(booking.id))]
	host = frappe.db.get_value("Booking", booking.id, "host")
	bookings.confirm(booking.id, NOW)
	seen.append(set(told(booking.id)))
	bookings.reassign(booking.id, ben if host == ann else ann, NOW)
	seen.append(set(told(booking.id)))
	moved = bookings.reschedule_by_host(booking.id, RescheduleRequest(at("2026-03-03 10:00"), 30), NOW)
	seen.append(set(told(moved.id)))
	assert seen == [
		{"attendee_requested", "host_requested"},
		{"attendee_accepted", "host_accepted"},
		{"attendee_reassigned", "host_reassigned", "host_removed"},
		{"attendee_moved", "host_moved"},
	]


def test_a_refund_for_a_meeting_that_stands_isnt_told_as_its_cancellation(page):
	"""A site that worded its own cancellation sent that text with the money."""
	word("attendee_cancelled", "We had to cancel")
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	document = frappe.get_doc("Booking", booking.id)
	[(_name, task)] = messages([Change(Kind.REFUNDED, document, NOW, status_before="Scheduled")])
	with_money = {**variables_for(document, mails(booking.id, NOW)[0].reader), "amount_refunded": "€10.00"}
	words = render(task.purpose, with_money)
	assert words.subject.startswith("Money back: ")
	assert "The meeting itself stays as it is." in words.text
	assert "Was:" not in words.text
	assert "line-through" not in words.html.partition("€10.00")[0]


def test_a_guest_who_was_removed_isnt_told_that_the_meeting_is_cancelled(page):
	word("attendee_cancelled", "We had to cancel")
	guest = "ada.guest@example.com"
	booking = door.book(payload(page, make_meeting_type(page), NINE, guests=[guest]), NOW)
	frappe.db.set_value("Outbox Task", {"booking": booking.id}, "status", "Sent")
	bookings.update_guests_by_token(token_of(booking), [], NOW)
	assert "any more" in told(booking.id)["guest_removed"].text


def installed_before(*, own="", switched_off=()):
	"""Let the site be one that has only the messages of earlier versions."""
	newer = {"built_in": ["not in", EARLIER]}
	frappe.db.delete("Meeting Automation", newer)
	for key, name in TEMPLATES.items():
		if key not in EARLIER:
			frappe.delete_doc("Email Template", name, force=True)
	for key in switched_off:
		frappe.get_doc("Meeting Automation", {"built_in": key}).db_set("is_active", 0)
	if own:
		word(own, "Own: {{ attendee_name }}", "<p>{% if is_moved %}Moved{% else %}See you{% endif %}</p>")
	ensure_messages()


@pytest.mark.long
def test_an_admins_text_of_the_confirmation_still_tells_of_moves_after_an_upgrade(page, as_user):
	installed_before(own="attendee_confirmed")
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	with as_user(page.user):
		moved = bookings.reschedule_by_host(booking.id, RescheduleRequest(at("2026-03-03 10:00"), 30), NOW)
	mail = told(moved.id)["attendee_moved"]
	assert (mail.subject, mail.text.strip()) == ("Own: Ada Lovelace", "Moved")
	assert built_in("host_moved").email_template == TEMPLATES["host_moved"]


def test_an_upgrade_switches_nothing_on_that_the_site_didnt_send(page):
	"""It made a to-do after each no-show, on sites that had never asked for one."""
	installed_before(switched_off=["host_confirmed", "attendee_cancelled"])
	switches = {key: built_in(key).is_active for key in ("host_moved", "attendee_refunded", "host_no_show_todo")}
	assert switches == {"host_moved": False, "attendee_refunded": False, "host_no_show_todo": False}
	assert built_in("attendee_moved").is_active
	assert built_in("host_booked_push").is_active


@pytest.mark.parametrize("path", COPIED, ids=lambda path: path.stem)
def test_a_message_that_was_copied_from_an_earlier_version_still_works(page, path):
	"""The macros of the layout had other names, and every message left with the app's text."""
	booking = door.book(payload(page, make_meeting_type(page), NINE, notes="Own notes"), NOW)
	document, key = frappe.get_doc("Booking", booking.id), path.stem[2:]
	mail = next(mail for mail in mails(booking.id, NOW) if mail.reader.is_hosting == key.startswith("host"))
	errors = frappe.db.count("Error Log")
	filled = variables_for(document, mail.reader)
	# `render` would fall back to the app's text.
	html = frappe.render_template(path.read_text(), aliases(filled))
	assert "Jane" in html or "Ada" in html
	assert ("10:00" in html) == (key != "attendee_thanks")
	assert html.count("Paris, Central European") <= 1
	assert "{{" not in html
	assert frappe.db.count("Error Log") == errors


def test_an_own_text_prints_nothing_for_what_is_empty(page):
	"""It printed None: "Phone: None"."""
	word("attendee_confirmed", "Hello", "<p>[{{ attendee_phone }}{{ company }}{{ cancel_reason }}{{ old_date }}]</p>")
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	assert told(booking.id)["attendee_confirmed"].text.strip() == "[]"


def test_two_links_of_an_own_text_are_two_lines_in_its_text_part(page):
	"""They were one: "Move: https://a.exampleCancel: https://b.example"."""
	word(
		"attendee_confirmed", "Hi", '<p><a href="https://a.example">Move</a><a href="https://b.example">Cancel</a></p>'
	)
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	lines = told(booking.id)["attendee_confirmed"].text.split("\n")
	assert [line for line in lines if line] == ["Move: https://a.example", "Cancel: https://b.example"]
