"""In the desk's dialog for e-mails, a host inserts free times."""

import re
from urllib.parse import urlsplit

import frappe
from playwright.sync_api import expect

from tests.pages.offer import host_of, make_offer
from tests.pages.reading import read
from tests.support.factories import fresh


def test_times_are_inserted_for_the_person_of_the_record(desk, client):
	offer = make_offer()
	address = f"{fresh('ada')}@guests.example"
	user = host_of(offer)
	frappe.get_doc("User", user).add_roles("Sales User")
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ada",
			"last_name": "Lovelace",
			"email_ids": [{"email_id": address, "is_primary": 1}],
		}
	).insert()
	frappe.db.commit()
	window = desk(user)
	window.open_form("Contact", contact.name)
	window.page.evaluate("void cur_frm.email_doc()")
	mail = window.dialog
	# The dialog sets its text once it has asked for the signature. Text that was typed before is lost.
	window.page.wait_for_load_state("networkidle")
	mail.locator("[data-fieldname=content] .ql-editor:not(.read-mode)").press_sequentially("Hello Ada,")
	# Frappe asked for the signatures of e-mail accounts, and said over the dialog that hosts may not read them.
	expect(window.page.locator(".modal.show")).to_have_count(1)
	expect(mail.locator("button", has_text="Insert times")).to_have_count(1)
	mail.locator("button", has_text="Insert times").click()
	asking = window.page.locator(".modal.show", has_text="Times to suggest")
	asking.locator("[data-fieldname=count] select").select_option("4")
	asking.locator("[data-fieldname=timezone] input").fill("Asia/Tokyo")
	window.screenshot("desk-mail-times")
	asking.locator(".btn-modal-primary:visible").click()
	editor = window.page.locator(".modal.show [data-fieldname=content] .ql-editor:not(.read-mode)")
	links = editor.locator("a")
	expect(links).to_have_count(5)
	window.screenshot("desk-mail-times-inserted")
	assert editor.inner_text().splitlines()[0] == "Intro call, 30 mins"
	expect(editor).to_contain_text("Hello Ada,")
	expect(editor).to_contain_text("Tokyo, Japan Standard Time")
	value = window.page.evaluate("cur_dialog.get_value('content')")
	addresses = re.findall(r'href="([^"]+)"', value)
	assert len(addresses) == 5
	assert all("/schedule/l/" in each and "ada" not in each.lower() for each in addresses)
	parts = urlsplit(addresses[0].replace("&amp;", "&"))
	page = read(client.get(f"{parts.path}?{parts.query}").text)
	assert page.one(id="booking")["data-step"] == "details"
	assert page.one("input", id="attendee_email")["value"] == address
	assert page.one("input", id="attendee_name")["value"] == "Ada Lovelace"


def test_other_dialogs_have_no_such_button(desk):
	window = desk(host_of(make_offer()))
	window.open_new("Blocked Time")
	window.page.evaluate("void frappe.prompt('Subject', () => {})")
	window.dialog.wait_for()
	assert window.dialog.locator("button", has_text="Insert times").count() == 0


def test_a_booking_link_is_made_and_copied_in_the_desk(desk, client):
	offer = make_offer()
	user = host_of(offer)
	window = desk(user)
	window.open_new("Booking Link", meeting_type=offer.name, attendee_name="Ada Lovelace")
	window.page.evaluate("void cur_frm.save()")
	window.page.wait_for_function("() => !cur_frm.doc.__islocal && cur_frm.doc.expires_on")
	window.screenshot("desk-booking-link")
	window.press("Copy link")
	# A page may read what was copied only with a permission that has other names in other browsers. Somebody may paste it.
	window.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<textarea id=pasted></textarea>')")
	window.page.locator("#pasted").focus()
	window.page.keyboard.press("Control+V")
	copied = urlsplit(window.page.locator("#pasted").input_value())
	assert copied.path.startswith("/schedule/l/")
	assert client.get(copied.path).status_code == 200
