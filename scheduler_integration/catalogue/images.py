"""Images that pages may show."""

from urllib.parse import unquote

# Public uploads, and what apps bring. Another path would be asked with the reader's cookies: /api/method/logout, say.
_FOLDERS = ("/files/", "/assets/")


def is_public_image(address: object) -> bool:
	"""Whether this is the address of a public file of this site.

	Browsers read a backslash as a slash, leave tabs and line breaks out, and take `..` and `%2e%2e` for a step up.
	"""
	if not isinstance(address, str) or not address.startswith(_FOLDERS) or not address.isprintable():
		return False
	path = unquote(address).partition("?")[0]
	return "\\" not in path and ".." not in path and "//" not in path
