"""The words of messages, in their HTML and in their text part, and their readers."""

import frappe
import pytest
import time_machine

from scheduler_integration import bookings
from scheduler_integration.notifications.templates import FOLDER, FOLLOW_UPS, TEMPLATES, render
from scheduler_integration.notifications.variables import NAMES, variables_for
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload, token_of
from tests.support.html import Page
from tests.support.outbox import mails, waiting_messages

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
ALL = [*TEMPLATES, *FOLLOW_UPS]
MARKDOWN = ("**", "| ---", "](", "## ")


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Paris"))


def lines_of(mail):
	return [line for line in mail.text.splitlines() if line]


def move(name, host, as_user):
	with as_user(host):
		return bookings.reschedule_by_host(name, RescheduleRequest(at("2026-03-03 10:00"), 30), NOW)


def test_the_text_part_of_a_moved_meeting_says_which_time_is_the_new_one(page, as_user):
	"""It had two blocks that looked the same, and only the HTML struck the old time through."""
	booking = door.book(payload(page, make_meeting_type(page), NINE, timezone="America/New_York"), NOW)
	moved = move(booking.id, page.user, as_user)
	[to_attendee] = mails(moved.id, NOW)
	lines = lines_of(to_attendee)
	new, old = lines.index("New time:"), lines.index("Was:")
	assert new < old
	assert ("March 3" in lines[new + 1], "March 2" in lines[old + 1]) == (True, True)
	body = Page(to_attendee.body)
	assert [text.split()[0] for text in body.texts(".sched-box")] == ["New", "Was"]
	assert to_attendee.subject.startswith("New time: Intro call with Jane, Tue, Mar 3")


@pytest.mark.parametrize("key", ALL)
def test_the_text_part_has_no_marks_of_html_or_markdown(page, key):
	booking = door.book(payload(page, make_meeting_type(page), NINE, notes="5 < 6 & more"), NOW)
	[mail, *_others] = mails(booking.id, NOW)
	document = frappe.get_doc("Booking", booking.id)
	words = render(key, variables_for(document, mail.reader))
	assert [mark for mark in (*MARKDOWN, "<", "&lt;", "&amp;", "{{") if mark in words.text.replace("5 < 6 &", "")] == []
	assert "\n\n\n" not in words.text
	assert words.text.strip()


@pytest.mark.parametrize("key", [*ALL, "host_digest"])
def test_whatever_people_typed_is_escaped_in_each_message(key):
	hostile = "<img src=x onerror=alert(1)>"
	rows = [{"time": hostile, "end_time": hostile, "text": hostile}]
	stretches = [{"date": hostile, "time": hostile, "end_time": hostile}]
	lists = {"stretches": stretches, "old_stretches": stretches, "rows": rows, "url": "https://x.example/"}
	lists |= {"answers": [{"question": hostile, "answer": hostile}], "series_count": 2}
	for flags in ({}, dict.fromkeys((name for name in NAMES if name.startswith("is_")), "")):
		values = {**dict.fromkeys(NAMES, hostile), **lists, **flags}
		html = frappe.render_template(f'{{% include "{FOLDER}/{key}.html" %}}', values)
		assert "<img src=x" not in html
		assert "&lt;img src=x" in html


def test_each_day_of_a_meeting_over_several_days_is_named(page):
	"""Subject and box named the first day only, and the duration was "360 minutes"."""
	retreat = make_meeting_type(page, number_of_days=2, duration_minutes=360)
	booking = door.book(payload(page, retreat, NINE), NOW)
	to_attendee, to_host = mails(booking.id, NOW)
	assert to_host.subject.endswith("Mon 2 – Tue 3 Mar")
	for mail in (to_attendee, to_host):
		assert ("Mon" in mail.subject, "Tue" in mail.subject) == (True, True)
		assert ("Mon" in mail.text, "Tue" in mail.text) == (True, True)
		assert "2 days, 6 hr" in mail.text
		assert "360 minutes" not in mail.text


def test_a_host_in_paris_reads_her_own_clock_in_english(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE, timezone="America/New_York"), NOW)
	to_attendee, to_host = mails(booking.id, NOW)
	assert "4:00" in to_attendee.subject
	assert "AM" in to_attendee.subject
	assert to_host.subject.endswith("10:00")
	assert "Their time: Mon, 2 Mar 04:00 (New York)" in to_host.text


