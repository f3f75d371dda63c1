"""The look of messages: the booking page's colour, logo and organization, the host's face, and the reading direction."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.images import is_public_image
from scheduler_integration.catalogue.public import Brand
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.contrast import (
	DEFAULT_ACCENT,
	clean_hex,
	darken_until_legible,
	lighten_until_legible,
)
from scheduler_integration.platform.site_address import site_url

# The card and the text on a button, on a light and on a dark screen. templates/emails/_layout.html has the same colours.
_LIGHT, _DARK = ("#ffffff",), ("#1b1d23", "#0d0f13")
_LEGIBLE = 4.5
# More faces beside each other don't fit on a phone.
_MOST_FACES = 3


def look_of(booking: Document, reader: Reader) -> dict[str, Any]:
	"""Return the variables of the layout for a message about the booking. Images are addresses of this site, or None."""
	return look_on(booking.scheduling_page, hosts_of(booking), reader)


def look_on(page_name: str, hosts: Sequence[Reader], reader: Reader) -> dict[str, Any]:
	"""Return the same for a message from these hosts of a Scheduling Page."""
	page = frappe.get_cached_doc("Scheduling Page", page_name)
	images = [_image(frappe.get_cached_value("User", host.user, "user_image")) for host in hosts[:_MOST_FACES]]
	photos = [photo for photo in images if photo]
	return {
		**plain_look(reader, Brand(page.brand_color, page.logo)),
		"sender_name": reader.listed([host.name for host in hosts]),
		"organization": page.organization or None,
		"photo_url": photos[0] if photos else None,
		"photo_urls": photos,
	}


def plain_look(reader: Reader, brand: Brand | None = None) -> dict[str, Any]:
	"""Return the same for a message about no booking in particular, such as the morning digest."""
	accent = clean_hex(brand.color if brand else None) or DEFAULT_ACCENT
	return {
		"language": str(reader.locale).replace("_", "-"),
		"direction": reader.locale.text_direction,
		"sender_name": None,
		"organization": None,
		"logo_url": _image(brand.logo) if brand else None,
		"photo_url": None,
		"photo_urls": [],
		"accent_color": darken_until_legible(accent, _LIGHT, _LEGIBLE),
		"dark_accent_color": lighten_until_legible(accent, _DARK, _LEGIBLE),
	}


def _image(address: str | None) -> str | None:
	return site_url(quote(address, safe="/%?=&")) if address and is_public_image(address) else None
