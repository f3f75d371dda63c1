"""Makes text safe for a mail header, or for any other place that takes one line."""

import unicodedata


def is_control(char: str) -> bool:
	"""Return whether this is a control character, a line break, or a lone surrogate, which no database can store."""
	# Cc: controls; Cs: lone surrogates; Zl, Zp: line separators.
	return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def header_text(text: str) -> str:
	"""Return the text as one line that mail programs show as it is: "a\\r\\nBcc: b" becomes "a Bcc: b".

	"=?" becomes "= ?", so that no encoded word can begin (RFC 2047), such as =?utf-8?B?eA==?=. Python's mail library
	would decode it and write the result into the header, even with line breaks.
	"""
	one_line = "".join(" " if is_control(char) else char for char in text)
	return " ".join(one_line.split()).replace("=?", "= ?")
