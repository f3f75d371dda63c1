"""Records of ERPNext's and HRMS's DocTypes: the real DocTypes if the site has them, look-alikes otherwise.

A look-alike has the fields that the app reads, and no rules.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import frappe
from frappe.model.document import Document

from scheduler_integration.platform.optional_apps import sync_custom_fields
from tests.support.factories import fresh

RIGHTS = ("read", "write", "create", "delete")
Definitions = Mapping[str, dict[str, Any]]


def field(name: str, kind: str, options: str | None = None, **properties: Any) -> dict[str, Any]:
	label = name.replace("_", " ").title()
	return {"fieldname": name, "fieldtype": kind, "label": label, "options": options, **properties}


ERPNEXT: Definitions = {
	"Lead": {
		"autoname": "hash",
		"allow_events_in_timeline": 1,
		"fields": [
			field("lead_name", "Data"),
			field("email_id", "Data", "Email"),
			field("lead_owner", "Link", "User"),
		],
	},
	"Opportunity": {
		"autoname": "hash",
		"allow_events_in_timeline": 1,
		"fields": [
			field("opportunity_from", "Link", "DocType"),
			field("party_name", "Dynamic Link", "opportunity_from"),
			field("contact_email", "Data", "Email"),
			field("opportunity_owner", "Link", "User"),
		],
	},
	"Customer": {
		"autoname": "hash",
		"allow_events_in_timeline": 1,
		"fields": [field("customer_name", "Data", reqd=1)],
	},
}


HOLIDAYS: Definitions = {
	"Holiday": {
		"istable": 1,
		"fields": [
			field("holiday_date", "Date", reqd=1),
			field("weekly_off", "Check"),
			field("description", "Text Editor"),
		],
	},
	"Holiday List": {
		"autoname": "field:holiday_list_name",
		"fields": [
			field("holiday_list_name", "Data", reqd=1, unique=1),
			field("from_date", "Date", reqd=1),
			field("to_date", "Date", reqd=1),
			field("holidays", "Table", "Holiday"),
		],
	},
}


@contextmanager
def standing_in(definitions: Definitions) -> Iterator[None]:
	"""Create look-alikes of missing DocTypes, and drop them afterwards. Commits: DDL commits on MariaDB anyway."""
	frappe.db.rollback()
	frappe.set_user("Administrator")
	missing = {name: definition for name, definition in definitions.items() if not is_real(name)}
	make(missing)
	yield
	frappe.db.rollback()
	frappe.set_user("Administrator")
	drop(missing)


def is_real(doctype: str) -> bool:
	"""Return whether the site has the other app's own DocType."""
	return bool(frappe.db.exists("DocType", {"name": doctype, "custom": 0}))


def of_leave() -> int:
	"""Return how many more statements a request takes on a site with HRMS: those about employees and their leave."""
	return 2 if is_real("Leave Application") else 0


def make(definitions: Definitions) -> None:
	"""Create the DocTypes in their order: a DocType comes after those that it links to."""
	drop(definitions)
	for name, definition in definitions.items():
		managers = [{"role": "System Manager", **dict.fromkeys(RIGHTS, 1)}]
		permissions = [] if definition.get("istable") else managers
		doctype = {"doctype": "DocType", "name": name, "module": "Core", "custom": 1, "permissions": permissions}
		frappe.get_doc({**doctype, **definition}).insert()
	sync_custom_fields()
	frappe.db.commit()


def drop(definitions: Definitions) -> None:
	for name in reversed([*definitions]):
		if frappe.db.exists("DocType", {"name": name, "custom": 1}):
			frappe.delete_doc("DocType", name, force=True)
	sync_custom_fields()
	frappe.db.commit()


def insert(doctype: str, **values: Any) -> Document:
	"""Create a record. A real DocType also gets the fields that it requires, unless `values` has them."""
	asked = ASKED_FOR[doctype]() if doctype in ASKED_FOR and is_real(doctype) else {}
	# ERPNext empties the site's whole cache for each company and employee, which takes longer than everything else.
	with patch.object(frappe, "clear_cache"):
		return frappe.get_doc({"doctype": doctype, **asked, **values}).insert()


