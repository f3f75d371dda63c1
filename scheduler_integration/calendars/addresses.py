"""The addresses of calendar servers that people type."""

from frappe import _

from scheduler_integration.exceptions import AddressRefused, InvalidRequest
from scheduler_integration.http.addresses import normalised, site_guard


def checked_address(address: str) -> str:
	"""Return the typed address as a URL that may be called. Raises InvalidRequest with a sentence beside the field."""
	try:
		address = normalised(address)
		site_guard().check(address)
		return address
	except AddressRefused as error:
		raise InvalidRequest(details={"address": refused_sentence(error)}) from None


def refused_sentence(error: AddressRefused) -> str:
	"""Return why the address can't be used. A server in the firm's own network can be allowed, which a host can't know."""
	if not error.host:
		return error.message
	inside = _(
		"If the server is in your own network, an administrator can allow it: scheduling_allowed_hosts in site_config.json."
	)
	return f"{error.message} {inside}"
