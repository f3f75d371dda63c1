"""Checks whether the app accepts an e-mail address, and whether an address is safe in a mail header."""

import re

from email_validator import EmailNotValidError, validate_email

_ENCODED_WORD = re.compile(r"=\?.*\?=", re.DOTALL)
# Characters of address lists, comments and quoted strings are missing here. They would change the meaning of a header.
_PLAIN = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9.\-]+", re.ASCII)


def deliverable(address: str) -> str | None:
	"""Return the address with its domain in ASCII, or None if it can't be an address on the public Internet.

	No mail server is asked.
	"""
	try:
		checked = validate_email(
			address, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False, strict=True
		)
	except EmailNotValidError:
		return None
	ascii = checked.ascii_email
	return ascii if ascii and "." in checked.ascii_domain and is_header_safe(ascii) else None


def is_header_safe(address: str) -> bool:
	"""Return whether the address is safe in a mail header. jane@mail.local is safe, although it isn't `deliverable`."""
	return bool(_PLAIN.fullmatch(address)) and not has_encoded_word(address)


def has_encoded_word(text: str) -> bool:
	"""Return whether the text may contain an encoded word, which mail programs decode: =?utf-8?B?eA==?= (RFC 2047)."""
	return bool(_ENCODED_WORD.search(text))
