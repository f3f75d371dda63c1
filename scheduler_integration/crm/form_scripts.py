"""The buttons on leads and deals in Frappe CRM's own pages: a CRM Form Script for each of the two DocTypes.

One text for every version of Frappe CRM: `setupForm`, and nowhere the word for a class, by which newer versions know another
kind of script. What an administrator changed in the record stays, so who doesn't want the buttons unticks *Enabled*.
"""

import frappe

_DOCTYPES = ("CRM Lead", "CRM Deal")
_SCRIPT = """function setupForm({ doc }) {
	const open = (page) => {
		const person = new URLSearchParams({ doctype: "DOCTYPE", record: doc.name });
		window.open(`/scheduling/${page}?${person}`, "_blank");
	};
	return {
		actions: [
			{ label: __("Book a meeting"), onClick: () => open("book") },
			{ label: __("Times for an e-mail"), onClick: () => open("times") },
		],
	};
}
"""


def ensure_form_scripts() -> None:
	"""Make the scripts that are missing, if the site has Frappe CRM. Doesn't commit."""
	if not frappe.db.exists("DocType", "CRM Form Script"):
		return
	for doctype in _DOCTYPES:
		if not frappe.db.exists("CRM Form Script", _name(doctype)):
			script = {"dt": doctype, "view": "Form", "enabled": 1, "script": _SCRIPT.replace("DOCTYPE", doctype)}
			# Installation and migration act for the site, not for a user whose permissions could apply.
			frappe.get_doc({"doctype": "CRM Form Script", "name": _name(doctype), **script}).insert(
				ignore_permissions=True
			)


def remove_form_scripts() -> None:
	"""Remove the scripts, before the app is uninstalled. Doesn't commit."""
	if frappe.db.exists("DocType", "CRM Form Script"):
		for doctype in _DOCTYPES:
			frappe.delete_doc("CRM Form Script", _name(doctype), ignore_missing=True, force=True)


def _name(doctype: str) -> str:
	return f"Scheduling: {doctype}"
