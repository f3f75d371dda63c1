"""Questions that depend on an answer, that a link fills in, or that only a link knows: with forms and by the API."""

from urllib.parse import urlencode

import frappe
import pytest

from scheduler_integration.pages.booking.form import OWN_FIELDS
from scheduler_integration.pages.kit.query import _PARTS, CARRIED
from scheduler_integration.platform.clock import now
from tests.pages.offer import book, bookings_of, host_of, make_offer, path_of, sign_in, wish_for
from tests.pages.reading import read, script_data, typed_in
from tests.support import door
from tests.support.api import call
from tests.support.factories import page_of
from tests.support.outbox import mails

SIZE, WHY, TOPICS, DETAILS, CAMPAIGN, BUDGET = (
	"Team size?",
	"Why so many?",
	"Topics",
	"Which price?",
	"Campaign",
	"Budget",
)
QUESTIONS = [
	{"label": SIZE, "question_type": "Select", "options": "1–10\n51+", "prefill_key": "size"},
	{"label": WHY, "question_type": "Text", "required": 1, "show_if": SIZE, "show_if_answers": "51+"},
	{"label": TOPICS, "question_type": "Multi Select", "options": "Prices\nTerms", "prefill_key": "topics"},
	{"label": DETAILS, "question_type": "Text", "show_if": TOPICS, "show_if_answers": "Prices"},
	{"label": CAMPAIGN, "question_type": "Text", "prefill_key": "campaign", "is_hidden": 1},
	{"label": BUDGET, "question_type": "Number", "prefill_key": "crm_budget", "is_hidden": 1},
]


@pytest.fixture
def offer(commit_clean):
	return make_offer(questions=QUESTIONS)


@pytest.fixture
def ids(offer):
	return {row.label: row.name for row in offer.questions}


def form_of(client, offer, **link):
	"""Open the first free time by a link with these arguments. Returns the form."""
	page = read(client.get(f"{path_of(offer)}?{urlencode(link)}").text)
	return read(client.get(page.all("a", class_="time")[0]["href"]).text).one("form", id="booking-form")


def send(client, form, **answers):
	who = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}
	return client.post(form["action"], data=typed_in(form, **{**who, **answers}))


def answers_of(offer):
	[booking] = bookings_of(offer)
	return {row.question: row.answer for row in booking.answers}


def booked_with(offer, **fields):
	"""Book by the API, and return the stored answers."""
	status, body = call("public.book", "Guest", **wish_for(offer, **fields))
	assert status == 201, body
	return {row.question: row.answer for row in frappe.get_doc("Booking", body["data"]["id"]).answers}


class TestConditions:
	@pytest.mark.long
	def test_a_question_that_is_not_asked_is_neither_required_nor_stored(self, client, offer, ids):
		form = form_of(client, offer)
		sent = {f"answer_{ids[SIZE]}": "1–10", f"answer_{ids[WHY]}": "typed before the size was changed"}
		assert send(client, form, **sent).status_code == 303
		assert answers_of(offer) == {SIZE: "1–10"}

	@pytest.mark.long
	def test_a_question_that_is_asked_is_required(self, client, offer, ids):
		answer = send(client, form_of(client, offer), **{f"answer_{ids[SIZE]}": "51+"})
		assert answer.status_code == 400
		assert read(answer.text).one("p", id=f"answer_{ids[WHY]}-error").text == "Please answer this question."
		sent = {f"answer_{ids[SIZE]}": "51+", f"answer_{ids[WHY]}": "We grow"}
		assert send(client, form_of(client, offer), **sent).status_code == 303
		assert answers_of(offer) == {SIZE: "51+", WHY: "We grow"}

	@pytest.mark.long
	def test_one_of_several_choices_is_enough(self, client, offer, ids):
		sent = {f"answer_{ids[TOPICS]}": ["Terms", "Prices"], f"answer_{ids[DETAILS]}": "Yearly"}
		send(client, form_of(client, offer), **sent)
		assert answers_of(offer) == {TOPICS: "Terms\nPrices", DETAILS: "Yearly"}

	def test_without_a_script_the_form_says_when_it_is_asked(self, client, offer, ids):
		form = form_of(client, offer)
		assert f"Only if you answered “{SIZE}” with: 51+" in form.text
		assert "required" not in form.one("input", id=f"answer_{ids[WHY]}").attributes

	def test_the_api_decides_alike(self, offer, ids):
		wrong = wish_for(offer, answers={ids[SIZE]: "51+"})
		status, body = call("public.book", "Guest", **wrong)
		assert (status, [*body["details"]]) == (400, [f"answers.{ids[WHY]}"])
		right = wish_for(offer, answers={ids[SIZE]: "1–10", ids[WHY]: "ignored"})
		assert call("public.book", "Guest", **right)[0] == 201

	def test_what_depends_on_a_question_that_is_not_asked_is_not_asked_either(self, commit_clean):
		chain = [
			{"label": "A", "question_type": "Checkbox"},
			{"label": "B", "question_type": "Text", "show_if": "A"},
			{"label": "C", "question_type": "Text", "show_if": "B", "required": 1},
		]
		offer = make_offer(questions=chain)
		a, b, c = (row.name for row in offer.questions)
		booked = book(offer, answers={b: "not asked", c: "neither"})
		assert frappe.get_doc("Booking", booked.id).answers == []
		assert call("public.book", "Guest", **wish_for(offer, answers={a: True, b: "yes"}))[0] == 400


