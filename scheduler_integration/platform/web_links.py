"""Addresses of web pages in strangers' text.

Messages with such text leave in the site's name. Mail programs turn an address into a link, so a stranger could let the site
advertise a page.
"""

import re
import unicodedata

# "https://x", "www.x", "evil.com" and "evil.com/x". A text such as "Dr.Berg" or "J.R.R. Tolkien" has no known top-level domain.
_COMMON = (
	"com|net|org|info|biz|io|co|me|app|dev|xyz|top|shop|site|online|link|click|club|live|store|tech|website|page|space|"
	"icu|vip|win|bid|loan|men|pro|mobi|name|gov|edu|eu|de|fr|es|it|nl|pl|uk|us|ca|au|ru|cn|in|br|jp|ch|at|be|tk|ml|ga|cf|gq|ly|gl|to|tv|cc|ws"
)
_ADDRESS = re.compile(
	rf"(?:\b[a-z][a-z0-9+.\-]{{1,20}}:/|\bwww\.(?=\w)|\b[\w\-]+\.[a-z]{{2,}}/|\b[\w\-]+(?:\.[\w\-]+)*\.(?:{_COMMON})\b(?![.\-]?\w))\S*",
	re.IGNORECASE,
)
# A word joiner (U+2060) can't be seen, and mail programs and browsers find no address where one is.
_JOINER = "\u2060"


# A dot within a word. Initials, as in "J.R.R. Tolkien", are no address.
_INNER_DOT = re.compile(r"(?<=\w)\.(?=\w\w|\d)")


def has_web_address(text: str) -> bool:
	"""Whether a mail program could find the address of a page in the text."""
	# Without characters that can't be seen, such as a soft hyphen, and with usual characters in place of wide ones.
	shown = "".join(
		each for each in unicodedata.normalize("NFKC", text) if each == _JOINER or unicodedata.category(each) != "Cf"
	)
	return bool(_ADDRESS.search(shown.replace("\u3002", ".")))


def joined(name: str) -> str:
	"""Return a name so that it looks the same, and no mail program makes a link of it, whatever ends domains have."""
	return _INNER_DOT.sub(f".{_JOINER}", name) if "." in name else name


def unlinked(text: str | None) -> str | None:
	"""Return the text so that it looks the same, and no mail program makes a link of an address in it."""
	return _ADDRESS.sub(lambda found: re.sub(r"([.:/])", rf"\1{_JOINER}", found[0]), text) if text else text
