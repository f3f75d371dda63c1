"""The app's translations are well-formed, complete, and have no unused strings."""

import ast
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from frappe import _
from frappe.translate import print_language

from scheduler_integration.platform.language import by_category, counted, plural_categories, spoken

APP = Path(__file__).resolve().parents[2] / "scheduler_integration"
LANGUAGES = ("de", "es", "fr")
# Texts for visitors are in these too; `pt` is Brazilian Portuguese. A language is whole as soon as it has a file.
FOR_VISITORS = ("ar", "hi", "id", "it", "ja", "nl", "pl", "pt", "tr")
BEGUN = tuple(language for language in FOR_VISITORS if (APP / "translations" / f"{language}.csv").exists())
ALL = [*LANGUAGES, *BEGUN]

# The files with sentences that visitors can read: people who book, their guests, people on a waitlist, strangers and
# readers of client reports. A file that hosts read too is here as a whole; a sentence too many costs little.
VISITORS = (
	# Pages, and what their scripts show
	"pages/answer.", "pages/booking/", "pages/guest_page.py", "pages/kit/", "pages/listing.", "pages/manage.",
	"pages/pay.", "pages/waiting/", "pages/words.py", "pages/your_data.", "pages/client_report.", "pages/go.py", "pages/privacy.",
	"pages/unsubscribe.", "templates/reports/",
	*(f"templates/scheduling/{name}.html" for name in (
		"about", "base", "details", "fields", "macros", "month", "series", "state", "times", "wait_fields", "zone",
	)),
	"templates/scheduling/words.txt",
	# E-mails, text messages, push messages and calendar entries
	*(f"templates/emails/{name}" for name in (
		"_attendee", "attendee_", "_facts", "_guest", "guest_", "_layout", "_waitlist", "waitlist_",
	)),
	*(f"notifications/{name}.py" for name in (
		"amounts", "channels/sms", "channels/webhook", "code_mail", "entry", "invitation", "series_words", "variables",
	)),
	"calendars/mirror/desired.py", "mailed_times/write.py", "replies/texts.py",
	# Refusals, and why something can't be done
	"exceptions.py", "api/public.py", "api/tracking.py", "availability/slots.py", "trust/addresses.py",
	*(f"bookings/commands/{name}.py" for name in (
		"answer", "book", "cancel", "details", "hold", "pay", "reschedule",
	)),
	*(f"entry/{name}.py" for name in ("admission", "waitlist", "your_data")),
	*(f"parsing/{name}.py" for name in (
		"answers", "booking_request", "device", "fields", "instants", "reschedule_request", "series", "text",
	)),
	# Words and facts of a meeting, of its type, of a waitlist, and of what is kept about people
	*(f"catalogue/{name}.py" for name in (
		"durations", "lookup", "places", "price", "repeats", "type_templates", "video",
	)),
	*(f"meetings/{name}.py" for name in ("lookup", "release", "rescheduling", "titles", "transitions")),
	*(f"waitlist/{name}.py" for name in ("commands", "message_words", "requests", "words")),
	"client_reports/", "platform/", "privacy/",
)  # fmt: skip
# The phases of a client's finances are translated by their names (catalogue/phases.py).
VISITORS_CONTEXTS = {"Phase", "Meeting Type"}
PHASES_OF = "scheduler_integration/doctype/meeting_type_phase/meeting_type_phase.json"
TEMPLATES = ("templates/**/*.html", "templates/**/*.txt", "pages/**/*.html")
# The JSON files whose texts Frappe translates in the desk: DocTypes, the workspace with its sidebar and icon, roles.
DESK = ("scheduler_integration/**/*.json", "workspace_sidebar/*.json", "desktop_icon/*.json")
# Frappe itself translates these words. A row of ours would change them in the whole desk.
FRAPPES_OWN = {
	"Email", "Email Template", "Recipient", "SMS", "Webhook",
	# Labels and options of Frappe's own DocTypes, and weekdays
	"Account", "Action", "Active", "Address", "Build", "Calendar", "Cancelled",
	"Completed", "Contact", "Create", "Currency", "Custom", "Date", "Default", "Delete", "Description", "Details",
	"DocType", "Done", "Draft", "Event", "Failed", "Form", "Friday", "From", "Home", "Location",
	"Long Text", "Messages", "Monday", "Name", "New", "Number", "OK", "Off", "Pending", "Personal",
	"Preview", "Priority", "Provider", "Repeat", "Report", "Reports", "Round Robin",
	"Rules", "Saturday", "Scheduled", "Select", "Sending", "Sent", "Setup", "Slug", "Source", "State", "Status",
	"Subject", "Success", "Summary", "Sunday", "System", "Text", "Thursday", "Title", "To", "Tuesday", "Type",
	"Update", "User", "Wednesday",
}  # fmt: skip

