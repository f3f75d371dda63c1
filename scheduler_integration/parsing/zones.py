"""Checks the names of time zones."""

from scheduler_integration import engine
from scheduler_integration.exceptions import UnknownTimeZone


def is_zone(name: object) -> bool:
	"""Return whether `name` is an IANA time zone."""
	try:
		return isinstance(name, str) and bool(engine.zone(name))
	except engine.UnknownTimeZone:
		return False


def checked_zone(name: object) -> str:
	"""Return the name of the IANA zone. Raises UnknownTimeZone: an unknown zone never becomes UTC."""
	if not isinstance(name, str):
		raise UnknownTimeZone
	try:
		return engine.zone(name).key
	except engine.UnknownTimeZone:
		raise UnknownTimeZone from None
