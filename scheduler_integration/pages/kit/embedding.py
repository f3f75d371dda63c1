"""Pages in a frame of another website. `public/js/embed.js` opens them with `?embed=1`, or `?embed=0b7285` for a colour.

A frame of another website gets no cookies, so each address that stays in it has the argument (`stay`). Links without it open
outside of the frame (`public/js/embedded.js`).
"""

from __future__ import annotations

import frappe
from frappe import _
from markupsafe import Markup

from scheduler_integration.entry.headers import embedding_hosts
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.platform.contrast import clean_hex


def embedded() -> str | None:
	"""Return the argument of this request: `1`, or a colour of six hexadecimal digits. None if the page isn't in a frame."""
	asked = frappe.form_dict.get("embed")
	return "1" if asked == "1" else (clean_hex(asked) or "").removeprefix("#") or None


def stay(address: str) -> str:
	"""Return an address of a guest's page. If this page is in a frame, that page is too."""
	asked = embedded()
	if not asked:
		return address
	path, hash_sign, part = address.partition("#")
	return f"{path}{'&' if '?' in path else '?'}embed={asked}{hash_sign}{part}"


def colour() -> str | None:
	"""Return the colour that the other website wants for the page, or None."""
	asked = embedded()
	return None if asked in (None, "1") else f"#{asked}"


def for_frame(script: str | None) -> Markup | None:
	"""Return what js/embedded.js reads, which starts the page's own `script`. None if the page isn't in a frame.

	`hosts` are the websites that may embed the page, and `close` names the button with which they close it.
	"""
	if not embedded():
		return None
	return script_json({"hosts": embedding_hosts(), "script": script, "close": _("Close")})
