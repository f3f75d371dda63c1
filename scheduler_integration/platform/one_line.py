"""Makes text safe for a mail header, for any other place that takes one line, and for calendars that programs read."""

import re
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


def quoted(text: str, most: int = 500) -> str:
	"""Return what a stranger typed as a quotation, so that people and programs tell it from our own words.

	Each line begins with "> ". The rest is as in `visible`.
	"""
	return "\n".join(f"> {line}" for line in visible(text, most).splitlines())


def visible(text: str, most: int = 500) -> str:
	"""Return what a stranger typed without characters that nobody sees, except the joiners that some scripts and emoji need.

	An instruction to an assistant could be hidden in them. A longer text is cut to `most` characters.
	"""
	seen = _SEVERAL.sub(r"\1", "".join(char for char in text if char == "\n" or not _is_invisible(char))).strip()
	return seen if len(seen) <= most else seen[: most - 1].rstrip() + "…"


# U+FE0F makes an emoji of "❤", and may have a joiner after it. A longer row of them could carry bits.
_JOINERS = "\u200c\u200d\ufe0f"
_SEVERAL = re.compile(rf"(\ufe0f[\u200c\u200d]?|[\u200c\u200d])[{_JOINERS}]*")
# Letters and marks without a width (Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt), and empty Braille.
_BLANK = re.compile(
	"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0e\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def _is_invisible(char: str) -> bool:
	# Cf: format characters.
	return char not in _JOINERS and bool(is_control(char) or unicodedata.category(char) == "Cf" or _BLANK.match(char))
