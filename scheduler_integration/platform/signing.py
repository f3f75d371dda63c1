"""Hashes and signatures that only this site can make: HMAC-SHA256 (RFC 2104) with the site's encryption key."""

import hashlib
import hmac

from frappe.utils.password import get_encryption_key


def keyed_hash(*parts: str) -> str:
	"""Return the hash of the parts, 64 hexadecimal digits. One part says what the hash is for, so that no hash serves twice."""
	return hmac.new(get_encryption_key().encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def signed(payload: str, purpose: str, digits: int = 64) -> str:
	"""Return the payload with its signature: `<payload>.<64 hexadecimal digits>`. A text message has room for fewer digits."""
	return f"{payload}.{keyed_hash(payload, purpose)[:digits]}"


def payload_of(token: str, purpose: str, digits: int = 64) -> str | None:
	"""Return the payload of a token that `signed` has made for this purpose with these digits, or None if it is forged."""
	payload, _dot, signature = token.rpartition(".")
	# Compared as bytes, because `compare_digest` takes no text beyond ASCII.
	is_ours = hmac.compare_digest(signature.encode(), keyed_hash(payload, purpose)[:digits].encode())
	return payload if is_ours else None
