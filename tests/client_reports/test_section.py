"""The section in reports: texts, links, widget, and when there is none."""

import re
from urllib.parse import unquote

import frappe
import pytest

from scheduler_integration.client_reports.description import Description
from scheduler_integration.client_reports.html import as_html
from scheduler_integration.client_reports.jinja import scheduler_section
from scheduler_integration.client_reports.markdown import as_markdown
from scheduler_integration.client_reports.section import Meeting, Section, section_for
from scheduler_integration.client_reports.subject import subject_of
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.links import destination
from scheduler_integration.engagement.references import read
from scheduler_integration.engagement.targets import find_target
from tests.client_reports.hostile import TEXTS
from tests.support.factories import (
	make_assessment,
	make_consultant,
	make_external_type,
	make_meeting_type,
	make_page,
	make_user,
)
from tests.support.html import Page
from tests.support.stand_ins import field, standing_in

CALENDLY = '<iframe src="https://calendly.com/jane-doe/30min" width="100%" height="700"></iframe>'
TITLES = {
	"D": "Let's Discuss Your Next Steps",
	"I": "Let's Connect and Create Your Action Plan Together!",
	"S": "Let's Work Together on Your Next Steps",
	"C": "Schedule a Detailed Implementation Review",
	"": "Schedule a Follow-Up Call",
}
INTROS = {
	"D": "Ready to move forward? Book a strategy session to create your implementation plan and hit the ground running.",
	"I": "This is exciting! Let's schedule a call to discuss your roadmap and get you on the path to success.",
	"S": "You don't have to do this alone. I'm here to support you every step of the way. "
	"Let's schedule a call to review your action plan at a comfortable pace.",
	"C": "Based on your Build phase assessment, I recommend scheduling a detailed review "
	"to analyze implementation strategies and success metrics.",
	"": "Schedule a call to discuss your next steps.",
}


def shown(doc, channel=None):
	return Page(scheduler_section(doc, channel))


@pytest.mark.parametrize("disc", TITLES)
def test_title_and_intro_follow_the_disc_profile(assessment, disc):
	assessment.disc_profile = disc
	page = shown(assessment.save())
	assert page.text("h2") == TITLES[disc]
	assert page.texts("p")[0] == INTROS[disc]


def test_a_meeting_has_name_duration_points_text_and_link(assessment):
	page = shown(assessment)
	first = page.part("div.meeting-type")
	assert first.text("h3") == "30-Minute Strategy Session"
	assert first.texts("p") == [
		"Duration: 30 minutes",
		"For busy owners.",
		"What We'll Cover:",
		"Schedule Your 30-Minute Strategy Session →",
	]
	assert first.texts("li") == ["Review your top 3 priority actions", "Identify quick wins"]
	assert first.text("a.scheduler-link.btn.btn-primary") == "Schedule Your 30-Minute Strategy Session →"


def test_the_second_meeting_is_optional(assessment):
	assert shown(assessment).texts("h3") == ["30-Minute Strategy Session", "Optional: 60-Minute Deep Dive"]


def test_a_client_of_profile_s_is_not_pressed(assessment):
	assessment.disc_profile = "S"
	page = shown(assessment.save())
	paragraphs = page.part("div.meeting-type").texts("p")
	assert "What We'll Discuss:" in paragraphs
	assert paragraphs[-2:] == [
		"No pressure, no rush. We'll take this at your pace.",
		"Schedule a Call When You're Ready →",
	]
	assert sum("No pressure" in text for text in page.texts("p")) == 1


def test_nothing_is_shown_if_the_consultant_does_not_want_it(assessment, settings):
	settings.update({"show_in_reports": 0}).save()
	assert scheduler_section(assessment) == ""


def test_nothing_is_shown_without_settings_or_without_anything_to_book():
	nobody = make_user()
	assert scheduler_section(make_assessment(nobody)) == ""
	assert scheduler_section(make_assessment(make_consultant())) == ""


