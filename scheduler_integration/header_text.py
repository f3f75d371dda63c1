"""Text that goes into a header of a mail, or into any other place that is one line."""

import unicodedata

# Cc: controls; Cs: lone surrogates; Zl, Zp: line separators.
_BREAKING = ("Cc", "Cs", "Zl", "Zp")


def header_text(text: str) -> str:
	"""The text as one line that is read as it is written: "a\\r\\nBcc: b" becomes "a Bcc: b".

	Mail programs decode an encoded word, such as =?utf-8?B?eA==?= (RFC 2047), and so does Python's mail library, which then
	writes whatever was encoded into the header, line breaks too. A space keeps "=?" from beginning one.
	"""
	one_line = "".join(" " if unicodedata.category(char) in _BREAKING else char for char in text)
	return " ".join(one_line.split()).replace("=?", "= ?")
