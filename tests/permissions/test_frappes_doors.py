"""Doors of Frappe's own desk through which something of a record comes or goes, whoever may read the record."""

import base64
import json
from pathlib import Path

import frappe
import pytest

from tests.pages.offer import book, host_of, make_offer, sign_in
from tests.support.factories import fresh, make_user
from tests.support.site import on_real_site

pytestmark = pytest.mark.usefixtures("commit_clean")
# One transparent pixel.
LOGO = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
only_real = pytest.mark.skipif(not on_real_site(), reason="the embedded site has no desk and no files")


@pytest.fixture
def eve(client):
	"""A host, signed in."""
	user = make_user("Eve")
	sign_in(client, user)
	client.take_csrf_token("/app")
	client.user = user
	return client


@pytest.fixture
def janes():
	return book(make_offer(), attendee_name="Nemo Nobody").id


@pytest.mark.parametrize("doctype", ["Booking", "Outside Booking", "Waitlist Entry"])
def test_the_title_of_a_link_named_the_attendee_to_every_user(doctype):
	"""Frappe returns it without asking for a permission."""
	name = frappe.scrub(doctype)
	file = frappe.get_app_path("scheduler_integration", "scheduler_integration", "doctype", name, f"{name}.json")
	assert not json.loads(Path(file).read_text())["show_title_field_in_link"]


@only_real
def test_the_desk_does_not_tell_a_bookings_title_to_another_host(eve, janes):
	answer = eve.call("frappe.desk.search.get_link_title", "GET", doctype="Booking", docname=janes)
	assert "Nemo" not in answer.text


def file_for(booking):
	return {"file_name": "a.txt", "content": "x", "attached_to_doctype": "Booking", "attached_to_name": booking}


@only_real
def test_a_file_was_attached_to_another_hosts_booking(eve, janes):
	for booking in (janes, "no-such-booking"):
		new = {"doctype": "File", **file_for(booking)}
		refused = [
			eve.call("frappe.client.insert", doc=frappe.as_json(new)),
			eve.post("/api/resource/File", json=file_for(booking)),
			eve.post(
				"/api/method/upload_file",
				data={"doctype": "Booking", "docname": booking, "is_private": 1},
				files={"file": ("a.txt", b"x")},
			),
			eve.call(
				"frappe.client.attach_file", filename="a.txt", filedata=base64.b64encode(b"x").decode(), decode_base64=1,
				doctype="Booking", docname=booking,
			),
		]  # fmt: skip
		assert all(answer.status_code in (403, 404) for answer in refused), [each.text for each in refused]
	own = eve.post("/api/resource/File", json={"file_name": "a.txt", "content": "x"}).json()["data"]["name"]
	moved = eve.put(f"/api/resource/File/{own}", json={"attached_to_doctype": "Booking", "attached_to_name": janes})
	assert moved.status_code == 403
	frappe.db.rollback()
	assert not frappe.get_all("File", {"attached_to_doctype": "Booking"})


@only_real
def test_a_host_attaches_files_to_their_own_bookings(client):
	offer = make_offer()
	booking = book(offer).id
	sign_in(client, host_of(offer))
	client.take_csrf_token("/app")
	assert client.post("/api/resource/File", json=file_for(booking)).status_code == 200


@only_real
def test_the_logo_of_a_page_that_is_not_saved_yet_was_refused(client):
	"""The desk attaches the files of a new form to a name of its own, and to the record when that is saved."""
	host = make_user("Jane")
	sign_in(client, host)
	client.take_csrf_token("/app")
	unsaved = "new-scheduling-page-abcdefghij"

	def attached_to(doctype, name):
		place = {"doctype": doctype, "docname": name, "fieldname": "logo"}
		return client.post("/api/method/upload_file", data=place, files={"file": ("logo.png", LOGO)})

	for doctype, name in (
		("Scheduling Page", "new-scheduling-page"),
		("Scheduling Page", "new-booking-abcdefghij"),
		("Booking", "new-booking-abcdefghij"),
	):
		assert attached_to(doctype, name).status_code == 403
	address = attached_to("Scheduling Page", unsaved).json()["message"]["file_url"]
	page = {"doctype": "Scheduling Page", "__islocal": 1, "name": unsaved, "title": "Jane", "slug": fresh("jane")}
	saved = client.call(
		"frappe.desk.form.save.savedocs", doc=frappe.as_json({**page, "user": host, "logo": address}), action="Save"
	)
	assert saved.status_code == 200, saved.text
	frappe.db.rollback()
	name = frappe.db.get_value("Scheduling Page", {"logo": address})
	assert frappe.get_all("File", {"file_url": address}, pluck="attached_to_name") == [name]