def test_the_consultants_own_text_stands_under_the_intro(assessment, settings):
	settings.update({"description": "I answer within a day."}).save()
	assert shown(assessment).texts("p")[1] == "I answer within a day."


# Links


def links(subject_doc, channel="report"):
	"""Return the addresses to which the links lead."""
	return [followed(meeting.url) for meeting in section_for(subject_of(subject_doc), channel).meetings]


def followed(link):
	reference = read(link.rpartition("/")[2])
	if not reference:
		return link
	return destination(find_target(reference.assessment, reference.meeting_type, phase=reference.phase), "")


def test_clicks_in_reports_of_another_doctype_were_not_counted(project, jane):
	"""The link names the meeting type and the phase, and no client."""
	kind = make_external_type(jane, title="Deep dive", phases=("Grow",))
	(meeting,) = section_for(subject_of(project(jane, stage="GROW")), "report").meetings
	reference = read(meeting.url.rpartition("/")[2])
	target = find_target(reference.assessment, reference.meeting_type, phase=reference.phase)
	assert (target.meeting_type, target.phase, target.assessment, target.client) == (kind.name, "Grow", None, None)
	assert record_click(target, reference.channel, Visit("203.0.113.9"), 1_800_000_000)
	row = frappe.get_last_doc("Scheduler Engagement", {"consultant": jane})
	assert (row.meeting_type, row.phase, row.assessment, row.from_report) == (kind.name, "Grow", None, 1)


@pytest.fixture(scope="module")
def project_doctype(site):
	"""A DocType of another app whose records have reports."""
	fields = [field("adviser", "Link", "User"), field("stage", "Data"), field("profile", "Data")]
	with standing_in({"Client Project": {"autoname": "hash", "fields": fields}}):
		yield "Client Project"


@pytest.fixture
def project(project_doctype):
	row = {
		"report_doctype": project_doctype,
		"consultant_field": "adviser",
		"phase_field": "stage",
		"disc_field": "profile",
	}
	settings = frappe.get_doc("Scheduler Settings")
	settings.append("report_sources", row)
	settings.utm_source = "financial_rise"
	settings.save()
	return lambda consultant, **fields: frappe.get_doc(
		{"doctype": project_doctype, "adviser": consultant, **fields}
	).insert()


def test_any_doctype_can_have_reports(project, jane):
	make_external_type(jane, title="Deep dive", phases=("Grow",))
	page = shown(project(jane, stage="GROW", profile="c"))
	assert page.text("h2") == TITLES["C"]
	assert "Based on your Grow phase assessment" in page.texts("p")[0]


@pytest.mark.parametrize(
	("address", "expected"),
	[
		("https://calendly.com/j/30", "https://calendly.com/j/30?{utm}"),
		("https://calendly.com/j/30?month=2026-11", "https://calendly.com/j/30?month=2026-11&{utm}"),
		("https://calendly.com/j/30?", "https://calendly.com/j/30?{utm}"),
		("https://calendly.com/j/30#top", "https://calendly.com/j/30?{utm}#top"),
		("https://x.example/a?utm_source=old&b=%26%3D&utm%5Fmedium=x", "https://x.example/a?b=%26%3D&{utm}"),
		("https://x.example/a?utm_content=keep&flag", "https://x.example/a?utm_content=keep&flag&{utm}"),
		("https://x.example:8443/ä?q=ö", "https://x.example:8443/ä?q=ö&{utm}"),
	],
)
def test_utm_values_are_merged_into_an_address(project, jane, address, expected):
	make_external_type(jane, scheduler_event_url=address)
	utm = "utm_source=financial_rise&utm_medium=report&utm_campaign=phase_build"
	assert links(project(jane, stage="Build")) == [expected.format(utm=utm)]


def test_without_a_phase_there_is_no_campaign(project, jane):
	make_external_type(jane)
	assert links(project(jane)) == ["https://calendly.com/jane-doe?utm_source=financial_rise&utm_medium=report"]