def test_a_guest_in_london_reads_24_hours_as_on_the_page(page):
	booking = door.book(payload(page, make_meeting_type(page), at("2026-03-02 15:00"), timezone="Europe/London"), NOW)
	[to_attendee, _to_host] = mails(booking.id, NOW)
	assert to_attendee.subject.endswith("2 Mar 15:00")


def test_a_language_without_translations_isnt_mixed_into_english_words(page):
	"""The subject had English words and a Persian date, one from left to right and one from right to left."""
	booking = door.book(payload(page, make_meeting_type(page), NINE, language="fa", timezone="Asia/Tehran"), NOW)
	[to_attendee, _to_host] = mails(booking.id, NOW)
	assert to_attendee.subject.isascii() or "\u202f" in to_attendee.subject
	assert 'dir="ltr"' in to_attendee.body
	assert not any("\u0600" <= char <= "\u06ff" for char in to_attendee.body + to_attendee.text)


def test_the_host_who_acted_isnt_told(page, as_user):
	"""A host who confirmed a request got "New booking" a second later."""
	asked = make_meeting_type(page, requires_confirmation=1)
	booking = door.book(payload(page, asked, NINE), NOW)
	with as_user(page.user):
		bookings.confirm(booking.id, NOW)
	[mail] = mails(booking.id, NOW)
	assert mail.reader.role == "attendee"
	with as_user(page.user):
		bookings.cancel_by_host(booking.id, "", NOW)
	[mail] = mails(booking.id, NOW)
	assert mail.template == "attendee_cancelled"


def test_the_other_hosts_are_told_what_one_of_them_did(as_user):
	jane, sam = make_user("Jane"), make_user("Sam")
	team = make_team_page([jane, sam])
	asked = make_meeting_type(team, assignment="Collective", requires_confirmation=1)
	booking = door.book(payload(team, asked, NINE), NOW)
	with as_user(jane):
		bookings.confirm(booking.id, NOW)
	to_attendee, to_sam = mails(booking.id, NOW)
	assert (to_attendee.reader.role, to_sam.reader.user) == ("attendee", sam)
	assert to_sam.subject.startswith("Confirmed: Intro call with Ada Lovelace")


def test_a_request_has_words_of_its_own_and_is_no_invitation(page):
	"""It was sent as METHOD:REQUEST with "The invitation is attached. Can't make it?", to additional guests too."""
	asked = make_meeting_type(page, requires_confirmation=1)
	booking = door.book(payload(page, asked, NINE, guests=["bob@guests.example"]), NOW)
	to_attendee, to_host = mails(booking.id, NOW)
	assert (to_attendee.invitation, to_host.invitation) == (None, None)
	assert to_attendee.subject.startswith("Request sent: ")
	assert to_host.subject.startswith("Please confirm: ")
	assert lines_of(to_attendee)[0] == "Your request is with Jane. You'll get an e-mail as soon as they answer."
	assert "Requested time:" in lines_of(to_attendee)
	assert "Can't make it?" not in to_attendee.text


def test_nobody_is_uninvited_from_a_request(page, as_user):
	asked = make_meeting_type(page, requires_confirmation=1)
	booking = door.book(payload(page, asked, NINE, guests=["bob@guests.example"]), NOW)
	with as_user(page.user):
		bookings.decline(booking.id, "", NOW)
	[mail] = mails(booking.id, NOW)
	assert (mail.reader.role, mail.invitation) == ("attendee", None)


def test_a_confirmed_meeting_that_is_moved_and_waits_again_leaves_the_calendars(page, as_user):
	asked = make_meeting_type(page, requires_confirmation=1, allow_reschedule=1)
	booking = door.book(payload(page, asked, NINE, guests=["bob@guests.example"]), NOW)
	with as_user(page.user):
		bookings.confirm(booking.id, NOW)
	moved = bookings.reschedule_by_token(token_of(booking), RescheduleRequest(at("2026-03-03 10:00"), 30), NOW)
	told = mails(moved.id, NOW)
	assert [(mail.reader.role, mail.invitation.method) for mail in told] == [
		("attendee", "CANCEL"),
		("guest", "CANCEL"),
		("host", "CANCEL"),
	]
	with as_user(page.user):
		bookings.confirm(moved.id, NOW)
	assert [mail.invitation.method for mail in mails(moved.id, NOW)] == ["REQUEST", "REQUEST"]


