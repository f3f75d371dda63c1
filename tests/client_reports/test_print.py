"""The print format in Frappe's own print view and PDF: on Frappe 15 made by wkhtmltopdf, on 16 by Chromium or wkhtmltopdf."""

import io
import shutil

import frappe
import pytest

from tests.support.html import Page
from tests.support.site import on_real_site

pytestmark = pytest.mark.skipif(not on_real_site(), reason="the embedded site has no print view")


@pytest.fixture
def report(assessment, settings):
	settings.update({"embed_in_reports": 1, "embed_code": CALENDLY, "display_name": "Book a call with Jane"}).save()
	assessment.update(
		{"client_name": "Müller & Söhne <GmbH>".replace("<", "(").replace(">", ")"), "disc_profile": "S"}
	).save()
	return assessment


CALENDLY = '<iframe src="https://calendly.com/jane-doe/30min"></iframe>'
ORDER = ("Action Plan", "Let's Work Together on Your Next Steps", "Book a call with Jane", "Resources & Support")


def test_the_print_view_has_the_section_in_its_place(report):
	page = Page(frappe.get_print(report.doctype, report.name, "Client Report"))
	assert page.text(".client-report h1") == "Report for Müller & Söhne (GmbH)"
	assert page.texts(".client-report h2") == ["Action Plan", ORDER[1], "Resources & Support"]
	assert not page.has(".client-report iframe")
	assert len(page.elements("img.scheduler-qr")) == 3


def test_the_print_format_is_the_default():
	assert frappe.get_meta("Client Assessment").default_print_format == "Client Report"


@pytest.mark.skipif(not shutil.which("wkhtmltopdf"), reason="wkhtmltopdf isn't installed")
def test_hostile_texts_stand_in_the_pdf_as_they_were_typed(report, server, monkeypatch):
	from pypdf import PdfReader

	monkeypatch.setitem(frappe.local.conf, "host_name", server.url)
	text = "</style><script>document.write('it'+'ran')</script><img src=x onerror=document.write('it'+'ran')>"
	frappe.db.set_value(
		report.doctype, report.name, {"client_name": text, "summary": f"<p>{text.partition('<img')[0]}</p>"}
	)
	frappe.db.set_value("Meeting Type", {"consultant": report.consultant}, {"title": text, "description": f"- {text}"})
	frappe.clear_document_cache(report.doctype, report.name)
	pdf = PdfReader(io.BytesIO(frappe.get_print(report.doctype, report.name, "Client Report", as_pdf=True)))
	words = "".join("".join(page.extract_text() for page in pdf.pages).split())
	# The rest is changed: Frappe makes "src=x" absolute, in a text too.
	assert words.count("".join(text.partition("<img")[0].split())) >= 5
	# Rich text keeps what an editor makes. The tags of a script are taken out, and its text stays.
	assert "document.write('it'+'ran')" in words
	assert "itran" not in words


@pytest.mark.skipif(not shutil.which("wkhtmltopdf"), reason="wkhtmltopdf isn't installed")
def test_the_pdf_has_texts_links_and_codes_in_order(report, server, monkeypatch):
	from pypdf import PdfReader

	# wkhtmltopdf loads the style sheets from the site's address.
	monkeypatch.setitem(frappe.local.conf, "host_name", server.url)
	pdf = PdfReader(io.BytesIO(frappe.get_print(report.doctype, report.name, "Client Report", as_pdf=True)))
	text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
	places = [text.find(heading) for heading in ORDER]
	assert -1 not in places
	assert places == sorted(places)
	# The PDF has each picture once, and both meeting types lead to the same address.
	assert sum(len(page.images) for page in pdf.pages) >= 1
	links = [annotation.get_object()["/A"]["/URI"] for page in pdf.pages for annotation in page.get("/Annots", [])]
	assert len(links) == 3