def test_a_type_without_a_link_leads_to_the_consultants_scheduler(project, jane):
	make_external_type(jane, title="general", priority=2)
	make_external_type(jane, title="own", scheduler_event_url="https://calendly.com/jane-doe/own", priority=1)
	general, own = links(project(jane))
	assert general.startswith("https://calendly.com/jane-doe?")
	assert own.startswith("https://calendly.com/jane-doe/own?")


def test_a_native_type_leads_to_its_page_while_that_is_active(project, jane):
	page = make_page(jane)
	native = make_meeting_type(page)
	(url,) = links(project(jane))
	assert f"/schedule/{page.slug}/{native.slug}?utm_source" in url
	page.update({"is_active": 0}).save()
	assert scheduler_section(project(jane)) == ""


# Widget


@pytest.fixture
def widget(assessment, settings):
	return settings.update(
		{"embed_in_reports": 1, "embed_code": CALENDLY, "display_name": "Book a call with Jane"}
	).save()


def test_a_web_page_shows_the_widget_sandboxed_and_titled(assessment, widget):
	frame = shown(assessment).element("div.scheduler-embed iframe")
	assert frame["src"].startswith("https://calendly.com/jane-doe/30min?embed_domain=")
	assert "embed_type=Inline" in frame["src"]
	assert "utm_campaign=phase_build" in frame["src"]
	assert (frame["title"], frame["height"]) == ("Book a call with Jane", "700")
	assert set(frame["sandbox"]) == {
		"allow-forms",
		"allow-popups",
		"allow-popups-to-escape-sandbox",
		"allow-same-origin",
		"allow-scripts",
	}


def test_the_widget_is_hidden_unless_the_consultant_embeds_it(assessment, widget):
	widget.update({"embed_in_reports": 0}).save()
	assert not shown(assessment).has("iframe")


def test_print_shows_a_link_and_a_qr_code_in_place_of_the_widget(assessment, widget):
	page = shown(assessment, "pdf")
	assert not page.has("iframe")
	printed = page.part("div.scheduler-print")
	assert printed.text("h3") == "Book a call with Jane"
	assert printed.text("a") == printed.element("a")["href"]
	assert printed.element("img")["src"].startswith("data:image/png;base64,")
	assert len(page.elements("div.meeting-type img.scheduler-qr")) == 2


def test_a_long_button_wraps_on_paper(assessment, settings):
	"""Bootstrap's buttons don't wrap. wkhtmltopdf would make the whole page smaller until the longest one fits."""
	assert [link["style"] for link in shown(assessment, "pdf").elements("a.btn")] == ["white-space: normal;"] * 2
	assert not shown(assessment).has("[style]")


def test_a_phase_has_a_name_of_its_own_in_other_languages(assessment, monkeypatch):
	"""Frappe itself translates "Build" as the name of a workspace."""
	assessment.disc_profile = "C"
	assessment.save()
	monkeypatch.setattr(frappe.local, "lang", "de")
	assert "Phase Aufbauen" in shown(assessment).texts("p")[0]


def test_an_e_mail_has_neither_widget_nor_images(assessment, widget):
	page = shown(assessment, "email")
	assert not page.has("iframe")
	assert not page.has("img")
	assert page.part("div.scheduler-print").text("a") == "Book a call with Jane"


def test_a_print_format_gets_the_printed_form_by_itself(assessment, widget):
	assessment.flags.in_print = True
	assert shown(assessment).has("div.scheduler-print")


def test_an_unknown_channel_is_refused(assessment):
	with pytest.raises(ValueError, match="unknown channel"):
		scheduler_section(assessment, "fax")


def test_a_widget_disappears_when_the_admin_takes_its_host_away(assessment, widget):
	settings = frappe.get_doc("Scheduler Settings")
	settings.update({"widget_hosts": "booking.example.com"}).save()
	widget.update({"embed_code": CALENDLY.replace("calendly.com", "booking.example.com")}).save()
	assert shown(assessment).has("iframe")
	settings.update({"widget_hosts": ""}).save()
	assert not shown(assessment).has("iframe")


# Permissions to see sections


