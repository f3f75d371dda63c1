"""Data for a script, safe inside an HTML document."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

# `<` could end the script element or open a comment; U+2028 and U+2029 end lines in old parsers; Frappe replaces the
# two words in braces wherever it finds them in a page.
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
	"""`data` as JSON to print between `<script type="application/json">` and its end, whatever strings it holds."""
	text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
	for character, escape in _ESCAPES.items():
		text = text.replace(character, escape)
	return Markup(text)
