"""The addresses of calendar servers that people type."""

from scheduler_integration.exceptions import AddressRefused, InvalidRequest
from scheduler_integration.http.addresses import normalised, site_guard


def checked_address(address: str) -> str:
	"""Return the typed address as a URL that may be called. Raises InvalidRequest with a sentence beside the field."""
	try:
		address = normalised(address)
		site_guard().check(address)
		return address
	except AddressRefused as error:
		raise InvalidRequest(details={"address": error.message}) from None