def test_a_forged_record_shows_nobody_elses_section(assessment, as_user):
	"""Print previews and e-mail templates are rendered with what the browser sends."""
	eve = make_user("Eve")
	forged = {"doctype": "Client Assessment", "consultant": assessment.consultant, "primary_phase": "Build"}
	with as_user(eve):
		assert scheduler_section(frappe.get_doc({**forged, "__islocal": 1})) == ""
		with pytest.raises(frappe.PermissionError):
			scheduler_section({**forged, "name": assessment.name})
	own = make_assessment(eve)
	own.consultant = assessment.consultant
	with as_user(eve):
		assert scheduler_section(own) == ""


def test_a_template_calls_the_section(assessment):
	html = frappe.render_template("<main>{{ scheduler_section(doc) }}</main>", {"doc": assessment})
	assert Page(html).text("main h2") == TITLES["D"]


# Markdown


def test_markdown_has_the_seeds_structure(project, jane):
	make_external_type(jane, title="30-Minute Strategy Session", description="- Review *all*\n- Plan", priority=10)
	make_external_type(jane, title="Deep [Dive]", duration_minutes=60)
	text = as_markdown(section_for(subject_of(project(jane, profile="D")), "report"))
	text = re.sub(r"(?<=\()http://\S+/schedule/go/[^)]+", lambda link: followed(link.group()), text)
	utm = "utm_source=financial_rise&utm_medium=report"
	assert text == (
		"## Let's Discuss Your Next Steps\n\n"
		"**Ready to move forward?** Book a strategy session to create your implementation plan and hit the ground running.\n\n"
		"### 30-Minute Strategy Session\n\n"
		"**Duration:** 30 minutes\n\n"
		"**What We'll Cover:**\n- Review \\*all\\*\n- Plan\n\n"
		f"[Schedule Your 30-Minute Strategy Session →](https://calendly.com/jane-doe?{utm})\n\n"
		"---\n\n"
		"### Optional: Deep \\[Dive\\]\n\n"
		"**Duration:** 60 minutes\n\n"
		f"[Schedule Your Deep \\[Dive\\] →](https://calendly.com/jane-doe?{utm})\n"
	)


def test_markdown_for_a_client_of_profile_s_is_the_seeds(project, jane):
	make_external_type(jane, description="- Walk through your action items at a comfortable pace")
	text = as_markdown(section_for(subject_of(project(jane, profile="S")), "report"))
	assert "\n**You don't have to do this alone.** I'm here to support you every step of the way. " in text
	assert "\n**What We'll Discuss:**\n- Walk through" in text
	assert (
		"\n\n**No pressure, no rush.** We'll take this at your pace.\n\n[Schedule a Call When You're Ready →](" in text
	)


@pytest.mark.parametrize("path", ["a_(b)", "a)b", "(a", "a))"])
def test_parentheses_in_an_address_do_not_end_its_link_in_markdown(path):
	markdown_it = pytest.importorskip("markdown_it", reason="reads Markdown: pip install markdown-it-py")
	empty, address = Description((), ()), f"https://x.example/{path}"
	meeting = Meeting("Call", "30 minutes", empty, "Points:", None, "Book it", address)
	page = Page(markdown_it.MarkdownIt("commonmark").render(as_markdown(Section("T", "I", empty, (meeting,), None))))
	(link,) = page.elements("a")
	assert (link.text, unquote(link["href"])) == ("Book it", address)


# Beginnings of Markdown that HTML doesn't know.
MARKDOWN = (
	"# heading", "## heading ##", "C #", "1. item", "2) item", "12.", "- item", "+ item", "* item", "---", "- - -", "***", "===",
	"> quote", "```", "~~~", "~~gone~~", "| a | b |", "|---|---|", "https://evil.example", "www.evil.example",
	"eve@evil.example", "[x]: https://evil.example", "[^1]: note", "![x](https://evil.example/x.png)", "<https://evil.example>",
	"a\\", "\\*a\\*", "&amp;", "&#35; x", "__init__", "1.5 hours (about)", "Questions & answers: all!", "$x$ {y}",
)  # fmt: skip


