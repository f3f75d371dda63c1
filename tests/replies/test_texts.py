"""Replies to text messages over HTTP, as Twilio and other gateways send them."""

import json
import time

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry.text_replies import reply_address
from scheduler_integration.notifications import text_opt_outs
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.parsing.reschedule_request import parse_reschedule_request
from scheduler_integration.platform import clock
from scheduler_integration.platform.site_address import site_url
from scheduler_integration.replies import rows
from scheduler_integration.replies.texts import MOST_A_DAY
from tests.replies.sending import (
	ADDRESS,
	DAY,
	NUMBER,
	PATH,
	coming,
	send_other,
	send_twilio,
	set_up,
	signed_by_twilio,
	twilio_form,
)
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, payload
from tests.support.outbox import actions, deliver, tasks

pytestmark = pytest.mark.usefixtures("commit_clean")


def state(booking):
	frappe.db.rollback()
	return frappe.db.get_value("Booking", booking.name, "status")


def reconfirmed(booking):
	frappe.db.rollback()
	return frappe.db.get_value("Booking", booking.name, "reconfirmed_at")


def notes(booking):
	frappe.db.rollback()
	found = {"reference_doctype": "Booking", "reference_name": booking.name, "comment_type": "Info"}
	return frappe.get_all("Comment", found, pluck="content", order_by="creation asc")


def told(booking):
	frappe.db.rollback()
	return frappe.get_all("Notification Log", {"document_name": booking.name}, ["for_user", "subject"])


@pytest.mark.long
def test_somebody_who_texts_all_day_gets_twenty_answers(texts, say):
	texts.about()
	assert [bool(say("yes")) for _each in range(MOST_A_DAY + 1)] == [True] * MOST_A_DAY + [False]


