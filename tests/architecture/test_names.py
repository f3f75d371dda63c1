"""A channel, a calendar provider and a provider of calls are named in their own files and in their table, and nowhere else."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from scheduler_integration import hooks
from scheduler_integration.calendars.providers.registry import PROVIDERS as CALENDARS
from scheduler_integration.catalogue.video import ANY, WITH_ACCOUNT
from scheduler_integration.catalogue.video import PROVIDERS as CALLS
from scheduler_integration.conferencing.providers import ACCOUNTS
from scheduler_integration.conferencing.providers import PROVIDERS as CLASSES
from scheduler_integration.http.oauth.vendors import VENDORS
from scheduler_integration.notifications.channels import BY_KIND, CHANNELS
from scheduler_integration.payments.providers import PROVIDERS as PAYMENTS

APP = Path(hooks.__file__).parent
PLACES = [*CALLS, ANY, "Phone", "In Person", "Custom"]
CALL_KEYS = {name.lower().replace(" ", "_") for name in CALLS}

# The names, where they may stand, and how their own files begin.
FAMILIES = {
	"channels": ({*CHANNELS, *BY_KIND} - {"email"}, ("notifications/channels/", "public/js/desk/words.js"), ()),
	# The table of calls says with which calendar a call comes.
	"calendars": ({*CALENDARS}, ("calendars/providers/", "catalogue/video.py", "http/oauth/vendors.py"), ()),
	"calls": (
		{*CALLS, *CALL_KEYS, *VENDORS},
		# An event in a calendar may bring a call, which only the calendar's provider can ask for.
		("conferencing/providers/", "catalogue/video.py", "calendars/providers/", "http/oauth/vendors.py"),
		("zoom",),
	),
}
# `bench build` writes into public/dist.
SCRIPTS = {path.relative_to(APP).as_posix(): path for path in APP.rglob("*.js") if "dist" not in path.parts}
MODULES = {path.relative_to(APP).as_posix(): path for path in APP.rglob("*.py")}
PAGES = {path.relative_to(APP).as_posix(): path for path in APP.rglob("*.html")}


def texts_of_module(path: Path) -> set[str]:
	"""Return the texts in the code that are values: no docstrings, and no parts of longer texts."""
	tree = ast.parse(path.read_text(encoding="utf-8"))
	return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def texts_of_script(path: Path) -> set[str]:
	return {
		text for pair in re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'", path.read_text(encoding="utf-8")) for text in pair
	}


def compared_in_page(path: Path) -> set[str]:
	"""Return the texts with which a template compares: it may show a name, but decide nothing by it."""
	return set(re.findall(r"(?:==|!=|in) ?\(?\"([^\"\n]*)\"", path.read_text(encoding="utf-8")))


@cache
def all_texts() -> dict[str, set[str]]:
	return {
		**{path: texts_of_module(file) for path, file in MODULES.items()},
		**{path: texts_of_script(file) for path, file in SCRIPTS.items()},
		**{path: compared_in_page(file) for path, file in PAGES.items()},
	}


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_one_had_to_be_named_in_a_dozen_files(family):
	names, tables, own = FAMILIES[family]
	assert {
		path: found for path, each in all_texts().items() if (found := each & names) and not is_own(path, tables, own)
	} == {}


def is_own(path: str, tables: tuple[str, ...], own: tuple[str, ...]) -> bool:
	return path.startswith(tables) or Path(path).name.startswith(own or ("\0",))


def test_the_tables_of_calls_name_the_same_providers():
	assert set(CLASSES) == set(CALLS)
	assert tuple(ACCOUNTS) == WITH_ACCOUNT
	assert {each.calendar for each in CALLS.values() if each.calendar} <= set(CALENDARS)


@pytest.mark.parametrize(
	("doctype", "field", "names"),
	[
		("Meeting Automation", "channel", list(CHANNELS)),
		("Calendar Connection", "provider", list(CALENDARS)),
		("Video Connection", "provider", list(WITH_ACCOUNT)),
		("Video Meeting", "provider", list(CALLS)),
		("Video Meeting Log", "provider", list(CALLS)),
		("Meeting Type", "location_type", PLACES),
		("Meeting Type Place", "place_type", PLACES),
		("Scheduler Settings", "payment_provider", list(PAYMENTS)),
	],
)
def test_the_forms_offer_what_the_table_has(doctype, field, names):
	assert fields_of(doctype)[field]["options"].strip().split("\n") == names


def fields_of(doctype: str) -> dict[str, dict[str, str]]:
	name = doctype.lower().replace(" ", "_")
	definition = json.loads((APP / f"scheduler_integration/doctype/{name}/{name}.json").read_text(encoding="utf-8"))
	return {each["fieldname"]: each for each in definition["fields"]}


def test_a_meeting_types_form_asks_what_to_do_if_its_call_fails():
	assert names_that_show("Meeting Type", "fallback_details") == {*CALLS, ANY}


def names_that_show(doctype: str, field: str) -> set[str]:
	"""Return the names with which the form shows this field."""
	return set(re.findall(r"'([^']+)'", fields_of(doctype)[field]["depends_on"]))


def test_the_forms_show_what_a_channel_and_a_provider_need():
	shown = {field: names_that_show("Meeting Automation", field) for field in ("text", "recipient")}
	assert shown == {
		"text": {name for name, channel in CHANNELS.items() if channel.needs_text},
		"recipient": {name for name, channel in CHANNELS.items() if channel.has_recipients},
	}
	shown = {field: names_that_show("Calendar Connection", field) for field in ("access_section", "login", "invites")}
	assert shown == {
		"access_section": {name for name, kind in CALENDARS.items() if kind.access != "consent"},
		"login": {name for name, kind in CALENDARS.items() if kind.access == "password"},
		"invites": {name for name, kind in CALENDARS.items() if kind.can_invite},
	}
