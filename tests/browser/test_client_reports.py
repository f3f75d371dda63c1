"""Client reports in a real Chromium: nothing that people typed runs, the widget is kept apart, and pages look right."""

import frappe
import pytest
from frappe.utils.password import update_password

from scheduler_integration.client_reports.jinja import scheduler_section
from tests.browser.screens import DESK, PHONE, Browsing
from tests.client_reports.hostile import TEXTS
from tests.pages.offer import PASSWORD
from tests.support.factories import make_assessment, make_consultant, make_external_type, make_user
from tests.support.html import Page
from tests.support.site import on_real_site

CALENDLY = "https://calendly.com/"
WIDGET = '<iframe src="https://calendly.com/jane-moreau/30min" height="420"></iframe>'
# The frame's page tries to run in the report, to leave the report, and to open a dialog.
FRAMED = """<!doctype html><title>Calendly</title><body style="font: 16px sans-serif; margin: 24px">
<h1 style="font-size: 20px">Jane Moreau</h1><p>30-minute call</p><p>A stand-in for the scheduler's own page.</p>
<script>
try { parent.document.title = "taken" } catch (error) { document.body.dataset.apart = "yes" }
try { top.location = "https://evil.example/" } catch (error) {}
alert(1)
</script>"""


@pytest.fixture
def consultant(commit_clean):
	return make_consultant(
		"Jane",
		display_name="Book a call with Jane",
		embed_in_reports=1,
		embed_code=WIDGET,
		scheduler_url="https://calendly.com/jane-moreau",
	)


class WithCalendly(Browsing):
	"""A window in which a stand-in answers for Calendly. The stand-in's own requests and log lines don't count."""

	def __init__(self, windows, screen):
		super().__init__(windows, screen, keep=False)
		self.context.route(
			"https://calendly.com/**", lambda route: route.fulfill(body=FRAMED, content_type="text/html")
		)

	def _asked(self, url):
		if not url.startswith(CALENDLY):
			super()._asked(url)

	def _logged(self, message):
		where = (message.location or {}).get("url", "")
		if not where.startswith((CALENDLY, "https://evil.example")) and "sandbox" not in message.text:
			super()._logged(message)


@pytest.fixture
def read_report(windows, consultant):
	"""Open the report as its client."""
	opened = []

	def read(screen=DESK, **fields):
		client = make_user("Carl", roles=())
		update_password(client, PASSWORD)
		report = make_assessment(consultant, client=client, **fields)
		frappe.db.commit()
		window = WithCalendly(windows, screen)
		opened.append(window)
		answer = window.context.request.post("/api/method/login", form={"usr": client, "pwd": PASSWORD})
		assert answer.ok, answer.text()
		window.open(f"/client-report/{report.name}")
		return window

	yield read
	for window in opened:
		window.close()


def test_nothing_that_people_typed_runs_in_a_report(read_report, consultant):
	"""The records hold what Frappe lets through, and what a program could write past the forms."""
	for index, text in enumerate(TEXTS):
		made = make_external_type(consultant, title=f"Type {index}", phases=("Build",), is_active=0)
		frappe.db.set_value(
			"Meeting Type", made.name, {"title": text, "description": f"{text}\n- {text}", "is_active": 1}
		)
	settings = frappe.db.get_value("Consultant Scheduler Settings", {"consultant": consultant})
	names = frappe.get_all("Meeting Type", {"consultant": consultant}, pluck="name", order_by="creation asc")
	everything = "".join(f"<p>{text}</p>" for text in TEXTS)
	window = read_report(client_name="ABC Corp")
	report = frappe.get_all("Client Assessment", {"consultant": consultant}, pluck="name")[0]
	frappe.db.set_value("Client Assessment", report, {"action_plan": everything, "summary": everything})
	# Each reload shows three of the texts as names; the next test tries all of them.
	for start in (0, 15):
		shown = names[start : start + 3]
		frappe.db.set_value("Meeting Type", {"consultant": consultant}, "priority", 0)
		frappe.db.set_value("Meeting Type", {"name": ["in", shown]}, "priority", 10)
		texts = {"display_name": TEXTS[start], "description": TEXTS[start]}
		frappe.db.set_value("Consultant Scheduler Settings", settings, texts)
		frappe.db.set_value("Client Assessment", report, "client_name", TEXTS[start])
		frappe.db.commit()
		window.page.reload()
		assert window.page.evaluate("window.pwned") is None
		assert (
			window.page.evaluate(
				"document.querySelectorAll('main script, main [onerror], main svg:not(#print *)').length"
			)
			== 0
		)
		headings = window.page.locator(".on-screen .meeting-type h3").all_inner_texts()
		assert [text.removeprefix("Optional: ") for text in headings] == [
			" ".join(t.split()) for t in TEXTS[start : start + 3]
		]