class TestWishes:
	@pytest.mark.long
	def test_1_confirms_and_the_host_sees_it(self, texts, say):
		booking = texts.about()
		answer = say("1")
		assert answer.startswith("Confirmed: Intro call with Jane, ")
		assert state(booking) == "Scheduled"
		assert abs(reconfirmed(booking) - clock.now()) < 60
		assert notes(booking) == ["confirmed to come (the attendee)"]
		assert say("yes").startswith("Confirmed: ")
		assert notes(booking) == ["confirmed to come (the attendee)"]

	@pytest.mark.long
	def test_9_cancels_and_everybody_hears_of_it_as_usual(self, texts, say):
		booking = texts.about()
		assert say("9").startswith("Cancelled: Intro call with Jane, ")
		cancelled = frappe.get_doc("Booking", booking.name)
		assert (cancelled.status, cancelled.cancelled_by) == ("Cancelled", "Attendee")
		assert {task.purpose for task in tasks(booking.name, status="Pending")} >= {
			"attendee_cancelled",
			"host_cancelled",
		}
		assert say("9") == "You have no coming meeting that could be changed."

	@pytest.mark.long
	def test_move_answers_with_the_page_where_times_are_chosen(self, texts, say):
		booking = texts.about()
		answer = say("move")
		assert f"/schedule/manage/{booking.name}." in answer
		assert answer.endswith("?reschedule=1")
		assert state(booking) == "Scheduled"

	@pytest.mark.long
	@pytest.mark.parametrize(
		("language", "word", "number", "zone", "answer"),
		[
			("de", "Absagen", "+4930901820", "Europe/Berlin", "Abgesagt: Intro call mit Jane, "),
			("fr", "Annuler", "+33142685300", "Europe/Paris", "Annulé : Intro call avec Jane, "),
			("es", "cancelar", "+34915214523", "Europe/Madrid", "Cancelada: Intro call con Jane, "),
			("en-US", "CANCEL", "+12125550100", "America/New_York", "Cancelled: Intro call with Jane, "),
			("en", "9", "+81335814321", "Asia/Tokyo", "Cancelled: Intro call with Jane, "),
		],
	)
	def test_in_five_countries_and_the_languages_of_the_app(self, texts, say, language, word, number, zone, answer):
		booking = texts.about(number=number, language=language, timezone=zone)
		assert say(word, number).startswith(answer)
		assert state(booking) == "Cancelled"

	@pytest.mark.long
	def test_the_time_in_the_answer_is_by_the_attendees_clock(self, texts, say):
		texts.about(start=coming(), number="+12125550100", timezone="America/New_York", language="en-US")
		answer = say("1", "+12125550100")
		assert " AM." in answer.replace("\u202f", " ")

	@pytest.mark.long
	def test_a_number_that_was_typed_without_country_code_is_matched(self, texts, say):
		booking = texts.about(number="030 901820", timezone="Europe/Berlin")
		assert say("9").startswith("Cancelled")
		other = texts.about(number="030 901820", timezone="UTC")
		assert say("9").startswith("Cancelled")
		assert (state(booking), state(other)) == ("Cancelled", "Cancelled")

	@pytest.mark.long
	def test_the_change_notice_holds_here_too(self, texts, say):
		strict = make_meeting_type(texts.page, change_notice_hours=24 * 30)
		booking = texts.about(meeting_type=strict)
		assert say("9") == "It is too late to change this meeting here. Please write to your host."
		assert say("MOVE") == "It is too late to change this meeting here. Please write to your host."
		assert state(booking) == "Scheduled"

	def test_a_type_that_allows_no_cancelling_is_not_cancelled(self, texts, say):
		booking = texts.about(meeting_type=make_meeting_type(texts.page, allow_cancel=0))
		assert "write to your host" in say("9")
		assert state(booking) == "Scheduled"

	@pytest.mark.long
	def test_a_message_in_words_changes_nothing_and_goes_to_the_host(self, texts, say):
		booking = texts.about()
		answer = say("Please cancel <b>it</b>, I am ill")
		assert answer == "Your message was passed on to Jane. Reply 1 to confirm, 9 to cancel."
		assert state(booking) == "Scheduled"
		assert notes(booking) == ["wrote: Please cancel &lt;b&gt;it&lt;/b&gt;, I am ill (the attendee)"]
		(one,) = told(booking)
		assert one.for_user == texts.page.user
		assert "&lt;b&gt;" in one.subject

	@pytest.mark.long
	def test_a_program_that_replies_to_each_answer_gets_three_a_day(self, texts, say):
		texts.about()
		answers = [say("I am driving.") for _each in range(5)]
		assert [bool(each) for each in answers] == [True, True, True, False, False]

	def test_twenty_messages_in_words_a_day_are_passed_on(self, texts, say):
		booking = texts.about()
		for number in range(MOST_A_DAY + 1):
			say(f"Question {number}")
		assert len(notes(booking)) == MOST_A_DAY


