"""Right and wrong answers to the questions of a meeting type."""

import frappe
import pytest

from scheduler_integration.exceptions import InvalidRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def ask(question_type, value, required=0, options=""):
	"""Book with one question, and return the stored answer."""
	page = make_page()
	question = {"label": "Which?", "question_type": question_type, "required": required, "options": options}
	meeting_type = make_meeting_type(page, questions=[question])
	answers = {} if value is None else {meeting_type.questions[0].name: value}
	booked = door.book(payload(page, meeting_type, NINE, answers=answers), NOW)
	rows = frappe.get_doc("Booking", booked.id).answers
	return rows[0].answer if rows else None


@pytest.mark.parametrize(
	("question_type", "value", "stored"),
	[
		("Text", "  Engines ", "Engines"),
		("Long Text", "one\r\ntwo", "one\ntwo"),
		("Select", "Red", "Red"),
		("Multi Select", ["Red", "Blue"], "Red\nBlue"),
		("Multi Select", "Blue", "Blue"),
		("Checkbox", True, "Yes"),
		("Checkbox", "on", "Yes"),
		("Checkbox", False, None),
		("Phone", "+49 30 1234-56", "+49 30 1234-56"),
		("Number", 12.5, "12.5"),
		("Number", "0", "0"),
		("Date", "2026-11-23", "2026-11-23"),
		("Text", "Über <b>Preise</b>", "Über <\u2060b>Preise<\u2060/b>"),
		("Long Text", "<script>alert(1)</script>\n1 < 2", "<\u2060script>alert(1)<\u2060/script>\n1 < 2"),
		("Text", None, None),
	],
)
def test_an_answer_is_kept_as_given(question_type, value, stored):
	assert ask(question_type, value, options="Red\nBlue") == stored


@pytest.mark.parametrize(
	("question_type", "value"),
	[
		("Text", "two\nlines"),
		("Text", "x" * 141),
		("Text", {"nested": 1}),
		("Long Text", "bell \x07"),
		("Long Text", ["a"]),
		("Select", "Green"),
		("Multi Select", ["Red", "Green"]),
		("Multi Select", {"Red": 1}),
		("Multi Select", [["Red"]]),
		("Checkbox", "maybe"),
		("Checkbox", ["on"]),
		("Phone", "call me"),
		("Number", "NaN"),
		("Number", "twelve"),
		("Number", True),
		("Date", "23.11.2026"),
		("Date", 20261123),
	],
)
def test_an_answer_of_the_wrong_kind_is_refused_at_its_question(question_type, value):
	with pytest.raises(InvalidRequest) as refused:
		ask(question_type, value, options="Red\nBlue")
	assert [field.split(".")[0] for field in refused.value.details] == ["answers"]


@pytest.mark.parametrize("question_type", ["Text", "Select", "Multi Select", "Checkbox", "Phone", "Number", "Date"])
@pytest.mark.parametrize("value", [None, "", []])
def test_a_required_question_must_be_answered(question_type, value):
	with pytest.raises(InvalidRequest):
		ask(question_type, value, required=1, options="Red")


def test_an_answer_to_a_question_of_another_meeting_is_refused():
	page = make_page()
	meeting_type = make_meeting_type(page)
	with pytest.raises(InvalidRequest) as refused:
		door.book(payload(page, meeting_type, NINE, answers={"elsewhere": "x"}), NOW)
	assert list(refused.value.details) == ["answers"]
