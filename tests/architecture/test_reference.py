"""The reference pages list what the code declares: codes of errors, settings, records."""

import json
import re

from scheduler_integration import exceptions
from tests.architecture.test_layers import APP, ROOT

API = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
# Bases, and errors of pages and of the desk, which no method returns.
NOT_FOR_CALLERS = {
	"BOOKINGS_OUTSIDE", "PAYMENTS_UNDER_WAY", "PAYMENT_OVER", "SCHEDULING_ERROR", "SOME_NOT_UNDONE", "SOME_REFUSED", "TOO_LATE_TO_UNDO",
}  # fmt: skip


def doctypes():
	"""Return the declarations of the app's DocTypes by their names."""
	files = (APP / "scheduler_integration/doctype").glob("*/*.json")
	return {each["name"]: each for each in (json.loads(path.read_text(encoding="utf-8")) for path in files)}


def codes_for_callers():
	"""Return the codes with their statuses, without those about other systems, which methods tell by a field or an address."""
	kinds = [
		each
		for each in vars(exceptions).values()
		if isinstance(each, type) and issubclass(each, exceptions.SchedulingError)
	]
	shown = [kind for kind in kinds if not issubclass(kind, exceptions.OutsideError) or kind.code in API]
	return {(str(kind.http_status_code), kind.code) for kind in shown if kind.code not in NOT_FOR_CALLERS}


def test_a_code_that_callers_get_was_missing():
	rows = re.findall(r"^\| (\d{3}) \| (.*) \|$", API, re.MULTILINE)
	listed = {(status, code) for status, codes in rows for code in re.findall(r"`([A-Z][A-Z_]+)`", codes)}
	assert listed == codes_for_callers()


def test_every_setting_is_explained():
	table = SETTINGS.split("\n## ")[0]
	explained = {
		name for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in (row, *re.split(r", ?", row))
	}
	section, missing = "", []
	fields = {each["fieldname"]: each for each in doctypes()["Scheduler Settings"]["fields"]}
	for field in (fields[name] for name in doctypes()["Scheduler Settings"]["field_order"]):
		if field["fieldtype"].endswith("Break"):
			section = field.get("label") or section
		elif (
			field["fieldtype"] != "HTML"
			and not {field["label"].removesuffix(", whole site"), section, section.split(",")[0]} & explained
		):
			missing.append(field["label"])
	assert missing == []


def test_every_record_says_who_may_change_it():
	table = SETTINGS.split("## Records and who may change them")[1]
	named = {name for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in re.split(r", ?", row)}
	records = {name for name, doctype in doctypes().items() if not doctype.get("istable")}
	assert records <= named
