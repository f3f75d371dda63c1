"""Slugs: the readable names of pages and meeting types in public addresses."""

import itertools
import re
import unicodedata
from collections.abc import Container

from frappe import _

from scheduler_integration.exceptions import InvalidRequest

MAX_LENGTH = 100
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# `/schedule/manage/<token>` is a manage link and `/schedule/go/<reference>` a tracked one, so no page can have these slugs.
RESERVED = frozenset({"answer", "go", "manage", "pay", "privacy", "unsubscribe", "waitlist", "your-data"})


# Cyrillic and Greek letters, and Latin ones that Unicode doesn't take apart. Titles in other scripts have no slug of their
# own: their sound depends on the language, as that of Chinese characters does.
_LATIN = {
	**dict(zip("абвгдезийклмнопрстуфыэіїґў", "abvgdeziiklmnoprstufyeiigu", strict=True)),
	**dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)),
	**dict(zip("łđıðħ", "ldidh", strict=True)),
	"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya", "є": "ye",
	"θ": "th", "χ": "ch", "ψ": "ps", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "þ": "th",
}  # fmt: skip
_SPELLING = str.maketrans(_LATIN)


def slugify(text: str) -> str:
	"""Return a slug made from a title: "Café & Talk" becomes "cafe-talk", "Встреча" becomes "vstrecha".

	Empty if no letter or digit is left, such as for a title in Chinese.
	"""
	composed = unicodedata.normalize("NFKC", str(text)).lower().translate(_SPELLING)
	# Accents go after the letters of other scripts are spelled: ё is е with an accent.
	spelled = unicodedata.normalize("NFKD", composed).translate(_SPELLING)
	plain = spelled.encode("ascii", "ignore").decode()
	return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:MAX_LENGTH].strip("-")


def first_free(wanted: str, taken: Container[str]) -> str:
	"""Return `wanted`, or the first of "wanted-2", "wanted-3" and so on that isn't taken, cut to MAX_LENGTH."""
	endings = (f"-{number}" for number in itertools.count(2))
	numbered = (wanted[: MAX_LENGTH - len(ending)].rstrip("-") + ending for ending in endings)
	return next(slug for slug in itertools.chain([wanted], numbered) if slug not in taken)


def is_slug(text: object) -> bool:
	"""Return whether the value has the form of a slug. Other values need no query."""
	return isinstance(text, str) and len(text) <= MAX_LENGTH and bool(_SLUG.fullmatch(text))


def checked_slug(text: str) -> str:
	"""Return the text as a slug, trimmed and in lower case. Raises InvalidRequest if it isn't one or is reserved."""
	slug = str(text).strip().lower()
	if not is_slug(slug):
		raise InvalidRequest(
			_("“{0}” can't be part of a link. Use letters, digits and hyphens.").format(text),
			details={"slug": _("Use letters, digits and hyphens.")},
		)
	if slug in RESERVED:
		raise InvalidRequest(
			_("The link “{0}” is used by the scheduler itself. Please choose another.").format(slug),
			details={"slug": _("Please choose another.")},
		)
	return slug
