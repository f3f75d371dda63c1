"""Cleans the rich text of reports.

Frappe cleans rich text when a form is saved, but keeps style sheets and a few other tags, and a program may store text
without a form. A report goes to clients, so only the tags that an editor writes are kept.
"""

import bleach
from markupsafe import Markup

_TAGS = frozenset(
	(
		"a", "abbr", "b", "blockquote", "br", "code", "col", "colgroup", "div", "em", "h2", "h3", "h4", "h5", "hr",
		"i", "img", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
		"tfoot", "th", "thead", "tr", "u", "ul",
	)
)  # fmt: skip
_ATTRIBUTES = {
	"a": ["href", "title"],
	"abbr": ["title"],
	"img": ["src", "alt", "title", "width", "height"],
	"li": ["data-list"],
	"ol": ["start"],
	"td": ["colspan", "rowspan"],
	"th": ["colspan", "rowspan", "scope"],
}
_PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})


def clean(html: str | None) -> Markup:
	"""Return the rich text with harmless tags and attributes only."""
	return Markup(bleach.clean(html or "", tags=_TAGS, attributes=_ATTRIBUTES, protocols=_PROTOCOLS, strip=True))
