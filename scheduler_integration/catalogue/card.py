"""The card that services show beside a link to a booking page: the page's logo, or the faces of its hosts, on its colour.

It has no sentence. Title and description stand beside it, in the page's words.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from urllib.parse import unquote, urlencode
from zlib import crc32

import frappe
from frappe.utils import get_files_path
from PIL import Image, ImageDraw, ImageFont, ImageOps

from scheduler_integration.catalogue.images import is_public_image
from scheduler_integration.catalogue.pictures import FORMATS, MOST_PIXELS, UNREADABLE
from scheduler_integration.catalogue.public import PublicPage
from scheduler_integration.platform.contrast import DEFAULT_ACCENT, clean_hex, darken_until_legible

# Pixels. Services cut cards of another shape.
SIZE = (1200, 630)
_FACE, _RING, _GAP = 320, 12, 40
_LOGO_SIZE, _MARGIN = (720, 300), 80
_MOST_FACES = 3

# The address of a picture or "", and the letter in its place.
Face = tuple[str, str]


def card_url(page: PublicPage) -> str:
	"""Return the path of the page's card. Services keep a card for weeks, so another one has another address."""
	version = crc32(repr(_parts(page)).encode())
	return f"/api/method/scheduler_integration.api.public.card?{urlencode({'slug': page.slug, 'v': version})}"


def card(page: PublicPage) -> bytes:
	"""Return the card as a JPEG of SIZE."""
	return _drawn(frappe.local.site, *_parts(page))


def _parts(page: PublicPage) -> tuple[str, str, tuple[Face, ...]]:
	faces = tuple((host.image or "", host.name[:1].upper()) for host in page.hosts[:_MOST_FACES])
	return clean_hex(page.brand_color) or DEFAULT_ACCENT, page.logo or "", faces


@lru_cache(maxsize=64)
def _drawn(_site: str, accent: str, logo: str, faces: tuple[Face, ...]) -> bytes:
	colour = darken_until_legible(accent, ("#ffffff",), 4.5)
	canvas, written = Image.new("RGB", SIZE, colour), BytesIO()
	if mark := _opened(logo):
		mark = ImageOps.contain(mark, _LOGO_SIZE)
		panel = Image.new("RGB", (mark.width + _MARGIN, mark.height + _MARGIN), "#ffffff")
		panel.paste(mark, (_MARGIN // 2, _MARGIN // 2), mark)
		canvas.paste(panel, _centred(panel.size))
	else:
		width = len(faces) * (_FACE + _GAP) - _GAP
		left, top = _centred((width, _FACE))
		for number, face in enumerate(faces):
			x = left + number * (_FACE + _GAP)
			canvas.paste("#ffffff", (x - _RING, top - _RING), _disc(_FACE + 2 * _RING))
			canvas.paste(_face(face, colour), (x, top), _disc(_FACE))
	canvas.save(written, "JPEG", quality=88, optimize=True)
	return written.getvalue()


def _centred(size: tuple[int, int]) -> tuple[int, int]:
	return (SIZE[0] - size[0]) // 2, (SIZE[1] - size[1]) // 2


def _disc(side: int) -> Image.Image:
	"""Return a mask that leaves a circle. Drawn four times as large, its edge is smooth."""
	mask = Image.new("L", (side * 4, side * 4))
	ImageDraw.Draw(mask).ellipse((0, 0, side * 4 - 1, side * 4 - 1), fill=255)
	return mask.resize((side, side))


def _face(face: Face, colour: str) -> Image.Image:
	"""Return the photo, or the letter. A letter that Pillow's own font doesn't have becomes a figure."""
	address, letter = face
	if photo := _opened(address):
		return ImageOps.fit(photo, (_FACE, _FACE)).convert("RGB")
	drawn = Image.new("RGB", (_FACE, _FACE), "#ffffff")
	pen, middle = ImageDraw.Draw(drawn), _FACE // 2
	if letter.isascii() and letter.isalnum():
		pen.text((middle, middle), letter, colour, ImageFont.load_default(_FACE // 2), anchor="mm")
	else:
		pen.circle((middle, _FACE * 2 // 5), _FACE // 6, colour)
		pen.circle((middle, _FACE), _FACE * 2 // 5, colour)
	return drawn


def _opened(address: str) -> Image.Image | None:
	"""Return a public file of this site as a picture, or None if there is none that can be read."""
	if not address.startswith("/files/") or not is_public_image(address):
		return None
	path = get_files_path(unquote(address.removeprefix("/files/")))
	try:
		with Image.open(path, formats=FORMATS) as image:
			return image.convert("RGBA") if image.width * image.height <= MOST_PIXELS else None
	except UNREADABLE:
		return None
