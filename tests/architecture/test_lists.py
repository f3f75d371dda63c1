"""Lists that are kept by hand, in the docs or in several files, are those of the code."""

import json
import re
from pathlib import Path

import pytest
from frappe import scrub

from scheduler_integration import hooks
from scheduler_integration.api import webhooks
from scheduler_integration.availability import reason_text
from scheduler_integration.catalogue.slugs import RESERVED, is_slug
from scheduler_integration.crm import people, records
from scheduler_integration.engine import Reason
from scheduler_integration.entry.commands import ACTIONS
from scheduler_integration.jobs.outbox import HANDLERS
from scheduler_integration.notifications.automations import triggers
from scheduler_integration.pages.routes import ROUTES
from scheduler_integration.platform.optional_apps import OPTIONAL_DOCTYPES

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "scheduler_integration"
# Frappe's own places for files, which are no rooms.
FRAPPES = {"desktop_icon", "fixtures", "workspace_sidebar"}


def text(path):
	return (ROOT / path).read_text("utf-8")


def folders(path):
	return {each.name for each in path.iterdir() if each.is_dir() and each.name[0] not in "._"}


def options(doctype, field):
	name = scrub(doctype)
	fields = json.loads((APP / f"scheduler_integration/doctype/{name}/{name}.json").read_text("utf-8"))["fields"]
	[text] = [each["options"] for each in fields if each["fieldname"] == field]
	return [option for option in text.split("\n") if option]


def test_rooms_were_missing_in_the_readme():
	[part] = re.findall(r"## How it is laid out\n(.*?)\n- beside the app", text("README.md"), re.S)
	[_intro, *rooms] = part.split("\n- ")
	assert set(re.findall(r"`(\w+)/`", " ".join(rooms))) == folders(APP) - FRAPPES


def test_folders_were_missing_in_the_page_on_testing():
	cells = re.findall(r"^\| (`.*?) \|", text("docs/how-to/testing.md"), re.M)
	assert set(re.findall(r"`(\w+)/`", " ".join(cells))) == folders(ROOT / "tests")


@pytest.mark.parametrize(
	("sentence", "names"),
	[
		(r"`kind` is (`email`.*?), `status`", HANDLERS),
		(r"A question's `type` is one of (.*?)\.\n", map(scrub, options("Meeting Type Question", "question_type"))),
		(r"`location_type` is (.*?)\. ", map(scrub, options("Meeting Type", "location_type"))),
		(r"\n(\| `action` \| what it does \|\n.*?)\n\n", ["action", *ACTIONS]),
		(r"Codes of a host: (.*?)\. The outer", Reason),
		(
			r"`scheduler_provider` is (.*?); ",
			map(scrub, options("Consultant Scheduler Settings", "scheduler_provider")),
		),
	],
	ids=["tasks", "questions", "places", "commands", "reasons", "schedulers"],
)
def test_names_were_missing_in_the_api(sentence, names):
	[found] = re.findall(sentence, text("docs/reference/api.md"), re.S)
	if found.startswith("|"):
		found = " ".join(row.split("|")[1] for row in found.split("\n"))
	assert set(re.findall(r"`(\w+)`", found)) == set(names)


def test_a_reason_had_no_sentence():
	assert set(reason_text._TEXTS) == set(Reason)


def test_a_trigger_had_no_states():
	"""Its automations failed when they were due."""
	assert set(triggers._STATES) == set(options("Meeting Automation", "trigger"))


def test_an_external_scheduler_was_missing_where_it_is_chosen():
	offered = options("Consultant Scheduler Settings", "scheduler_provider")
	assert options("Outside Booking", "provider") == [name for name in offered if name != "Native"]
	path = "doctype/consultant_scheduler_settings/consultant_scheduler_settings.js"
	[table] = re.findall(r"const WEBHOOKS = \{(.*?)\}", text(f"scheduler_integration/scheduler_integration/{path}"))
	methods = dict(re.findall(r'(\w+): "(\w+)"', table))
	assert set(methods) == set(options("Outside Booking", "provider"))
	assert all(hasattr(webhooks, method) for method in methods.values())


def test_a_crm_was_missing_in_one_of_its_places():
	"""A button, the search for people or the connections were not there."""
	leads = {kind.doctype for kind in records.KINDS}
	assert leads <= set(OPTIONAL_DOCTYPES)
	assert {kind.doctype for kind in people.KINDS} == {"Contact", *leads}
	assert {*hooks.override_doctype_dashboards} == {"Contact", "User", *leads}
	desk = "public/js/desk/{}.js".format
	assert {name for name, files in hooks.doctype_js.items() if desk("book_for_somebody") in files} == {
		"Contact",
		*leads,
	}
	[buttons] = re.findall(r"for \(const doctype of \[(.*?)\]", (APP / desk("book_for_somebody")).read_text("utf-8"))
	assert set(re.findall(r'"(.*?)"', buttons)) == {"Contact", *leads}
	[named] = re.findall(r"const PERSON_OF = \{(.*?)\};", (APP / desk("mail_times")).read_text("utf-8"), re.S)
	assert set(re.findall(r'^\t"?([\w ]+)"?: ', named, re.M)) == {"Contact", "Customer", *leads}
	[accepted] = re.findall(r"`reference_doctype`, `reference_name`: a (.*?) that", text("docs/reference/api.md"), re.S)
	assert set(re.split(r", | or ", accepted)) == {"Contact", *leads}


def test_a_page_could_have_an_address_that_leads_elsewhere():
	"""`/schedule/pay/<token>` was a page called pay, until payments came."""
	firsts = {route.split("/")[2] for route in ROUTES if route.startswith("/schedule/")}
	assert {first for first in firsts if is_slug(first)} == RESERVED


def test_a_route_led_to_no_page_or_a_page_had_no_route():
	pages = {str(path.relative_to(APP / "pages").with_suffix("")) for path in (APP / "pages").rglob("*.html")}
	assert {*ROUTES.values()} == pages
