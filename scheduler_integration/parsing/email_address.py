"""E-mail addresses: which are taken, and which may stand in a header."""

import re

from email_validator import EmailNotValidError, validate_email

_ENCODED_WORD = re.compile(r"=\?.*\?=", re.DOTALL)
# Anything that an address list, a comment or a quoted string is made of would change what the header says.
_PLAIN = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9.\-]+", re.ASCII)


def deliverable(address: str) -> str | None:
	"""The address as mail servers take it, its domain in ASCII; None if it is no address on the public Internet."""
	try:
		checked = validate_email(
			address, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False, strict=True
		)
	except EmailNotValidError:
		return None
	known = checked.ascii_email
	return known if known and "." in checked.ascii_domain and is_header_safe(known) else None


def is_header_safe(address: str) -> bool:
	"""Whether a header can hold the address as it is. Unlike `deliverable` it takes an intranet's jane@mail.local."""
	return bool(_PLAIN.fullmatch(address)) and not has_encoded_word(address)


def has_encoded_word(text: str) -> bool:
	"""Whether a mail program may take a part of the text for an encoded word, such as =?utf-8?B?eA==?= (RFC 2047)."""
	return bool(_ENCODED_WORD.search(text))