def submit(record: Document, docstatus: int) -> None:
	"""Bring a draft to this docstatus with the real DocType's rules. For a look-alike, only set the column."""
	if not is_real(record.doctype):
		record.db_set("docstatus", docstatus)
		return
	if docstatus:
		record.submit()
	if docstatus == 2:
		record.cancel()


def holidays(
	*days: str,
	weekly_off: int = 0,
	description: str = "<div>Founders' Day</div>",
	since: str = "2026-01-01",
	until: str = "2026-12-31",
) -> str:
	"""Create a holiday list with these days, and return its name."""
	rows = [{"holiday_date": day, "weekly_off": weekly_off, "description": description} for day in days]
	made = {"holiday_list_name": fresh("days"), "from_date": since, "to_date": until, "holidays": rows}
	return insert("Holiday List", **made).name


def _ensure(doctype: str, name: str, **values: Any) -> str:
	"""Create a record that ERPNext's setup wizard makes, if the wizard was never run on this site. Returns its name."""
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, "name": name, **values}).insert(set_name=name, ignore_mandatory=True)
	return name


def _company() -> dict[str, Any]:
	_ensure("Warehouse Type", "Transit")
	_ensure("Department", "All Departments", department_name="All Departments", is_group=1)
	# The tests need no accounts, and a chart of accounts takes seconds to create.
	frappe.flags.ignore_chart_of_accounts = True
	return {"abbr": fresh("c"), "default_currency": "EUR", "country": "Germany"}


def _employee() -> dict[str, Any]:
	return {
		"first_name": "Jane",
		"gender": _ensure("Gender", "Female", gender="Female"),
		"date_of_birth": "1990-01-01",
		"date_of_joining": "2020-01-01",
		"relieving_date": "2026-02-27",
		"company": _company_with_holiday_list(),
	}


def _company_with_holiday_list() -> str:
	"""Create a company with an empty holiday list: without any list, HRMS grants no leave to its employees."""
	company = first_company()
	if not frappe.db.get_value("Company", company, "default_holiday_list"):
		year = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
		empty = insert("Holiday List", holiday_list_name=fresh("days"), **year)
		frappe.db.set_value("Company", company, "default_holiday_list", empty.name)
	return company


def _leave_application() -> dict[str, Any]:
	"""Return fields of leave without pay, which needs no allocation. Holidays count, so that leave may fall on one."""
	kind = {"leave_type_name": fresh("leave"), "is_lwp": 1, "include_holiday": 1}
	return {"leave_type": frappe.get_doc({"doctype": "Leave Type", **kind}).insert().name}


def _lead() -> dict[str, Any]:
	# ERPNext has a setting that allows two leads with one address.
	frappe.db.set_single_value("CRM Settings", "allow_lead_duplication_based_on_emails", 1)
	_opportunity()  # A test may turn the lead into one, with ERPNext's own function.
	return {}


def _opportunity() -> dict[str, Any]:
	"""Return fields of an opportunity. ERPNext finds or creates the lead with the opportunity's address."""
	_ensure("Sales Stage", "Prospecting", stage_name="Prospecting")
	_ensure("Opportunity Type", "Sales")
	return {"company": first_company()}


def _customer() -> dict[str, Any]:
	group = _ensure("Customer Group", "Commercial", customer_group_name="Commercial")
	territory = _ensure("Territory", "Rest Of The World", territory_name="Rest Of The World")
	return {"customer_type": "Company", "customer_group": group, "territory": territory}


def first_company() -> str:
	"""Return the site's first company, or a new one if the setup wizard was never run."""
	companies = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)
	return companies[0] if companies else insert("Company", company_name=fresh("Firm")).name


ASKED_FOR: Mapping[str, Callable[[], dict[str, Any]]] = {
	"Company": _company,
	"Employee": _employee,
	"Leave Application": _leave_application,
	"Lead": _lead,
	"Opportunity": _opportunity,
	"Customer": _customer,
}
