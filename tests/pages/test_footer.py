"""Booking pages lead to the imprint and the privacy notice."""

import frappe
import pytest

from tests.pages.offer import make_offer, path_of
from tests.pages.reading import read

pytestmark = pytest.mark.usefixtures("commit_clean")


def links(client, path):
	foot = read(client.get(path).text).one("footer", class_="foot no-print")
	return {link.text: link.attributes["href"] for link in foot.all("a")}


def test_the_footer_leads_to_the_sites_own_pages(client):
	path = path_of(make_offer())
	assert links(client, path) == {"Privacy": "/schedule/privacy"}
	for field, value in (
		("imprint_url", "https://example.com/imprint"),
		("privacy_url", "https://example.com/privacy"),
	):
		frappe.db.set_single_value("Scheduler Settings", field, value)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	expected = {"Imprint": "https://example.com/imprint", "Privacy": "https://example.com/privacy"}
	assert links(client, path) == links(client, path.rsplit("/", 1)[0]) == expected