class TestLinks:
	def test_a_link_fills_in_the_answers(self, client, offer, ids):
		form = form_of(
			client, offer, size="51+", topics="Prices,Terms", a2="We grow", phone="+49 30 123", company="ACME"
		)
		values = typed_in(form)
		assert (f"answer_{ids[SIZE]}", "51+") in values
		assert [value for name, value in values if name == f"answer_{ids[TOPICS]}"] == ["Prices", "Terms"]
		assert (f"answer_{ids[WHY]}", "We grow") in values
		assert ("attendee_phone", "+49 30 123") in values
		assert ("attendee_company", "ACME") in values

	def test_a_link_fills_in_every_field_of_its_own(self, client, offer):
		link = {"name": "Ada", "email": "a@b.example", "notes": "One\nTwo", "guests": "x@b.example,y@b.example"}
		values = dict(typed_in(form_of(client, offer, **link)))
		assert [values[each] for each in ("attendee_name", "attendee_email")] == ["Ada", "a@b.example"]
		# A text of several lines was left out.
		assert (values["notes"], values["guests"]) == (link["notes"], link["guests"])

	def test_the_listing_passes_them_on(self, client, offer):
		page = read(client.get(f"/schedule/{page_of(offer).slug}?size=51%2B&campaign=spring&other=x").text)
		[address] = [each["href"] for each in page.all("a") if offer.slug in each["href"]]
		assert "size=51%2B" in address
		assert "campaign=spring" in address
		assert "other=" not in address

	def test_an_answer_that_is_not_offered_is_left_out(self, client, offer, ids):
		form = form_of(client, offer, size="999", topics="<b>")
		assert (f"answer_{ids[SIZE]}", "") in typed_in(form)

	def test_markup_in_a_link_is_text(self, client, offer):
		page = client.get(f"{path_of(offer)}?a2=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&campaign=%3Cscript%3Ex").text
		assert "<script>alert" not in page
		assert "<script>x" not in page