class TestMatching:
	def test_an_unknown_number_gets_no_answer(self, texts, say):
		texts.about()
		assert say("9", "+442079460000") == ""

	@pytest.mark.long
	def test_two_coming_meetings_are_listed_and_the_number_decides(self, texts, say):
		first, second = texts.about(start=coming(3)), texts.about(start=coming(10))
		asked = say("9").split("\n")
		assert asked[0] == "Which meeting do you want to cancel? Reply with its number."
		assert [line[:24] for line in asked[1:]] == ["1: Intro call with Jane,", "2: Intro call with Jane,"]
		assert {state(first), state(second)} == {"Scheduled"}
		assert say("2").startswith("Cancelled: ")
		assert (state(first), state(second)) == ("Scheduled", "Cancelled")

	@pytest.mark.long
	def test_1_after_the_list_is_the_first_meeting_and_not_a_confirmation(self, texts, say):
		first, second = texts.about(start=coming(3)), texts.about(start=coming(10))
		say("cancel")
		assert say("1").startswith("Cancelled: ")
		assert (state(first), state(second)) == ("Cancelled", "Scheduled")
		# Now there is one meeting, and no list.
		assert say("1").startswith("Confirmed: ")
		assert reconfirmed(second)

	@pytest.mark.long
	def test_a_list_counts_only_for_the_next_message(self, texts, say):
		first, second = texts.about(start=coming(3)), texts.about(start=coming(10))
		say("9")
		say("one moment")
		assert say("1").startswith("Which meeting do you confirm?")
		assert (state(first), state(second)) == ("Scheduled", "Scheduled")

	@pytest.mark.long
	def test_a_meeting_that_was_cancelled_meanwhile_is_not_chosen_by_its_number(self, texts, say):
		first, second = texts.about(start=coming(3)), texts.about(start=coming(10))
		say("9")
		bookings.cancel_by_host(second.name, "", clock.now())
		frappe.db.commit()
		assert say("2").startswith("Your message was passed on")
		assert state(first) == "Scheduled"

	@pytest.mark.long
	def test_only_meetings_of_the_last_seven_days_texts_count(self, texts, say):
		booking = texts.about(sent_ago=8 * DAY)
		assert say("9") == ""
		assert state(booking) == "Scheduled"

	def test_a_meeting_about_which_nobody_texted_is_not_changed(self, texts, say):
		frappe.db.set_single_value("Scheduler Settings", "sms_enabled", 0)
		booked = door.book(
			payload(texts.page, make_meeting_type(texts.page), coming(), attendee_phone=NUMBER), clock.now()
		)
		frappe.db.set_single_value("Scheduler Settings", "sms_enabled", 1)
		frappe.db.commit()
		assert say("9") == ""
		assert frappe.db.get_value("Booking", booked.id, "status") == "Scheduled"

	@pytest.mark.long
	def test_a_text_that_was_not_sent_asks_for_no_reply(self, texts, say):
		booking = texts.about()
		frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "sms"}, "status", "Skipped")
		frappe.db.commit()
		assert say("9") == ""
		assert state(booking) == "Scheduled"

	def test_a_meeting_that_moved_since_the_text_is_changed_as_it_is_now(self, texts, say):
		booking = texts.about()
		request = parse_reschedule_request(clock.iso(booking.starts_at + 7200, "UTC"), None)
		moved = bookings.reschedule_by_host(booking.name, request, clock.now())
		frappe.db.commit()
		assert say("1").startswith("Confirmed: ")
		assert frappe.db.get_value("Booking", moved.id, "reconfirmed_at")

	@pytest.mark.long
	def test_a_request_is_not_confirmed_by_its_attendee(self, texts, say):
		asked = make_meeting_type(texts.page, requires_confirmation=1)
		booking = texts.about(meeting_type=asked, number=None)
		frappe.db.set_value("Booking", booking.name, {"attendee_phone": NUMBER, "phone_e164": NUMBER})
		sent = Planned(
			kind="sms", purpose="automation", target=NUMBER, key=fresh("key"), due_at=0, payload={"role": "attendee"}
		)
		plan(booking.name, [sent], clock.now())
		frappe.db.set_value("Outbox Task", {"key": sent.key}, {"status": "Sent", "done_at": clock.now()})
		frappe.db.commit()
		assert say("1") == "This request hasn't been answered yet."
		assert (state(booking), reconfirmed(booking)) == ("Pending", None)


