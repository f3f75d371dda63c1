"""Draws QR codes."""

from functools import lru_cache

import segno


@lru_cache(maxsize=512)
def qr_image(address: str) -> str:
	"""Return the QR code of an address as the data URL of a PNG, which wkhtmltopdf and browsers print alike."""
	return segno.make(address, error="m", micro=False).png_data_uri(scale=6, border=2)
