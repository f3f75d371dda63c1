"""Text of one direction inside a sentence of the other: a telephone number in an Arabic page would be shown backwards."""

from typing import Any

from markupsafe import Markup, escape

_ISOLATED = Markup('<bdi dir="ltr">{}</bdi>')


def left_to_right(text: str) -> Markup:
	"""Return a telephone number, an address or a code as HTML that keeps its own direction (HTML, the `bdi` element)."""
	return _ISOLATED.format(text)


def sentence(text: str, *values: Any) -> Markup:
	"""Return a translated sentence as HTML, with its `{0}`, `{1}` filled in. Values of `left_to_right` stay HTML."""
	return escape(text).format(*values)


def plain(text: str) -> str:
	"""Return what people read of a text that may be HTML from `sentence`."""
	return str(escape(text).striptags())