class TestStopping:
	@pytest.mark.long
	def test_stop_is_honoured_and_never_cancels_and_start_undoes_it(self, texts, say):
		booking = texts.about(meeting_type=make_meeting_type(texts.page, reminders="60"))
		assert say("STOP") == ""
		assert state(booking) == "Scheduled"
		assert text_opt_outs.is_stopped(NUMBER)
		deliver(booking.name, booking.starts_at - 3600)
		(reminder,) = [task for task in actions(booking.name, kind="sms") if task.purpose == "reminder"]
		assert (reminder.status, reminder.error) == ("Skipped", "This number wants no text messages.")
		assert len(texts.receiver.requests) == 1
		# Their requests are still carried out, in silence.
		assert say("1") == ""
		assert reconfirmed(booking)
		assert say("START") == ""
		assert not text_opt_outs.is_stopped(NUMBER)

	@pytest.mark.long
	def test_a_word_with_which_the_carrier_stops_messages_does_both(self, texts, say):
		booking = texts.about()
		assert say("CANCEL", OptOutType="STOP") == ""
		assert state(booking) == "Cancelled"
		assert text_opt_outs.is_stopped(NUMBER)

	@pytest.mark.long
	def test_yes_that_allows_messages_again_confirms_too(self, texts, say):
		booking = texts.about()
		say("STOP", OptOutType="STOP")
		assert say("YES", OptOutType="START").startswith("Confirmed")
		assert reconfirmed(booking)
		assert not text_opt_outs.is_stopped(NUMBER)

	def test_the_number_is_not_kept(self, texts, say):
		texts.about()
		say("stop")
		(row,) = frappe.get_all("Text Opt Out", fields=["*"])
		assert NUMBER not in json.dumps(row, default=str)
		kept = frappe.get_all("Attendee Reply", fields=["*"])
		assert NUMBER not in json.dumps(kept, default=str)


class TestDoor:
	def test_it_does_not_exist_before_it_is_set_up(self, texts, client):
		frappe.db.set_single_value("Scheduler Settings", "sms_replies", "")
		frappe.db.commit()
		assert send_twilio(client, twilio_form("9")).status_code == 404
		assert send_other(client, {"id": "1", "from": NUMBER, "text": "9"}).status_code == 404

	@pytest.mark.long
	@pytest.mark.parametrize(
		"signing", [{"token": "guessed"}, {"address": "https://evil.example/texts"}, {"address": f"{ADDRESS}/"}]
	)
	def test_a_forged_signature_is_refused(self, texts, client, signing):
		booking = texts.about()
		answer = send_twilio(client, twilio_form("9"), **signing)
		assert (answer.status_code, answer.json()["code"]) == (401, "SIGNATURE_REFUSED")
		assert state(booking) == "Scheduled"

	@pytest.mark.long
	def test_a_changed_or_added_parameter_is_refused(self, texts, client):
		booking, form = texts.about(), twilio_form("1")
		headers = {"X-Twilio-Signature": signed_by_twilio(form)}
		assert client.post(PATH, data={**form, "Body": "9"}, headers=headers).status_code == 401
		assert client.post(PATH, data={**form, "OptOutType": "STOP"}, headers=headers).status_code == 401
		assert client.post(PATH, data=form).status_code == 401
		# Parameters in the address aren't signed, and aren't read.
		assert client.post(f"{PATH}?Body=9", data=form, headers=headers).status_code == 200
		assert state(booking) == "Scheduled"
		assert reconfirmed(booking)

	def test_the_address_is_the_one_in_the_settings_or_that_of_this_site(self, texts):
		assert reply_address() == ADDRESS
		set_up(sms_reply_url="")
		assert reply_address() == site_url(PATH)

	@pytest.mark.long
	def test_a_repeated_message_does_nothing_and_gets_no_answer(self, texts, client):
		first, second = texts.about(start=coming(3)), texts.about(start=coming(10))
		for body in ("9", "1"):
			form = twilio_form(body)
			assert "<Message>" in send_twilio(client, form).text
			again = send_twilio(client, form)
			assert (again.status_code, "<Message>" in again.text) == (200, False)
		assert (state(first), state(second)) == ("Cancelled", "Scheduled")
		assert reconfirmed(second) is None

	@pytest.mark.long
	def test_another_gateway_signs_time_and_body_and_the_answer_is_sent_through_it(self, texts, client):
		set_up("Another gateway")
		booking = texts.about()
		message = {"id": fresh("m"), "from": NUMBER, "text": "9"}
		assert send_other(client, message, key="guessed").status_code == 401
		assert send_other(client, message, at=int(time.time()) - 301).status_code == 401
		assert send_other(client, message).json()["data"] == {"taken": True}
		assert state(booking) == "Cancelled"
		deliver(booking.name, clock.now())
		sent = texts.receiver.requests[-1].form
		assert (sent["to"], sent["text"][:11]) == (NUMBER, "Cancelled: ")
		count = len(texts.receiver.requests)
		assert send_other(client, message).status_code == 200
		deliver(booking.name, clock.now())
		assert len(texts.receiver.requests) == count

	@pytest.mark.parametrize(
		"body", [[], "9", {"from": NUMBER, "text": "9"}, {"id": 7, "from": NUMBER}, {"id": "", "from": NUMBER}]
	)
	def test_what_is_no_text_message_is_refused(self, texts, client, body):
		set_up("Another gateway")
		# Frappe itself refuses a body that is no object.
		assert send_other(client, body).status_code in (400, 417)

	@pytest.mark.parametrize("sender", ["12345", "INFO", "whatsapp:+4930901820", "+999", "+49 30", "; drop"])
	def test_a_sender_without_a_number_is_ignored(self, texts, client, sender):
		booking = texts.about()
		answer = send_twilio(client, twilio_form("9", sender))
		assert (answer.status_code, "<Message>" in answer.text) == (200, False)
		assert state(booking) == "Scheduled"

	@pytest.mark.long
	def test_a_name_with_markup_is_escaped_in_the_answer(self, texts, client):
		meeting_type = make_meeting_type(texts.page, title="Q&A <1>")
		texts.about(meeting_type=meeting_type)
		assert "Q&amp;A &lt;1&gt;" in send_twilio(client, twilio_form("1")).text

	def test_a_get_changes_nothing(self, texts, client):
		booking, form = texts.about(), twilio_form("9")
		answer = client.get(PATH, params=form, headers={"X-Twilio-Signature": signed_by_twilio(form)})
		assert answer.status_code in (403, 405)
		assert state(booking) == "Scheduled"