class TestHiddenFields:
	def test_are_stored_and_shown_to_hosts_only(self, client, offer):
		form = form_of(client, offer, campaign="spring", crm_budget="5000")
		assert CAMPAIGN not in form.text
		answer = send(client, form)
		assert answers_of(offer) == {CAMPAIGN: "spring", BUDGET: "5000"}
		confirmation = client.get(answer.headers["Location"]).text
		assert "spring" not in confirmation
		assert CAMPAIGN not in confirmation
		[booking] = bookings_of(offer)
		sign_in(client, host_of(offer))
		assert "spring" in client.get(f"/scheduling/meeting/{booking.name}").text
		for mail in mails(booking.name, now()):
			assert ("spring" in mail.body) == mail.reader.is_hosting
			assert "spring" not in str(mail.calendar)

	def test_visitors_do_not_learn_of_them(self, client, offer, ids):
		page = client.get(path_of(offer))
		listing = call("public.get_page", "Guest", slug=page_of(offer).slug)[1]
		for text in (page.text, str(listing)):
			assert CAMPAIGN not in text
			assert "crm_budget" not in text
			assert ids[CAMPAIGN] not in text

	def test_a_script_sends_what_the_link_says(self, client, offer):
		page = read(client.get(f"{path_of(offer)}?campaign=spring&unknown=1").text)
		assert script_data(page)["prefill"] == {"campaign": "spring"}
		assert booked_with(offer, prefill={"campaign": "spring", "unknown": "x", "size": "51+"}) == {CAMPAIGN: "spring"}

	def test_can_not_be_answered_as_questions(self, offer, ids):
		status, body = call("public.book", "Guest", **wish_for(offer, answers={ids[CAMPAIGN]: "mine"}))
		assert (status, [*body["details"]]) == (400, ["answers"])

	@pytest.mark.parametrize("value", ["a\nb", "=1+1", "x" * 500, ["a"], {"b": 1}, 7, None])
	def test_a_wrong_value_is_left_out_and_refuses_nothing(self, offer, value):
		assert booked_with(offer, prefill={"campaign": value, "crm_budget": "no number"}) == {}

	def test_go_with_a_meeting_that_is_moved(self, client, offer):
		booked = book(offer, prefill={"campaign": "spring"})
		token = booked.manage_url.rpartition("/")[2]
		later = wish_for(offer)["start"].replace("12:00", "14:00")
		status, body = call("public.reschedule", "Guest", token=token, start=later)
		assert status == 201, body
		moved = frappe.get_doc("Booking", body["data"]["id"])
		assert [(row.answer, row.is_hidden) for row in moved.answers] == [("spring", 1)]


@pytest.mark.parametrize(
	("rows", "said"),
	[
		([{"label": "A", "prefill_key": "start"}], "means something else"),
		([{"label": "A", "prefill_key": "answer_x"}], "means something else"),
		([{"label": "A", "prefill_key": "two words"}], "must be a word"),
		([{"label": "A", "prefill_key": "k"}, {"label": "B", "prefill_key": "k"}], "Two questions"),
		([{"label": "A", "is_hidden": 1}], "needs a key"),
		([{"label": "A", "show_if": "B"}, {"label": "B"}], "must come before it"),
		([{"label": "A", "show_if": "A"}], "must come before it"),
		([{"label": "A"}, {"label": "A"}, {"label": "B", "show_if": "A"}], "must come before it"),
		(
			[
				{"label": "A", "question_type": "Select", "options": "x\ny"},
				{"label": "B", "show_if": "A", "show_if_answers": "z"},
			],
			"It offers: x, y.",
		),
	],
)
def test_a_question_that_could_never_be_asked_is_refused(rows, said):
	with pytest.raises(Exception, match=said):
		make_offer(questions=[{"question_type": "Text", **row} for row in rows])


@pytest.mark.parametrize("key", sorted({*_PARTS, *CARRIED, *OWN_FIELDS} - {"_lang"}))
def test_a_key_replaced_what_the_page_says_in_its_own_links(key):
	"""A question's key "with" replaced the host whom the attendee had chosen, in every link of the page."""
	with pytest.raises(Exception, match="means something else"):
		make_offer(questions=[{"question_type": "Text", "label": "A", "prefill_key": key}])


def test_saving_keeps_the_ids_of_questions(offer, ids):
	"""Somebody who was filling in the form was told that the questions aren't asked any more."""
	page = page_of(offer)
	stored = call("meeting_types.list", page.user, page=page.name)[1]["data"]["meeting_types"][0]
	status, _body = call("meeting_types.update", page.user, meeting_type=offer.name, questions=stored["questions"])
	assert status == 200
	door.book(wish_for(offer, answers={ids[SIZE]: "1–10"}), now())
