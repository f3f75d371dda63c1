"""The rules of a meeting type's questions: when one is asked, and which key of a link fills it in."""

import re
from collections.abc import Mapping, Sequence

from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr

from scheduler_integration.exceptions import InvalidRequest

MAX_QUESTIONS = 30
_CHOOSING = ("Select", "Multi Select")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
# Arguments that mean something else in a link to a booking page, in its forms or to Frappe.
_TAKEN_KEYS = frozenset(
	{
		"again", "attendee_company", "attendee_email", "attendee_name", "attendee_phone", "choose_start", "clock", "cmd", "company",
		"csrf_token", "date", "duration", "email", "embed", "guests", "idempotency_key", "location", "meeting_type", "month",
		"name", "notes", "parts", "phone", "reason", "reference", "reschedule", "scope", "sid", "slug", "source", "start", "times", "tz",
		"utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "website", "with",
		"zones",
	}
)  # fmt: skip


def lines_of(text: object) -> list[str]:
	"""Return the lines of a field that holds one value a line, trimmed, without empty ones."""
	return [line.strip() for line in cstr(text).splitlines() if line.strip()]


def choices_of(question: Document) -> list[str]:
	"""Return the choices of a Select or Multi Select question. The record has one on each line."""
	return lines_of(question.options)


def is_chosen(question: Document | None, answer: str | None) -> bool:
	"""Return whether the answer has only the host's own words: choices of the question's list, or a tick."""
	if not question or question.question_type not in (*_CHOOSING, "Checkbox"):
		return False
	return question.question_type == "Checkbox" or set(lines_of(answer)) <= set(choices_of(question))


def is_asked(question: Document, answers: Mapping[str, str]) -> bool:
	"""Return whether a question is asked after these answers, by the label of the earlier questions.

	The answer to a Multi Select question has one choice a line.
	"""
	if not question.show_if:
		return True
	given, wanted = lines_of(answers.get(question.show_if)), lines_of(question.show_if_answers)
	return bool(set(given) & set(wanted)) if wanted else bool(given)


def link_key(question: Document) -> str:
	"""Return the key by which a link fills in the answer: the question's own, or "a1" for the first question."""
	return question.prefill_key or f"a{question.idx}"


def check_questions(questions: Sequence[Document]) -> None:
	"""Raise InvalidRequest if a question can't be asked as it is set up."""
	if len(questions) > MAX_QUESTIONS:
		raise InvalidRequest(_("At most {0} questions can be asked.").format(MAX_QUESTIONS))
	for place, question in enumerate(questions):
		if question.question_type in _CHOOSING and not choices_of(question):
			raise InvalidRequest(_("The question “{0}” needs its choices, one a line.").format(question.label))
		_check_key(question, questions)
		if question.is_hidden:
			if not question.prefill_key:
				raise InvalidRequest(
					_("The hidden field “{0}” needs a key: only a link fills it in.").format(question.label)
				)
			question.required, question.show_if, question.show_if_answers = 0, None, None
		_check_condition(question, questions[:place])


def _check_key(question: Document, questions: Sequence[Document]) -> None:
	key = question.prefill_key = (question.prefill_key or "").strip() or None
	if not key:
		return
	if not _KEY.fullmatch(key):
		raise InvalidRequest(_("The key “{0}” must be a word of letters, digits, - and _.").format(key))
	if key.lower() in _TAKEN_KEYS or key.lower().startswith("answer_"):
		raise InvalidRequest(
			_("The key “{0}” means something else in a link already. Please choose another.").format(key)
		)
	if [each.prefill_key for each in questions].count(key) > 1:
		raise InvalidRequest(_("Two questions have the key “{0}”. Please choose another.").format(key))


def _check_condition(question: Document, earlier: Sequence[Document]) -> None:
	question.show_if = (question.show_if or "").strip() or None
	if not question.show_if:
		question.show_if_answers = None
		return
	named = [each for each in earlier if each.label == question.show_if and not each.is_hidden]
	if len(named) != 1:
		raise InvalidRequest(
			_("“{0}” depends on the question “{1}”, which must come before it, once and not hidden.").format(
				question.label, question.show_if
			)
		)
	choices, wanted = choices_of(named[0]), lines_of(question.show_if_answers)
	if named[0].question_type == "Checkbox":
		question.show_if_answers = None
	elif named[0].question_type in _CHOOSING and not set(wanted) <= set(choices):
		raise InvalidRequest(
			_("“{0}” depends on an answer that “{1}” doesn't offer. It offers: {2}.").format(
				question.label, question.show_if, ", ".join(choices)
			)
		)