def test_the_section_runs_nothing_in_a_page_without_any_policy(chromium, consultant):
	"""Report authors put the section into pages of their own, which may allow inline scripts."""
	for text in TEXTS:
		made = make_external_type(consultant, phases=("Build",))
		frappe.db.set_value("Meeting Type", made.name, {"title": text, "description": f"{text}\n- {text}"})
	page = chromium.new_page()
	page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
	names = frappe.get_all("Meeting Type", {"consultant": consultant}, pluck="name", order_by="creation asc")
	report = make_assessment(consultant)
	for start in range(0, len(names), 3):
		frappe.db.set_value("Meeting Type", {"consultant": consultant}, "priority", 0)
		frappe.db.set_value("Meeting Type", {"name": ["in", names[start : start + 3]]}, "priority", 10)
		html = "".join(scheduler_section(report, channel) for channel in ("report", "pdf", "email"))
		assert len(Page(html).elements("div.meeting-type")) == 9
		page.set_content(f"<main>{html}</main>")
		assert page.evaluate("window.pwned") is None
		assert page.evaluate("document.querySelectorAll('script, style, base, meta, svg, [onerror]').length") == 0
	page.close()


@pytest.mark.skipif(not on_real_site(), reason="the embedded site has no print view")
def test_the_print_format_runs_nothing(chromium, consultant):
	everything = "".join(f"<p>{text}</p>" for text in TEXTS)
	types = [make_external_type(consultant, phases=("Build",)).name for _each in range(2)]
	report = make_assessment(consultant, client_name="ABC Corp").name
	rich = dict.fromkeys(("summary", "action_plan", "resources"), everything)
	frappe.db.set_value("Client Assessment", report, rich)
	page = chromium.new_page()
	page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
	for start in range(0, len(TEXTS), 2):
		texts = TEXTS[start : start + 2]
		for name, text in zip(types, texts, strict=True):
			frappe.db.set_value("Meeting Type", name, {"title": text, "description": f"{text}\n- {text}"})
		frappe.db.set_value("Client Assessment", report, "client_name", texts[0])
		settings = {"display_name": texts[1], "description": texts[1]}
		frappe.db.set_value("Consultant Scheduler Settings", {"consultant": consultant}, settings)
		frappe.clear_document_cache("Client Assessment", report)
		page.set_content(frappe.get_print("Client Assessment", report, "Client Report"))
		assert page.evaluate("window.pwned") is None
		for inside in ("script", "svg", "base", "meta", "iframe", "[onerror]", "[onfocus]", "[onmouseover]"):
			assert page.locator(f".client-report {inside}").count() == 0
		headings = page.locator(".client-report .meeting-type h3").all_inner_texts()
		assert {text.removeprefix("Optional: ") for text in headings} == {" ".join(text.split()) for text in texts}
	page.close()


def test_the_report_is_printed_with_codes_in_place_of_the_widget(read_report, consultant):
	make_external_type(consultant, title="Deep dive", phases=("Build",))
	window = read_report()
	window.page.evaluate("window.print = () => { window.isPrinted = true }")
	window.page.get_by_role("button", name="Print").click()
	assert window.page.evaluate("window.isPrinted")
	window.page.emulate_media(media="print")
	assert not window.page.locator(".on-screen, #print, iframe").first.is_visible()
	assert window.page.locator(".on-paper .scheduler-qr").count() == 2
	assert window.page.locator(".on-paper .scheduler-print a").is_visible()
	# Without backgrounds, the white letters of a button would be pale on paper.
	button = window.page.locator(".on-paper .meeting-type .scheduler-link").first
	assert button.evaluate("each => getComputedStyle(each).color") == "rgb(0, 0, 0)"


def test_the_widget_cannot_reach_out_of_its_frame(read_report):
	window = read_report()
	dialogs = []
	window.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
	window.page.locator(".scheduler-embed").scroll_into_view_if_needed()
	frame = window.page.frame_locator(".on-screen iframe")
	frame.locator("[data-apart=yes]").wait_for()
	assert window.page.title() == "Report for ABC Corp"
	assert "/client-report/" in window.page.url
	assert dialogs == []


def test_the_report_is_accessible_and_fits(read_report, consultant):
	make_external_type(consultant, title="Deep dive", phases=("Build",), description="- One\n- Two")
	window = read_report(disc_profile="D")
	for screen in (DESK, PHONE):
		window.turn_into(screen)
		window.page.locator(".scheduler-embed").scroll_into_view_if_needed()
		assert not window.scrolls_sideways(), screen
		assert window.violations() == [], screen


@pytest.mark.picture
def test_pictures_for_the_documentation(read_report, consultant):
	frappe.get_doc("User", consultant).update({"last_name": "Moreau"}).save()
	points = "Review your top three priorities", "Create a 90-day implementation timeline", "Identify quick wins"
	description = "\n".join(["We leave with a plan for the next quarter.", *(f"- {point}" for point in points)])
	make_external_type(consultant, title="Strategy session", phases=("Build",), priority=9, description=description)
	make_external_type(
		consultant,
		title="Deep dive",
		duration_minutes=60,
		phases=("Build",),
		scheduler_event_url="https://calendly.com/jane-moreau/60min",
	)
	window = read_report(
		client_name="Analytical Engines",
		disc_profile="D",
		summary="<p>Your books are in order and the team trusts the numbers.</p>",
		action_plan="<ol><li>Agree on three goals for the quarter.</li><li>Close the month on the fifth working day.</li></ol>",
	)
	window.page.locator(".scheduler-embed").scroll_into_view_if_needed()
	window.screenshot("report", full=True)
