"""What a guest may type into a field.

Everything typed ends up in e-mails, invitations and desk lists. Markup and control characters have no business there:
they are refused with a sentence beside the field, rather than changed behind the guest's back. So is what a mail program
or a spreadsheet would read as something else than text.
"""

import re
import unicodedata

from frappe import _

from scheduler_integration.parsing.email_address import deliverable, has_encoded_word

SHORT = 140
LONG = 2000

_TAG = re.compile(r"<[a-z/!?]", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{3,30}(?:\s*(?:x|ext\.?)\s*[0-9]{1,6})?", re.IGNORECASE)
# What a spreadsheet takes for a formula that does something: =A1, +WEBSERVICE("…"), -2+3+cmd|' /C calc'!A0.
_FORMULA = re.compile(r"\s*(=|[+\-@].*([A-Za-z][\w.]*\(|\|.*!))", re.DOTALL)


class Refused(Exception):
	"""A value can't be taken; the message is the sentence shown beside its field."""


def line(value: object, longest: int = SHORT) -> str:
	"""One line of text, trimmed; empty for none. Raises Refused."""
	text = _text(value, longest)
	if any(_is_control(char) for char in text):
		raise Refused(_("This must be one line of text."))
	if has_encoded_word(text):
		raise Refused(_("Please leave out “=?”: mail programs read something else there."))
	return text


def paragraph(value: object, longest: int = LONG) -> str:
	"""Text that may have several lines; empty for none. Raises Refused."""
	text = _text(value, longest).replace("\r\n", "\n").replace("\r", "\n")
	if any(_is_control(char) for char in text.replace("\n", "").replace("\t", "")):
		raise Refused(_("This contains characters that can't be shown."))
	return text


def person_name(value: object) -> str:
	"""A person's name; empty for none. Raises Refused for what Frappe can't name a Contact with."""
	# Frappe names the Contact so, and adds a number where two have one name: 140 characters in all.
	name = line(value, 120)
	if "<" in name or ">" in name or name.lower().startswith("new contact"):
		raise Refused(_("This is not a name."))
	return name


def email(value: object) -> str:
	"""An e-mail address; empty for none. Raises Refused."""
	address = line(value)
	known = deliverable(address) if address else ""
	if known is None:
		raise Refused(_("This is not an e-mail address. Enter one like name@example.com."))
	return known


def phone(value: object) -> str:
	"""A telephone number as people write it; empty for none. Raises Refused."""
	number = line(value, 40)
	if number and not _PHONE.fullmatch(number):
		raise Refused(_("This is not a telephone number."))
	return number


def whole_number(value: object) -> int:
	"""A whole number, given as one or as its digits. Raises Refused."""
	if isinstance(value, bool) or not isinstance(value, int | str):
		raise Refused(_("This is not a whole number."))
	text = str(value).strip() if isinstance(value, str) or abs(value) < 10**9 else ""
	if not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
		raise Refused(_("This is not a whole number."))
	return int(text)


def _text(value: object, longest: int) -> str:
	if value is None:
		return ""
	if not isinstance(value, str):
		raise Refused(_("This must be text."))
	text = value.strip()
	if len(text) > longest:
		raise Refused(_("This is too long: at most {0} characters.").format(longest))
	if _TAG.search(text):
		raise Refused(_("Please leave out HTML."))
	if _FORMULA.match(text):
		raise Refused(_("Please begin with a letter or a digit: a spreadsheet would take this for a formula."))
	return text


def _is_control(char: str) -> bool:
	# Cc: controls; Cs: lone surrogates, which no database stores; Zl, Zp: line separators.
	return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
