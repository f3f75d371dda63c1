"""Keeps secrets out of logs and error texts."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

HIDDEN = "***"
_URL = re.compile(r"(?:https?|webcals?)://[^\s\"'<>]+", re.IGNORECASE)
_CREDENTIAL = re.compile(
	r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"
	r"|(?:access_token|refresh_token|client_secret|password|code|code_verifier|assertion|sig|token)[\"']?\s*[=:]\s*[\"']?[^\s&\"',}]+"
)


def masked(text: str, secrets: Iterable[str] = ()) -> str:
	"""Return the text without secrets: addresses keep scheme and host only, and tokens become `***`.

	The path of a feed's address is its password, so no path is kept.
	"""
	for secret in secrets:
		if secret:
			text = text.replace(secret, HIDDEN)
	return _CREDENTIAL.sub(HIDDEN, _URL.sub(lambda found: masked_url(found[0]), text))


def masked_url(url: str) -> str:
	"""Return `https://host/...` of an address."""
	try:
		parts = urlsplit(url)
		return f"{parts.scheme}://{parts.hostname}/{HIDDEN}"
	except ValueError:
		return HIDDEN
