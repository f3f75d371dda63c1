"""Reads the attendee's answers to a meeting type's questions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.questions import choices_of, is_asked, link_key
from scheduler_integration.parsing.text import Refused, line, paragraph, phone, without_effect


@dataclass(frozen=True, slots=True)
class Answer:
	"""An answer as text, with the question's wording at the time of booking.

	A hidden one came with the link: hosts see it, attendees don't.
	"""

	question_id: str
	question: str
	answer: str
	is_hidden: bool = False


def parse_answers(
	questions: list[Document],
	given: object,
	details: dict[str, str],
	*,
	may_be_missing: bool = False,
	from_link: object = None,
) -> list[Answer]:
	"""Return the answers in the order of the questions, without empty ones.

	With `may_be_missing`, required questions needn't be answered. A question that isn't asked after the earlier answers
	counts as unanswered. `from_link` is a dict with the values of hidden fields, by their key. A wrong one is left out: the
	attendee, who doesn't see it, couldn't correct it.

	`given` is a dict from a question's id to its answer. A wrong answer isn't returned. Its sentence is put into
	`details` under `answers.<id>`, or under `answers` if `given` as a whole is wrong.
	"""
	try:
		values = _checked(given, questions)
	except Refused as refused:
		details["answers"] = str(refused)
		return []
	answers: list[Answer] = []
	for question in questions:
		if question.is_hidden:
			value = from_link.get(link_key(question)) if isinstance(from_link, dict) else None
			text = _answer(question, value, {}, False)
		elif is_asked(question, {each.question: each.answer for each in answers}):
			text = _answer(question, values.get(question.name), details, question.required and not may_be_missing)
		else:
			text = ""
		if text:
			answers.append(Answer(question.name, question.label, text, bool(question.is_hidden)))
	return answers


def _checked(given: object, questions: list[Document]) -> dict[str, object]:
	if given is None or given == "":
		return {}
	if not isinstance(given, dict):
		raise Refused(_("The answers must be an object of question and answer."))
	if not given.keys() <= {question.name for question in questions if not question.is_hidden}:
		# The response doesn't name the unknown ids. Somebody could send a million of them, and the response would be as long.
		raise Refused(_("There is an answer to a question that this meeting doesn't ask. Please reload the page."))
	return given


def _answer(question: Document, value: object, details: dict[str, str], is_required: bool) -> str:
	try:
		text = _PARSERS[question.question_type](question, value)
		if is_required and not text:
			raise Refused(missing_answer(frappe.scrub(question.question_type)))
		return text
	except Refused as refused:
		details[f"answers.{question.name}"] = str(refused)
		return ""


def missing_answer(kind: str) -> str:
	"""Return the sentence if a required question isn't answered. `kind` is its type as in `PublicQuestion`."""
	if kind == "checkbox":
		return _("Please tick this box to continue.")
	return _("Choose one.") if kind in ("select", "multi_select", "radio") else _("Please answer this question.")


Parse = Callable[[Document, object], str]
_PARSERS: dict[str, Parse] = {
	"Text": lambda question, value: line(without_effect(value)),
	"Long Text": lambda question, value: paragraph(value),
	"Phone": lambda question, value: phone(value),
}


def _reads(kind: str) -> Callable[[Parse], Parse]:
	"""Decorate the parser of the answers to questions of this kind."""

	def register(parse: Parse) -> Parse:
		_PARSERS[kind] = parse
		return parse

	return register


@_reads("Select")
def _choice(question: Document, value: object) -> str:
	text = line(value)
	if text and text not in choices_of(question):
		raise Refused(_("Please choose one of the answers offered."))
	return text


@_reads("Multi Select")
def _choices(question: Document, value: object) -> str:
	values = [value] if isinstance(value, str) else value or []
	if not isinstance(values, list):
		raise Refused(_("Please choose from the answers offered."))
	return "\n".join(dict.fromkeys(filter(None, (_choice(question, value) for value in values))))


@_reads("Checkbox")
def _checkbox(question: Document, value: object) -> str:
	if value in (None, "", False, 0, "0", "false", "off"):
		return ""
	if value in (True, 1, "1", "true", "on", "yes"):
		return _("Yes")
	raise Refused(_("Tick this box, or leave it empty."))


@_reads("Number")
def _number(question: Document, value: object) -> str:
	if isinstance(value, int | float) and not isinstance(value, bool):
		value = str(value)
	text = line(value, 40)
	try:
		if text and not Decimal(text).is_finite():
			raise Refused(_("This is not a number."))
	except InvalidOperation:
		raise Refused(_("This is not a number.")) from None
	return text


@_reads("Date")
def _date(question: Document, value: object) -> str:
	text = line(value, 10)
	try:
		return date.fromisoformat(text).isoformat() if text else ""
	except ValueError:
		raise Refused(_("This is not a date. Write it as 2026-11-23.")) from None
