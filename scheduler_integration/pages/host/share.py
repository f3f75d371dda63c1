"""What a host needs to share a link: its address, a QR code, and a line for a signature."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import segno


def link_view(title: str, url: str, file: str) -> dict[str, Any]:
	"""Return the view of templates/scheduling/share.html. `file` is the name of the pictures, without extension."""
	return {"title": title, "url": url, "qr": _qr(url), "file": file}


@lru_cache(maxsize=512)
def _qr(address: str) -> dict[str, str]:
	"""Return the address as a QR code, as data URLs of a picture (SVG) and of one for print (PNG)."""
	code = segno.make(address, error="m", micro=False)
	return {"svg": code.svg_data_uri(scale=4, border=2, light="white"), "png": code.png_data_uri(scale=12, border=4)}