# One word per person: somebody who booked isn't called a participant in one sentence and a guest in the next.
OTHER_WORDS = {
	"de": {r"\battendee": "Teilnehm", r"\bhosts?\b": "Gastgeber", r"\bvisitor": "Gast|Gäst"},
	"fr": {r"\battendee": "participant", r"\bvisitor": "invité"},
	"es": {r"\battendee": "asistente", r"\bvisitor": "invitado"},
}

_FUNCTIONS = {"_", "_lt", "for_later"}
_IN_TEMPLATE = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_IN_SCRIPT = re.compile(r"""\b__\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
# The titles of the automations that the app ships: the names of their Email Templates, without this beginning.
_SHIPPED = re.compile(r'"Scheduler: ([^"]+)"')
_PLACEHOLDER = re.compile(r"{\d*}")


@pytest.mark.parametrize("language", ALL)
def test_a_row_is_a_source_and_its_translation(language):
	"""A third cell is the context. The row is for this use of the word, and others aren't changed."""
	assert [row for row in rows(language) if len(row) not in (2, 3) or not all(cell.strip() for cell in row)] == []


@pytest.mark.parametrize("language", ALL)
def test_a_source_is_translated_once(language):
	counts = Counter((row[0], *row[2:]) for row in rows(language))
	assert [source for source, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", ALL)
def test_the_placeholders_of_source_and_translation_agree(language):
	"""The last of several forms is for most numbers. The others may say the number in words, or not at all."""
	for row in rows(language):
		*others, last = row[1].split(" | ")
		assert placeholders(last) == placeholders(row[0].rpartition(" | ")[2]), row
		assert set().union(*map(placeholders, others)) <= placeholders(row[0]), row
		assert all(placeholders(row[0].partition(" | ")[0]) <= placeholders(other) for other in others), row


@pytest.mark.parametrize("language", ALL)
def test_a_count_has_a_form_for_each_of_cldrs_categories(language):
	"""Polish had one form for 2 seats and for 5 seats."""
	number = len(plural_categories(language))
	forms = {row[0]: row[1].count(" | ") + 1 for row in rows(language)}
	assert {source for source, count in forms.items() if count != (number if " | " in source else 1)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_had_another_name_in_each_sentence(language):
	"""An attendee is a Gast, invité or invitado, a visitor a Besucher, visiteur or visitante, a host an Ansprechperson."""
	for source, word in OTHER_WORDS[language].items():
		named = [row for row in rows(language) if re.search(source, row[0], re.I)]
		assert [row for row in named if re.search(word, row[1], re.I)] == []


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_is_still_in_the_code(language):
	# Frappe's desk shows and translates the names of roles.
	known = set().union(*said().values(), ["Scheduling Manager", "Scheduling User"])
	assert [row[0] for row in rows(language) if row[0] not in known] == []


@pytest.mark.parametrize("language", BEGUN)
def test_a_page_for_visitors_was_half_in_english(language):
	"""Hosts' sentences aren't there: a host would read a page in two languages."""
	wanted = {(row[0], *row[2:]) for row in visitors_rows()}
	translated = {(row[0], *row[2:]) for row in rows(language)}
	assert (sorted(wanted - translated), sorted(translated - wanted)) == ([], [])


@pytest.mark.parametrize("language", ALL)
def test_a_reminder_asks_for_words_that_the_site_reads(language):
	asked = {row[0]: row[1] for row in rows(language)}
	assert "CANCEL" in asked["Reply CANCEL to cancel."]
	assert {"1", "9"} <= set(asked["Reply 1 to confirm, 9 to cancel."])
	assert "1" in asked["Reply 1 to confirm."]


@pytest.mark.parametrize("language", ALL)
def test_frappe_finds_a_language_and_its_regions(language):
	sentence = "Your meeting with {0} is confirmed."
	[own] = [row[1] for row in rows(language) if row[0] == sentence]
	assert {_(sentence, code) for code in (language, f"{language}-BR", f"{language}-XX")} == {own}
	assert spoken(f"{language}-BR") == f"{language}-BR"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_some_rooms_stayed_english(language):
	translated = {row[0] for row in rows(language)}
	missing = {path: strings - FRAPPES_OWN - translated for path, strings in said().items()}
	assert {path: strings for path, strings in missing.items() if strings} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phase_was_a_verb_in_the_forms_that_ask_for_it(language):
	"""Frappe translates the options of a field with the field's DocType as the context."""
	own = {row[2] for row in rows(language) if row[0] == "Build"}
	asking = {path.stem for path in APP.glob("scheduler_integration/doctype/*/*.json") if _asks_for_phase(path)}
	assert {scrubbed(each) for each in own} >= asking


def _asks_for_phase(path: Path) -> bool:
	fields = json.loads(path.read_text(encoding="utf-8")).get("fields", ())
	return any("Build" in field.get("options", "").split("\n") for field in fields)


def scrubbed(doctype: str) -> str:
	return doctype.lower().replace(" ", "_")


def test_a_count_has_the_form_of_its_number():
	text = "1 miejsce | {0} miejsca | {0} miejsc"
	with print_language("pl"):
		assert by_category(text) == {"one": "1 miejsce", "few": "{0} miejsca", "many": "{0} miejsc"}
		shown = [counted(text, count).format(count) for count in (1, 2, 5, 22)]
	assert shown == ["1 miejsce", "2 miejsca", "5 miejsc", "22 miejsca"]
	with print_language("fr"):
		# CLDR has a category of its own for 1,000,000.
		assert counted("une fois | {0} fois", 1_000_000) == "{0} fois"


def test_frappes_own_words_are_left_to_frappe():
	"""If the app didn't use one of these words, or translated it, the list above would be wrong."""
	translated = {row[0] for language in LANGUAGES for row in rows(language) if len(row) == 2}
	assert FRAPPES_OWN - set().union(*said().values()) == set()
	assert FRAPPES_OWN & translated == set()


def test_the_extraction_reads_code_templates_scripts_and_the_desks_files():
	assert "That time was just taken. Please choose another." in said()["exceptions.py"]
	assert {"Time zone", "Time zones"} <= said()["templates/scheduling/zone.html"]
	assert "Your links" in said()["pages/host/agenda.html"]
	assert "Reassign" in said()["scheduler_integration/doctype/booking/booking.js"]
	booking = said()["scheduler_integration/doctype/booking/booking.json"]
	assert {"Booking", "Attendee name", "No Show", "Never shown to the attendee"} <= booking
	assert "Idempotency key" not in booking  # a hidden field
	workspace = said()["scheduler_integration/workspace/scheduling/scheduling.json"]
	assert {"Scheduling", "Bookings", "{} Scheduled"} <= workspace
	assert "Your meetings" in said()["workspace_sidebar/scheduling.json"]


def test_a_new_place_of_visitors_sentences_is_in_the_table():
	"""If a file gets another name, its sentences would be missing in nine languages."""
	assert [path for path in VISITORS if not any(known.startswith(path) for known in said())] == []
	assert {
		"Your meeting with {0} is confirmed.",
		"Build",
		"Choose a time",
		"Phone call",
		"1 seat left | {0} seats left",
	} <= visitors()
	assert visitors() & {"Reassign", "The meeting with {0} is confirmed.", "Needs your answer"} == set()


@lru_cache
def rows(language: str) -> list[list[str]]:
	with (APP / "translations" / f"{language}.csv").open(encoding="utf-8", newline="") as file:
		return list(csv.reader(file, strict=True))


def placeholders(text: str) -> set[str]:
	"""Return the placeholders as a set, because a translation may repeat one."""
	return set(_PLACEHOLDER.findall(text))


@lru_cache
def said() -> dict[str, set[str]]:
	"""Return the strings that each file of the app passes to `_`, and each script to `__`, by the file's path."""
	found = {path: set(in_code(path)) for path in APP.glob("**/*.py")}
	found |= {path: set(in_template(path)) for pattern in TEMPLATES for path in APP.glob(pattern)}
	found |= {path: set(in_script(path)) for path in APP.glob("**/*.js") if "dist" not in path.parts}
	found |= {APP / "notifications" / "automations": of_automations()}
	found |= {path: set(in_desk_file(path)) for pattern in DESK for path in APP.glob(pattern)}
	return {path.relative_to(APP).as_posix(): strings for path, strings in found.items()}


def visitors() -> set[str]:
	"""Return the sentences that visitors can read."""
	phases = json.loads((APP / PHASES_OF).read_text(encoding="utf-8"))["fields"][0]["options"].split("\n")
	return set(phases).union(*(strings for path, strings in said().items() if path.startswith(VISITORS)))


def visitors_rows() -> list[list[str]]:
	"""Return the German rows of those sentences, for the uses that visitors see."""
	known = visitors()
	return [row for row in rows("de") if row[0] in known and set(row[2:]) <= VISITORS_CONTEXTS]


def of_automations() -> set[str]:
	files = (APP / "notifications" / name for name in ("templates.py", "defaults.py"))
	return {title for path in files for title in _SHIPPED.findall(path.read_text(encoding="utf-8"))}


def in_code(path: Path) -> Iterator[str]:
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if not isinstance(node, ast.Call) or not node.args:
			continue
		name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
		first = node.args[0]
		if name in _FUNCTIONS and isinstance(first, ast.Constant) and isinstance(first.value, str):
			yield first.value


def in_template(path: Path) -> Iterator[str]:
	for match in _IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
		yield ast.literal_eval(match[1])


def in_script(path: Path) -> Iterator[str]:
	for match in _IN_SCRIPT.finditer(path.read_text(encoding="utf-8")):
		yield ast.literal_eval(match[1])


def in_desk_file(path: Path) -> Iterator[str]:
	content = json.loads(path.read_text(encoding="utf-8"))
	for document in content if isinstance(content, list) else [content]:
		yield from filter(None, in_document(document))


def in_document(document: dict) -> Iterator[str | None]:
	"""The texts that people read of a DocType, Workspace, Workspace Sidebar, Desktop Icon or Role; None where a text is missing."""
	yield from (document.get("name"), document.get("label"), document.get("title"), document.get("description"))
	for field in document.get("fields", ()):
		if not field.get("hidden"):
			yield from in_field(field)
	for state in document.get("states", ()):
		yield state["title"]
	for table in ("items", "links", "shortcuts"):
		for row in document.get(table, ()):
			yield from (row.get("label"), row.get("format"))


def in_field(field: dict) -> Iterator[str | None]:
	yield from (field.get("label"), field.get("description"), field.get("placeholder"))
	if field["fieldtype"] == "Select":
		yield from field.get("options", "").split("\n")
