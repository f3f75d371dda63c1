"""Time zone names, as people and programs send them."""

from scheduler_integration import engine
from scheduler_integration.exceptions import UnknownTimeZone


def is_zone(name: object) -> bool:
	"""Whether `name` is an IANA time zone."""
	try:
		return isinstance(name, str) and bool(engine.zone(name))
	except engine.UnknownTimeZone:
		return False


def checked_zone(name: object) -> str:
	"""The IANA name. Raises UnknownTimeZone: an unknown zone is never taken for UTC."""
	if not isinstance(name, str):
		raise UnknownTimeZone
	try:
		return engine.zone(name).key
	except engine.UnknownTimeZone:
		raise UnknownTimeZone from None
