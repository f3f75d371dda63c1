"""Slugs: the readable names of pages and meeting types in public addresses."""

import re
import unicodedata

from frappe import _

from scheduler_integration.exceptions import InvalidRequest

MAX_LENGTH = 100
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# `/schedule/manage/<token>` is a manage link and `/schedule/go/<reference>` a tracked one, so no page can have these slugs.
RESERVED = frozenset({"go", "manage"})


def slugify(text: str) -> str:
	"""Return a slug made from a title: "Café & Talk" becomes "cafe-talk". Empty if no letter or digit is left."""
	plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode()
	return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:MAX_LENGTH].strip("-")


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
