"""Prints data for a script, safely inside an HTML document."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

# `<` could end the script element or open a comment. Old JavaScript parsers end a line at U+2028 and U+2029. Frappe
# replaces `{index}` and `{next}` anywhere in a page.
_ESCAPES = {
	"<": "\\u003c",
	">": "\\u003e",
	"&": "\\u0026",
	"\u2028": "\\u2028",
	"\u2029": "\\u2029",
	"{index}": "\\u007bindex}",
	"{next}": "\\u007bnext}",
}


def script_json(data: Any) -> Markup:
	"""Return `data` as JSON to print inside `<script type="application/json">`. It may contain any strings."""
	text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
	for character, escape in _ESCAPES.items():
		text = text.replace(character, escape)
	return Markup(text)
