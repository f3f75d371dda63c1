"""Somebody leaves: a manager decides about all coming meetings in one pass on `/scheduling/leaving`."""

from email import message_from_string
from email.policy import default

import frappe
import pytest

from scheduler_integration.meetings.tokens import manage_token
from tests.pages.offer import DAYS, book, in_three_days, make_colleague, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_host, make_meeting_type, make_team_page, make_user
from tests.support.smtp import sending_to_inbox
from tests.support.statements import recorded

PAGE = "/scheduling/leaving"
ENGLISH = {"Accept-Language": "en-GB"}


@pytest.fixture(autouse=True)
def _committing(commit_clean):
	"""The server reads what is committed."""


@pytest.fixture
def intro():
	return make_offer(title="Intro")


@pytest.fixture
def manager(client):
	user = make_user("Mary", roles=("Scheduling Manager",))
	sign_in(client, user)
	return user


def disable(user):
	frappe.get_doc("User", user).update({"enabled": 0}).save()
	frappe.db.commit()


class Leaving:
	"""The page of the user's coming meetings, as a manager sees it."""

	def __init__(self, client, user=""):
		self.client = client
		self.answer = client.get(f"{PAGE}?user={user}" if user else PAGE, headers=ENGLISH)
		self.html = read(self.answer.text)

	@property
	def choices(self):
		"""Return the words for each meeting, the preselected ones first."""
		return [[one.text for one in each.all("option")] for each in self.html.all("select") if each["name"] != "user"]

	def send(self, **chosen):
		form = self.html.one("form", id="clear")
		typed = {f"do:{name}": value for name, value in chosen.items()} | {"reason": "Jane left us"}
		values = [(name, value) for name, value in form_values(form) if name not in typed]
		return self.post([*values, *typed.items(), ("action", "clear")])

	def undo(self):
		form = next(each for each in self.html.all("form") if each.all("button", name="undo"))
		button = form.one("button", name="undo")
		return self.post([*form_values(form), ("undo", button["value"])])

	def post(self, values):
		answer = self.client.post(PAGE, data=values, headers=ENGLISH)
		assert answer.status_code == 303
		assert answer.headers["Location"].startswith(PAGE)
		self.html = read(self.client.get(answer.headers["Location"], headers=ENGLISH).text)
		return self


def told(user):
	"""Return the mails to the user that name somebody who has left."""
	names = frappe.get_all("Email Queue Recipient", {"recipient": user}, pluck="parent")
	texts = frappe.get_all("Email Queue", {"name": ["in", names]}, pluck="message")
	sent = [message_from_string(text, policy=default) for text in texts]
	return [each for each in sent if "has left" in each["Subject"]]


def stored(booking):
	frappe.db.rollback()
	return frappe.get_doc("Booking", booking.id)


@pytest.mark.long
def test_meetings_of_a_disabled_host_were_nobodys_concern(client, intro, jane, manager):
	tom = make_colleague(intro)
	handed, other, kept, gone = (book(intro, in_three_days(hour)) for hour in (10, 11, 13, 12 + 24))
	disable(jane)
	# Every page that the manager opens leads there.
	trouble = read(client.get("/scheduling", headers=ENGLISH).text).one("li", class_="trouble")
	assert "Meetings to come: 4." in trouble.text
	page = Leaving(client, trouble.one("a")["href"].partition("user=")[2])
	# Nobody else has the type on Jane's page, so there is no other time to choose.
	assert page.choices[0] == ["Tom takes it", "Cancel it", "Keep it"]
	assert page.choices[3] == ["Cancel it", "Keep it"]
	page.send(**{handed.id: f"hand_over:{tom}", gone.id: "cancel", other.id: "keep", kept.id: "keep"})
	assert stored(handed).host == tom
	assert stored(gone).status == "Cancelled"
	assert stored(gone).cancel_reason == "Jane left us"
	assert stored(kept).status == "Scheduled"
	page.undo()
	assert stored(handed).host == jane
	assert stored(gone).status == "Scheduled"


@pytest.mark.long
def test_an_attendee_is_asked_if_others_of_the_type_can_be_chosen(client, manager):
	page = make_team_page([make_host(name, {day: ["09:00-18:00"] for day in DAYS}) for name in ("Ann", "Ben")])
	team = make_meeting_type(page, title="Team", assignment="Round Robin", location_type="Custom", location_details="x")
	frappe.db.commit()
	booked = book(team)
	left = frappe.get_doc("Booking", booked.id).host
	disable(left)
	page = Leaving(client, left)
	assert "Ask Ada Lovelace to choose another time" in page.choices[0]
	page.send(**{booked.id: "ask"})
	given_back = stored(booked)
	assert (given_back.status, given_back.time_given_back) == ("Rescheduled", 1)
	assert "asked to choose another time" in page.html.one("main").text
	answer = client.get(f"/schedule/manage/{manage_token(given_back)}", headers=ENGLISH)
	assert "Jane left us" in answer.text


def test_only_managers_decide_about_others(client, intro, jane):
	book(intro)
	sign_in(client, jane)
	assert client.get(PAGE, headers=ENGLISH).status_code == 403
	assert PAGE not in client.get("/scheduling", headers=ENGLISH).text


def test_a_host_who_was_disabled_was_missing_from_the_managers_filter(client, intro, jane, manager):
	book(intro)
	disable(jane)
	filters = read(client.get("/scheduling?whose=all", headers=ENGLISH).text).one("select", name="hosted_by")
	assert jane in [each["value"] for each in filters.all("option")]


@pytest.mark.long
def test_managers_get_one_message_with_the_list(intro, jane, site):
	manager = make_user("Mary", roles=("Scheduling Manager",))
	book(intro, in_three_days(10))
	book(intro, in_three_days(11))
	with sending_to_inbox(site):
		disable(jane)
		site.run_jobs()
		# Saving the disabled user again is no news, and neither is somebody who hosts nothing.
		frappe.get_doc("User", jane).save()
		disable(make_user("Tom"))
		site.run_jobs()
	frappe.db.rollback()
	(sent,) = told(manager)
	assert sent["Subject"].endswith("has left: 2 meetings to come need a decision")
	text = sent.get_body(("plain",)).get_content()
	assert text.count("Ada Lovelace") == 2
	assert f"{PAGE}?user=" in text


@pytest.mark.long
def test_the_page_asks_the_same_for_many_meetings(client, intro, jane, manager):
	def asked():
		with recorded() as seen:
			page = Leaving(client, jane)
		return len(seen), len(page.choices)

	book(intro, in_three_days(9))
	disable(jane)
	Leaving(client, jane)
	few, _one = asked()
	frappe.get_doc("User", jane).update({"enabled": 1}).save()
	for half_hours in range(1, 10):
		book(intro, in_three_days(9 + half_hours / 2))
	disable(jane)
	assert asked() == (few, 10)
