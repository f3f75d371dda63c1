"""Checks text that attendees type.

The text appears in e-mails, invitations and desk lists. Markup and control characters could do harm there, and so could
text that a mail program decodes or a spreadsheet runs. They are refused with a sentence beside the field. If they were
removed silently, the attendee wouldn't notice. Only in notes and answers, where people quote code, markup is allowed: it
is stored so that nothing takes it for markup (`without_effect`), not even the desk, which doesn't escape these fields.
"""

import re
import unicodedata

from frappe import _

from scheduler_integration.parsing.email_address import deliverable, has_encoded_word
from scheduler_integration.platform.formulas import is_formula
from scheduler_integration.platform.one_line import is_control
from scheduler_integration.platform.web_links import has_web_address, joined

SHORT = 140
LONG = 2000

# Fillers of Hangul and the empty cell of Braille: letters and symbols to Unicode, nothing to the eye.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_TAG = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
# The word joiner, which nobody sees. HTML has no element whose name begins with it.
_JOINER = "\u2060"
# Characters that turn the text around them. Only what closes them turns it back, and people type them to deceive.
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{3,30}(?:\s*(?:x|ext\.?)\s*[0-9]{1,6})?", re.IGNORECASE)


class Refused(Exception):
	"""A value is refused. The message is the sentence that is shown beside its field."""


def line(value: object, longest: int = SHORT) -> str:
	"""Return one line of text, trimmed; empty for None. Raises Refused if it is longer than `longest` or unsafe."""
	text = _text(value, longest)
	if any(is_control(char) for char in text):
		raise Refused(_("This must be one line of text."))
	if has_encoded_word(text):
		raise Refused(_("Please leave out “=?”: mail programs would misread it."))
	return text


def paragraph(value: object, longest: int = LONG) -> str:
	"""Return text of any number of lines, trimmed; empty for None. Line breaks become "\\n".

	Raises Refused if it is longer than `longest` or unsafe. Markup has no effect afterwards.
	"""
	text = _text(without_effect(value), longest).replace("\r\n", "\n").replace("\r", "\n")
	if any(is_control(char) for char in text.replace("\n", "").replace("\t", "")):
		raise Refused(_("This contains characters that can't be shown."))
	return text


def without_effect(value: object) -> object:
	"""Return a text in which no program finds markup, and which looks the same: "<b>" has a word joiner after "<"."""
	return _TAG.sub(f"<{_JOINER}", value) if isinstance(value, str) else value


def as_typed(text: str) -> str:
	"""Return a text from `without_effect` as it was typed, to be typed again."""
	return text.replace(f"<{_JOINER}", "<")


def prose(value: object, longest: int = LONG) -> str:
	"""Return text that a host writes for visitors, as `paragraph` does. But lines may begin with "- ", as in a list.

	`paragraph` refuses some of these lines, because a spreadsheet could read them as a formula.
	"""
	text = _plain(value, longest).replace("\r\n", "\n").replace("\r", "\n")
	if not text.startswith("-"):
		_refuse_formula(text)
	if any(is_control(char) for char in text.replace("\n", "").replace("\t", "")):
		raise Refused(_("This contains characters that can't be shown."))
	return text


def label(value: object, longest: int = SHORT) -> str:
	"""Return one line that a host writes for visitors, such as a name. It can't be a formula, because people export lists.

	Unlike in `line`, "=?" is allowed, because the text is never put into a header.
	"""
	text = _text(value, longest)
	if any(is_control(char) for char in text):
		raise Refused(_("This must be one line of text."))
	return text


def person_name(value: object) -> str:
	"""Return a person's name; empty for None. Raises Refused for a name that Frappe can't give to a Contact."""
	# Frappe uses the text as the Contact's name, and adds a number if that name exists. Both must fit into 140 characters.
	name = line(value, 120)
	if "<" in name or ">" in name or name.lower().startswith("new contact"):
		raise Refused(_("This is not a name."))
	if has_web_address(name):
		raise Refused(_("Please leave out addresses of web pages."))
	# "invoice.zip", "x.ai" and "192.0.2.1" are addresses too, and nobody has a list of all of them.
	return joined(name)


def email(value: object) -> str:
	"""Return an e-mail address as `deliverable` returns it; empty for None. Raises Refused if it isn't one."""
	address = line(value)
	deliverable_address = deliverable(address) if address else ""
	if deliverable_address is None:
		raise Refused(_("This is not an e-mail address. Enter one like name@example.com."))
	return deliverable_address


def phone(value: object) -> str:
	"""Return a telephone number as it was typed; empty for None. Raises Refused if it isn't one."""
	number = line(value, 40)
	if number and not is_phone(number):
		raise Refused(_("Enter a phone number, for example +49 30 1234567."))
	return number


def is_phone(text: str) -> bool:
	"""Whether a text is a telephone number and nothing else."""
	return bool(_PHONE.fullmatch(text))


def whole_number(value: object) -> int:
	"""Return a whole number of at most nine digits, from an int or from text. Raises Refused for anything else."""
	if isinstance(value, bool) or not isinstance(value, int | str):
		raise Refused(_("This is not a whole number."))
	text = str(value).strip() if isinstance(value, str) or abs(value) < 10**9 else ""
	if not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
		raise Refused(_("This is not a whole number."))
	return int(text)


def _text(value: object, longest: int) -> str:
	text = _plain(value, longest)
	_refuse_formula(text)
	return visible(text).translate(_TURNING)


def visible(value: object) -> str:
	"""Return a text unchanged. Raises Refused if it has no character that is more than space."""
	text = str(value or "")
	# Marks, joiners and blank letters leave nothing to see, alone or together.
	if text and all(unicodedata.category(each)[0] in "CZM" or each in _BLANK_LETTERS for each in text):
		raise Refused(_("Nobody could see this text. Use letters or digits."))
	return text


def _refuse_formula(text: str) -> None:
	if is_formula(text) and not is_phone(text):
		raise Refused(_("Please begin with a letter or a digit: a spreadsheet would take this for a formula."))


def _plain(value: object, longest: int) -> str:
	if value is None:
		return ""
	if not isinstance(value, str):
		raise Refused(_("This must be text."))
	text = value.strip()
	if len(text) > longest:
		raise Refused(_("This is too long: at most {0} characters.").format(longest))
	if _TAG.search(text):
		raise Refused(_("Please leave out HTML."))
	return text