class TestReminders:
	def text(self, texts, **fields):
		self.days = getattr(self, "days", 0) + 7
		meeting_type = make_meeting_type(texts.page, reminders="2880", **fields)
		booking = texts.about(start=coming(self.days), meeting_type=meeting_type)
		deliver(booking.name, booking.starts_at - 2880 * 60)
		return texts.receiver.requests[-1].form["text"]

	@pytest.mark.long
	def test_promise_replies_only_if_the_number_can_receive_them(self, texts):
		assert self.text(texts).endswith(" Reply 1 to confirm, 9 to cancel.")
		set_up(sms_can_receive=0)
		assert "Reply" not in self.text(texts)
		set_up(sms_replies="")
		assert "Reply" not in self.text(texts)

	@pytest.mark.long
	def test_name_only_what_is_possible(self, texts):
		assert self.text(texts, allow_cancel=0).endswith(" Reply 1 to confirm.")
		assert self.text(texts, change_notice_hours=72).endswith(" Reply 1 to confirm.")
		set_up(sms_reply_words="CANCEL")
		assert self.text(texts).endswith(" Reply CANCEL to cancel.")
		assert "Reply" not in self.text(texts, allow_cancel=0)

	def test_the_settings_warn_of_cancel(self, texts):
		set_up(sms_reply_words="CANCEL")
		assert any("carriers stop" in str(each) for each in frappe.local.message_log)

	def test_replies_need_their_secret(self, texts):
		with pytest.raises(frappe.ValidationError, match="Auth token of Twilio"):
			set_up(sms_auth_token="")


def test_whose_reply_it_was_is_forgotten_and_the_message_is_not():
	now = at("2026-03-02 06:00")
	rows.keep(rows.TEXT, "one", rows.person_of(NUMBER), "confirm", now)
	rows.forget_old(now + 31 * DAY)
	assert rows.last_of(rows.person_of(NUMBER), 0) is None
	assert rows.is_known(rows.TEXT, "one")
	rows.forget_old(now + 401 * DAY)
	assert not rows.is_known(rows.TEXT, "one")
