"""Checks the colours of the branding fields."""

import re

from frappe import _

from scheduler_integration.exceptions import InvalidRequest

_HEX = re.compile(r"#[0-9a-f]{6}")
_SHORT = re.compile(r"#[0-9a-f]{3}")


def checked_color(text: str | None) -> str | None:
	"""Return the colour as `#rrggbb`: "#3BD" becomes "#33bbdd". Returns None for empty text.

	Raises InvalidRequest for any other text, because style sheets contain the stored colour as it is.
	"""
	color = str(text or "").strip().lower()
	if _SHORT.fullmatch(color):
		color = "#" + "".join(digit * 2 for digit in color[1:])
	if color and not _HEX.fullmatch(color):
		raise InvalidRequest(_("“{0}” is not a colour. Write it as #3b5bdb.").format(text))
	return color or None
