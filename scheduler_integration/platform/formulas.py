"""Recognises text that a spreadsheet would run as a formula, also if invisible or wide characters hide its beginning."""

import re
import unicodedata

# Spreadsheets take a cell that begins with one of these for a formula (OWASP, CSV injection).
_STARTS = ("=", "+", "-", "@")
# Some programs drop these before they look at the first character. An Excel file can't hold control characters, and Frappe
# leaves them out.
_DROPPED = "".join(map(chr, range(0x21))) + "\"'\x7f\ufffe\uffff"

_OPERAND = r"(?:\$?[A-Za-z]{1,3}\$?\d+|\d+(?:[.,]\d+)?|\"[^\"]*\")"
_CALCULATES = (
	re.compile(r"[^\W\d_][\w.]*\s*\("),  # +WEBSERVICE("…"), @SUM (A1:A9), in any language
	re.compile(r"\|.*!", re.DOTALL),  # -2+3+cmd|' /C calc'!A0
	re.compile(r"!\$?[A-Za-z]{1,3}\$?\d"),  # +'https://evil.example/[a.xlsx]b'!A1
	re.compile(r"\A[-+@\s]*\$?[A-Za-z]{1,3}\$?\d+\s*%?\Z"),  # @A1, -A1
	re.compile(rf"\A[-+@\s]*{_OPERAND}(?:\s*[-+*/^&=<>:;%]+\s*{_OPERAND})+\s*%?\Z"),  # +A1&B1, -2+3
)


def may_be_formula(text: str) -> bool:
	"""Return whether a spreadsheet could take the text for a formula: by its first character."""
	return _bare(text).startswith(_STARTS)


def is_formula(text: str) -> bool:
	"""Return whether a spreadsheet would calculate something. "- milk", "@ada" and "+49 30 1234" aren't formulas."""
	bare = _bare(text)
	return bare.startswith("=") or (bare.startswith(_STARTS) and any(each.search(bare) for each in _CALCULATES))


def without_formula_start(text: str) -> str:
	"""Return the text without the characters that would make it a formula."""
	while text and (not _bare(text[0]) or may_be_formula(text[0])):
		text = text[1:]
	return text


def _bare(text: str) -> str:
	"""Return the text with wide characters as usual ones (NFKC), without invisible ones (Cf) and what programs drop."""
	seen = (each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
	return "".join(seen).lstrip(_DROPPED)