@pytest.mark.parametrize("text", [*MARKDOWN, *TEXTS], ids=repr)
def test_a_text_in_markdown_is_shown_as_it_was_typed(text):
	markdown_it = pytest.importorskip("markdown_it", reason="reads Markdown: pip install markdown-it-py")
	meeting = Meeting(
		text, "30 minutes", Description((text,), (text,)), "Points:", text, text, "https://calendly.com/jane"
	)
	written = as_markdown(Section("Title", text, Description((), ()), (meeting,), None))
	page = Page(markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(written))
	shown = " ".join(text.split())
	assert page.texts("h3") == page.texts("li") == page.texts("a") == [shown]
	assert page.texts("p") == [shown, "Duration: 30 minutes", shown, "Points:", shown, shown]
	assert {each.name for each in page.elements("*")} == {"h2", "h3", "p", "strong", "ul", "li", "a"}


def test_a_multi_day_meeting_says_its_days(assessment, jane):
	retreat = {"title": "Retreat", "number_of_days": 2, "duration_minutes": 360, "priority": 10}
	make_meeting_type(make_page(jane), recommended_phases=[{"phase": "Build"}], **retreat)
	assert "Duration: 2 days, 6 hr a day" in shown(assessment).texts("div.meeting-type p")


def test_a_meeting_of_several_lengths_was_promised_with_one(assessment, jane):
	kind = {"title": "Strategy", "duration_minutes": 60, "duration_options": "60, 90", "priority": 10}
	make_meeting_type(make_page(jane), recommended_phases=[{"phase": "Build"}], **kind)
	assert "Duration: 60 or 90 minutes" in shown(assessment).texts("div.meeting-type p")


class TestByPhase:
	SENTENCE = "Based on your BUILD phase priorities, I recommend:"

	def test_meetings_for_the_phase_are_introduced(self, assessment, jane):
		make_meeting_type(make_page(jane), recommended_phases=[{"phase": "Build"}], priority=10)
		assert self.SENTENCE in shown(assessment).texts("div.scheduler-section p")
		assert f"\n\n{self.SENTENCE}\n\n###" in as_markdown(section_for(subject_of(assessment), "report"))

	def test_other_meetings_are_not(self, assessment, jane):
		frappe.db.delete("Meeting Type Phase")
		assert self.SENTENCE not in shown(assessment).text("div.scheduler-section")

	def test_the_words_for_c_say_it_once(self, assessment, jane):
		assessment.update({"disc_profile": "C"}).save()
		make_meeting_type(make_page(jane), recommended_phases=[{"phase": "Build"}], priority=10)
		assert shown(assessment).text("div.scheduler-section").count("Based on your") == 1


def test_paper_has_an_address_that_can_be_typed(assessment, jane):
	made = make_meeting_type(make_page(jane), recommended_phases=[{"phase": "Build"}], priority=10)
	page = Page(as_html(section_for(subject_of(assessment), "pdf"), "pdf"))
	slug = frappe.db.get_value("Scheduling Page", made.scheduling_page, "slug")
	typed = page.texts("p.scheduler-address")
	assert "calendly.com/jane-doe" in typed
	assert any(text.endswith(f"/schedule/{slug}/{made.slug}") for text in typed)
	assert set(page.texts("div.scheduler-code")) == {"Scan to book"}
	assert not shown(assessment).has("p.scheduler-address")


def test_the_number_of_queries_does_not_grow_with_the_meeting_types(assessment, jane, queries):
	def asked():
		queries.clear()
		assert scheduler_section(assessment)
		return len(queries)

	asked()  # On a real site, the first time also reads what Frappe keeps from then on.
	few = asked()
	for index in range(30):
		make_external_type(jane, title=f"Type {index}", phases=("Build", "Grow"))
	make_meeting_type(make_page(jane), recommended_phases=[{"phase": "Build"}])
	assert asked() == few
	assert few <= 6
