"""Text that could do harm: images that send requests, formulas, titles that turn out empty, endless answers."""

import frappe
import pytest

from scheduler_integration.catalogue.images import is_public_image
from scheduler_integration.external.payloads.payload import words
from scheduler_integration.parsing.text import Refused, prose
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.formulas import may_be_formula
from tests.pages.offer import make_offer, path_of, wish_for
from tests.pages.reading import read
from tests.support import door
from tests.support.factories import page_of

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"

NO_IMAGES = [
	"/api/method/logout",
	"/?cmd=logout",
	"/\\evil.example/x.png",
	"/files/..\\..\\api/method/logout",
	"/files/../api/method/logout",
	"/files/%2e%2e/api/method/logout",
	"/files/%2E./api/method/logout",
	"/files/.\t./api/method/logout",
	"/files/%5c%5cevil.example/x.png",
	"/files//evil.example/x.png",
	"//evil.example/x.png",
	"https://evil.example/x.png",
	"/private/files/x.png",
	"/assets/../api/method/logout",
	"javascript:alert(1)",
	"data:image/svg+xml,<svg/>",
	"files/x.png",
	" /files/x.png",
	"",
	None,
	7,
]


@pytest.mark.parametrize("address", NO_IMAGES)
def test_an_image_is_a_public_file_of_this_site(address):
	assert not is_public_image(address)


@pytest.mark.parametrize(
	"address", ["/files/jane.png", "/files/jane%20doe.png?fid=1", "/assets/frappe/images/ui/a.png"]
)
def test_public_files_are_images(address):
	assert is_public_image(address)


@pytest.mark.long
def test_a_logo_that_would_sign_the_reader_out_is_refused_and_never_asked_for(client):
	offer = make_offer()
	page = page_of(offer)
	page.logo = "/api/method/logout"
	with pytest.raises(frappe.ValidationError, match="public file"):
		page.save()
	host = page.user
	for address in filter(None, (each for each in NO_IMAGES if isinstance(each, str))):
		frappe.db.set_value("Scheduling Page", page.name, "logo", address)
		frappe.db.set_value("User", host, "user_image", address)
		frappe.clear_document_cache("Scheduling Page", page.name)
		frappe.db.commit()
		frappe.clear_cache()
		for path in (path_of(offer), path_of(offer).rpartition("/")[0]):
			html = read(client.get(path).text)
			assert not html.all("img"), address
			assert not [each for each in html.all("meta", property="og:image") if address in each["content"]], address


@pytest.fixture
def wish():
	return wish_for(make_offer())


FORMULAS = [
	"=cmd|' /C calc'!A0",
	"=1+1",
	"+cmd|' /C calc'!A0",
	"-2+3+cmd|' /C calc'!A0",
	"@SUM(A1:A9)",
	'+WEBSERVICE("https://evil.example")',
	'  =HYPERLINK("https://evil.example","x")',
	"- IMPORTXML(1)",
	# These were stored: a space before the bracket, another alphabet, wide and invisible characters, bare sums.
	'+HYPERLINK ("https://evil.example","x")',
	"@SUM (A1:A9)",
	"-ГИПЕРССЫЛКА(A1)",
	"＝1+1",
	"＋HYPERLINK（A1）",
	"﹦1+1",
	"\u200b=1+1",
	"\ufeff=1+1",
	"\u2060@SUM(A1)",
	'"=1+1"',
	"'=1+1",
	"+A1&B1",
	"-2+3",
	"+$A$1:B2",
	"+'https://evil.example/[a.xlsx]b'!A1",
	"- milk\n- HYPERLINK (A1)",
]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("field", ["attendee_name", "attendee_company", "notes", "source", "utm_term"])
def test_a_spreadsheet_formula_is_refused(client, wish, field, text):
	answer = client.call(f"{PUBLIC}.book", **{**wish, field: text})
	assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


@pytest.mark.parametrize(
	"notes",
	[
		"- milk\n- honey, two jars",
		"@ada, see you",
		"+49 (0)30 1234",
		"+49-30-1234",
		"-5 °C outside",
		"a = b",
		'"Hello" (A1)',
		"👩‍💻 = me",
	],
)
def test_what_only_looks_like_one_is_taken(wish, notes):
	assert door.book({**wish, "notes": notes}, now()).notes == notes


def test_telephone_numbers_begin_with_a_plus(wish):
	assert door.book({**wish, "attendee_phone": "+49(0)30 1234"}, now()).attendee.phone == "+49(0)30 1234"


@pytest.mark.parametrize("pattern", ["{{ company }}", " {{company}} {{ notes }} ", "{{ company }}\n"])
def test_a_title_of_which_nothing_is_left_is_the_default_one(client, pattern):
	answer = client.call(f"{PUBLIC}.book", **wish_for(make_offer(event_title=pattern)))
	assert answer.status_code == 201
	frappe.db.rollback()
	subject = frappe.db.get_value("Booking", answer.json()["data"]["id"], "subject")
	assert subject == "Intro call: Ada Lovelace and Jane Doe"


def test_answers_to_other_questions_are_refused_as_a_whole(client, wish):
	answers = {f"question{each}": "x" * 20 for each in range(50_000)}
	answer = client.call(f"{PUBLIC}.book", **{**wish, "answers": answers})
	assert (answer.status_code, list(answer.json()["details"])) == (400, ["answers"])
	assert len(answer.content) < 1000


@pytest.mark.parametrize("text", [*FORMULAS, "＝＋1", "\u200b＝ada"])
def test_text_from_an_external_scheduler_loses_what_makes_it_a_formula(text):
	assert not may_be_formula(words(text))


def test_honest_names_from_an_external_scheduler_stay():
	assert words(" Ada - the first (Lovelace) ") == "Ada - the first (Lovelace)"


@pytest.mark.parametrize("text", ["=1+1", "＝HYPERLINK(A1)", "@SUM (A1)"])
def test_a_hosts_description_is_no_formula_either(text):
	with pytest.raises(Refused):
		prose(text)
	assert prose("- one (short)\n- two") == "- one (short)\n- two"


@pytest.mark.parametrize("field", ["attendee_name", "attendee_company", "notes"])
def test_a_character_turned_the_rest_of_a_subject_around(client, wish, field):
	answer = client.call(f"{PUBLIC}.book", **{**wish, field: "Eve \u202ekrow ta\u2066!"})
	assert answer.status_code == 201, answer.text
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", answer.json()["data"]["id"], field) == "Eve krow ta!"
