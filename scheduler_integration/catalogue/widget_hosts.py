"""The hosts whose widgets an admin allows in reports, beside the providers' own."""

from urllib.parse import urlsplit

import frappe
from frappe.utils import get_url


def widget_hosts() -> frozenset[str]:
	"""Return the host names of Scheduler Settings, in lower case.

	The site itself is never included: a widget from this site could leave its sandbox.
	"""
	names = (frappe.get_cached_doc("Scheduler Settings").widget_hosts or "").lower().split()
	return frozenset(names) - {urlsplit(get_url()).hostname}
