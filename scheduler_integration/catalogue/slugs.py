"""The readable end of a public address."""

import re
import unicodedata

from frappe import _

from scheduler_integration.exceptions import InvalidRequest

MAX_LENGTH = 100
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# `/schedule/manage/<token>` is an address of the app's own.
RESERVED = frozenset({"manage"})


def slugify(text: str) -> str:
	"""A slug made from a title: ASCII letters, digits and single hyphens. Empty where nothing of it is left."""
	plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode()
	return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:MAX_LENGTH].strip("-")


def is_slug(text: object) -> bool:
	"""Whether the value could be a slug at all; what isn't need not be looked up."""
	return isinstance(text, str) and len(text) <= MAX_LENGTH and bool(_SLUG.fullmatch(text))


def checked_slug(text: str) -> str:
	"""The slug in its one spelling. Raises InvalidRequest where it can't be one."""
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