def test_a_guest_reads_who_invited_them_and_has_a_link(page):
	"""The mail said "Your meeting with Jane is confirmed" to somebody who had never heard of it, without any link."""
	meeting_type = make_meeting_type(page)
	booking = door.book(payload(page, meeting_type, NINE, guests=["bob@guests.example"], notes="For Jane alone"), NOW)
	to_guest = mails(booking.id, NOW)[1]
	assert lines_of(to_guest)[0] == "Ada Lovelace invited you to a meeting with Jane."
	assert f"Invited by: Ada Lovelace, {booking.attendee.email}" in to_guest.text
	assert booking.book_again_url in to_guest.text
	assert booking.book_again_url in to_guest.body
	assert "For Jane alone" not in to_guest.text


def test_changed_guests_dont_look_like_another_time(page):
	"""The subject was "Changed: …", with the time."""
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW)
	bookings.update_guests_by_token(token_of(booking), ["gus@guests.example"], NOW)
	told = {mail.reader.role: mail for mail in mails(booking.id, NOW)}
	assert told["attendee"].subject.startswith("Guests updated: ")
	assert told["host"].subject.startswith("Guests updated: ")
	assert "Guests: gus@guests.example" in told["attendee"].text
	assert "New time" not in told["attendee"].text


@pytest.mark.parametrize(("move", "cancel"), [(1, 1), (1, 0), (0, 1), (0, 0)])
def test_reschedule_and_cancel_are_two_links_as_the_type_allows_them(page, move, cancel):
	meeting_type = make_meeting_type(page, allow_reschedule=move, allow_cancel=cancel)
	to_attendee, to_host = mails(door.book(payload(page, meeting_type, NINE), NOW).id, NOW)
	found = [text for text in Page(to_attendee.body).texts("a") if text in ("Reschedule", "Cancel meeting")]
	assert found == ["Reschedule"] * move + ["Cancel meeting"] * cancel
	assert ("?reschedule=1" in to_attendee.text, "?cancel=1" in to_attendee.text) == (bool(move), bool(cancel))
	assert "?cancel=1" not in to_host.body + to_host.text
	said = [word for word in ("Please reschedule or cancel", "Please use this link") if word in to_attendee.text]
	assert said == {2: ["Please reschedule or cancel"], 1: ["Please use this link"], 0: []}[move + cancel]


@pytest.mark.parametrize("rule", [{"change_notice_hours": 24}, {"max_reschedules": 1, "allow_cancel": 0}])
def test_a_mail_asked_people_to_reschedule_or_cancel_and_both_links_led_to_a_refusal(page, rule):
	"""The links looked at what the type allows, and not at its notice or at how often the meeting was moved."""
	kind = make_meeting_type(page, allow_reschedule=1, **rule)
	booking = door.book(payload(page, kind, NINE if "change_notice_hours" in rule else NINE + 86400), NOW)
	if "max_reschedules" in rule:
		booking = bookings.reschedule_by_token(token_of(booking), RescheduleRequest(NINE + 7200), NOW)
	to_attendee = mails(booking.id, NOW)[0]
	document = frappe.get_doc("Booking", booking.id)
	with time_machine.travel(NOW, tick=False):
		reminder = render("attendee_reminder", variables_for(document, to_attendee.reader))
	for text in (to_attendee.text, to_attendee.body, reminder.text, reminder.html):
		assert "/schedule/manage/" in text
		assert [word for word in ("Can't make it?", "?reschedule=1", "?cancel=1") if word in text] == []


def test_the_two_links_are_variables_of_a_sites_own_template(page):
	template = frappe.get_doc("Email Template", TEMPLATES["attendee_confirmed"])
	template.update({"response_html": "<p><a href='{{ cancel_link }}'>Cancel</a> {{ reschedule_link }}</p>"})
	template.save()
	[to_attendee, _to_host] = mails(door.book(payload(page, make_meeting_type(page), NINE), NOW).id, NOW)
	assert to_attendee.body.count("/schedule/manage/") == 2
	assert to_attendee.text.startswith("Cancel: http")


