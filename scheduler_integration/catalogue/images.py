"""Checks the addresses of images on pages."""

from urllib.parse import unquote

# Public uploads, and files of apps. With another path, such as /api/method/logout, the visitor's browser would call a
# method of this site with the visitor's cookies.
_FOLDERS = ("/files/", "/assets/")


def is_public_image(address: object) -> bool:
	"""Return whether this is the address of a public file of this site.

	Browsers read a backslash as a slash, drop tabs and line breaks, and go up one folder at `..` or `%2e%2e`. So
	addresses with any of these are refused.
	"""
	if not isinstance(address, str) or not address.startswith(_FOLDERS) or not address.isprintable():
		return False
	path = unquote(address).partition("?")[0]
	return "\\" not in path and ".." not in path and "//" not in path
