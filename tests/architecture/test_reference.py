"""The reference pages list what the code declares: codes of errors, settings, records."""

import ast
import json
import re

import frappe

from scheduler_integration import exceptions
from scheduler_integration.engine import Reason
from scheduler_integration.entry.commands import ACTIONS
from scheduler_integration.insights.export import TABLES
from scheduler_integration.insights.sheets import FORMATS
from scheduler_integration.insights.visits import STEPS
from scheduler_integration.jobs.outbox import HANDLERS
from scheduler_integration.notifications.subscriptions import EVENTS
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


def methods():
	"""Return the methods of api/ as (module, name), each with its verbs."""
	found = {}
	for path in (APP / "api").glob("*.py"):
		for function in ast.parse(path.read_text(encoding="utf-8")).body:
			for call in getattr(function, "decorator_list", ()):
				if isinstance(call, ast.Call) and ast.unparse(call.func) == "door":
					found[path.stem, function.name] = {ast.literal_eval(verb) for verb in call.args}
	return found


def test_a_method_was_missing_in_the_reference():
	sections = dict(re.findall(r"^## `(\w+)`(.*?)(?=^## |\Z)", API, re.MULTILINE | re.DOTALL))
	sections["waiting_devices"] = sections["public"]
	missing = [
		f"{module}.{name}"
		for module, name in methods()
		if not re.search(rf"`(?:{module}\.)?{name}[`(]", sections.get(module, ""))
	]
	assert missing == []


def test_a_heading_named_a_method_that_is_gone_or_another_verb():
	declared, wrong = methods(), []
	for module, section in re.findall(r"^## `(\w+)`(.*?)(?=^## |\Z)", API, re.MULTILINE | re.DOTALL):
		for heading in re.findall(r"^### (`\w.*)$", section, re.MULTILINE):
			verbs, named = set(), []
			# From the last one: several methods before one pair of brackets have its verbs.
			for call, brackets in reversed(re.findall(r"`([\w.]+)\(.*?\)`(?: \(([^)]*)\))?", heading)):
				verbs = set(re.findall(r"\b[A-Z]+\b", brackets)) or verbs
				named.append((*([module, *call.split(".")][-2:]), verbs))
			wrong += [f"{room}.{name}" for room, name, those in named if declared.get((room, name)) != those]
	assert wrong == []


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


def section(module, heading=""):
	"""Return the text of a module in the API's reference, or of one of its methods."""
	text = re.search(rf"^## `{module}`(.*?)(?=^## |\Z)", API, re.MULTILINE | re.DOTALL)[1]
	return re.search(rf"^### `{heading}\((.*?)(?=^###? |\Z)", text, re.MULTILINE | re.DOTALL)[1] if heading else text


def listed(text, before, after="."):
	"""Return the codes in a sentence, from the words `before` on, without those in brackets."""
	sentence = re.search(re.escape(before) + r"(.*?)" + re.escape(after), text, re.DOTALL)[1]
	return set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", sentence)))


def options(doctype, fieldname):
	"""Return the options of a Select as the API writes them, such as `in_person`."""
	[field] = [each for each in doctypes()[doctype]["fields"] if each["fieldname"] == fieldname]
	return {frappe.scrub(each) for each in field["options"].split("\n") if each}


def test_an_action_of_hosts_was_missing_or_gone():
	rows = re.findall(r"^\| (`.*?) \|", section("bookings", "update"), re.MULTILINE)
	assert {action for row in rows for action in re.findall(r"`(\w+)`", row)} - {"action"} == {*ACTIONS}


def test_a_list_of_the_reference_differed_from_its_field():
	bookings, types, outbox = section("bookings", "list"), section("meeting_types"), section("outbox")
	assert listed(bookings, "separated by commas:", "\n-") == options("Booking", "status")
	assert listed(types, "`location_type` is", ". The") == options("Meeting Type", "location_type")
	kinds = options("Meeting Type Question", "question_type")
	assert listed(section("public", "get_page"), "A question's `type` is one of") == kinds
	assert {each.lower() for each in listed(outbox, "`status` is", "(")} == options("Outbox Task", "status")


def test_a_list_of_the_reference_differed_from_its_table():
	insights = section("analytics", "export")
	assert listed(insights, "A table as a file:") == {*TABLES}
	assert listed(insights, "`format` is") == {*FORMATS}
	assert listed(section("outbox"), "`kind` is", ", `status`") == {*HANDLERS}
	explained = section("availability", "explain")
	assert listed(explained, "Codes of a host:") == {each.value for each in Reason}
	assert listed(section("hooks", "subscribe"), "a list of") == {*EVENTS}
	assert set(re.findall(r"`(\w+)`", section("analytics", "track").split("\n\n")[1])) >= {*STEPS} - {
		"form_completed",
		"booked",
	}