def test_a_message_has_the_pages_colour_and_logo_and_the_hosts_name():
	page = make_page(make_user("Jane"), brand_color="#ffd43b", logo="/files/logo.png", organization="Acme & Sons")
	[to_attendee, _to_host] = mails(door.book(payload(page, make_meeting_type(page), NINE), NOW).id, NOW)
	body = Page(to_attendee.body)
	assert body.element("img")["src"] == frappe.utils.get_url("/files/logo.png")
	assert "Acme & Sons" in body.text(".sched-card")
	# Yellow isn't legible under white text, so it is darkened.
	assert "#ffd43b" not in to_attendee.body.split("</style>")[1]


@pytest.mark.parametrize(
	("language", "zone", "time", "length"),
	[
		("en-US-u-hc-h12", "Europe/Berlin", "10:00 AM", "30 min"),
		("en-US-u-hc-h23", "America/New_York", "04:00", "30 min"),
		("en-GB-u-hc-h23", "America/New_York", "04:00", "30 mins"),
		("en-GB", "Europe/Berlin", "10:00", None),
	],
)
def test_a_mail_is_written_as_the_page_on_which_people_booked(page, language, zone, time, length):
	"""The page said 10:00 AM and 30 min, and the mail 10:00 and 30 mins."""
	typed = {"timezone": zone, "language": language}
	booking = door.book(payload(page, make_meeting_type(page), NINE, **typed), NOW)
	to_attendee, _to_host = mails(booking.id, NOW)
	assert f"{time} – " in to_attendee.text.replace("\u202f", " ")
	assert length is None or f"Duration: {length}\n" in to_attendee.text


def test_the_zone_has_one_name_on_the_page_and_in_the_mail(page):
	booking = door.book(payload(page, make_meeting_type(page), NINE, timezone="Europe/Berlin", language="en-GB"), NOW)
	to_attendee, _to_host = mails(booking.id, NOW)
	assert "Berlin, Central European Standard Time" in lines_of(to_attendee)


def test_an_unconfirmed_address_gets_the_answers_that_are_choices_and_no_text_of_a_stranger(page):
	questions = [
		{"label": "Topic", "question_type": "Select", "options": "Sales\nHelp"},
		{"label": "Wishes", "question_type": "Text"},
	]
	kind = make_meeting_type(page, questions=questions)
	answers = dict(zip((row.name for row in kind.questions), ("Sales", "Buy at evil.example"), strict=True))
	booking = door.book(payload(page, kind, NINE, answers=answers), NOW)
	frappe.db.set_value("Booking", booking.id, "address_status", "Unconfirmed")
	to_attendee, to_host = mails(booking.id, NOW)
	assert "Topic: Sales" in to_attendee.text
	assert "evil" not in to_attendee.text
	assert "Wishes: Buy at evil" in to_host.text


def test_a_mail_has_the_logo_and_the_faces_that_the_page_has():
	"""A logo hid the host's face, and two hosts had none."""
	ann, ben = make_user("Ann"), make_user("Ben")
	for user in (ann, ben):
		frappe.db.set_value("User", user, "user_image", f"/files/{user}.png")
	page = make_team_page([ann, ben], logo="/files/logo.png")
	booking = door.book(payload(page, make_meeting_type(page, assignment="Collective"), NINE), NOW)
	to_attendee, _to_ann, _to_ben = mails(booking.id, NOW)
	sources = [image["src"].rpartition("/")[2] for image in Page(to_attendee.body).elements("img")]
	assert sources[0] == "logo.png"
	assert len(sources) == 3
	assert "Ann and Ben" in to_attendee.text


def test_two_hosts_are_both_named_and_get_the_answers():
	"""The title named one of them, and an answer reached one of them, although the page promises both."""
	page = make_team_page([make_user("Ann"), make_user("Ben")])
	kind = make_meeting_type(page, title="Intro", assignment="Collective")
	booking = door.book(payload(page, kind, NINE), NOW)
	to_attendee, *_to_hosts = waiting_messages(booking.id, NOW)
	document = frappe.get_doc("Booking", booking.id)
	assert sorted(to_attendee.reply_to) == sorted(document.host_users())
	assert document.subject in ("Intro: Ada Lovelace, Ann, and Ben", "Intro: Ada Lovelace, Ben, and Ann")
