"""Shares a page or a meeting type: its address, a QR code, a line for a signature, and links to the pages for the rest."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import segno
from frappe.model.document import Document

from scheduler_integration.domains.links import page_url
from scheduler_integration.pages.host.house import SHARE, with_arguments


def link_view(page: Document, doc: Document | None = None, *, is_open: bool = False) -> dict[str, Any]:
	"""Return the view of templates/scheduling/share.html of a page, or of the meeting type `doc` on it. `is_open` shows the codes."""
	shared = doc or page
	url = page_url(page.slug, doc.slug if doc else None)
	return {
		"title": shared.title,
		"url": url,
		"meeting": f"{page.slug}/{doc.slug}" if doc else page.slug,
		"type": doc.name if doc else None,
		"codes_url": f"{with_arguments(SHARE, {'page': page.name, 'link': shared.name})}#codes",
		"qr": _qr(url) if is_open else None,
	}


@lru_cache(maxsize=512)
def _qr(address: str) -> dict[str, str]:
	"""Return the address as a QR code, as data URLs of a picture (SVG) and of one for print (PNG)."""
	code = segno.make(address, error="m", micro=False)
	return {"svg": code.svg_data_uri(scale=4, border=2, light="white"), "png": code.png_data_uri(scale=12, border=4)}
