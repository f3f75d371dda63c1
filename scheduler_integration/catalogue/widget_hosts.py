"""The hosts whose widgets an admin allows in reports, beside the providers' own."""

import frappe

from scheduler_integration.platform.site_address import site_host


def widget_hosts() -> frozenset[str]:
	"""Return the host names of Scheduler Settings, in lower case.

	The site itself is never included: a widget from this site could leave its sandbox.
	"""
	names = (frappe.get_cached_doc("Scheduler Settings").widget_hosts or "").lower().split()
	return frozenset(names) - {site_host()}
