"""Frappe's own records that the app creates and reads: users, contacts, events and their communications."""

from pathlib import Path

import frappe
import pytest

from tests.platform.conftest import EVE, JANE, PASSWORD, THING


def contact(**values):
	return frappe.get_doc({"doctype": "Contact", "first_name": "Grace", "last_name": "Hopper", **values}).insert()


def event(**values):
	fields = {
		"subject": "Call",
		"starts_on": "2026-03-01 10:00:00",
		"event_type": "Private",
		"event_category": "Meeting",
	}
	return frappe.get_doc({"doctype": "Event", **fields, **values}).insert()


def test_a_user_is_named_by_the_address_in_lower_case():
	values = {"first_name": "Mixed", "last_name": "Case", "send_welcome_email": 0}
	user = frappe.get_doc({"doctype": "User", "email": "Mixed.Case@Example.com", **values}).insert()
	assert (user.name, user.full_name, user.enabled) == ("mixed.case@example.com", "Mixed Case", 1)
	assert user.user_type == "Website User"
	assert user.time_zone == frappe.utils.get_system_timezone()
	assert frappe.db.exists("User", "MIXED.case@example.com")
	assert frappe.utils.get_fullname(user.name) == "Mixed Case"


def test_a_full_name_is_read_once_in_a_request(queries):
	values = {"first_name": "Read", "last_name": "Once", "send_welcome_email": 0}
	frappe.get_doc({"doctype": "User", "email": "read.once@example.com", **values}).insert()
	frappe.utils.get_fullname("read.once@example.com")
	queries.clear()
	assert frappe.utils.get_fullname("read.once@example.com") == "Read Once"
	assert queries == []


def test_a_user_becomes_a_contact():
	values = {"first_name": "New", "send_welcome_email": 0}
	frappe.get_doc({"doctype": "User", "email": "new.contact@example.com", **values}).insert()
	assert frappe.db.get_value("Contact", {"email_id": "new.contact@example.com"}, "user") == "new.contact@example.com"


def test_a_contact_is_named_by_the_person():
	assert contact().name == "Grace Hopper"
	assert contact().name == "Grace Hopper-1"
	assert contact(first_name=None, last_name=None, company_name="ACME").name == "ACME"


def test_a_contacts_only_address_is_its_primary_one():
	made = contact(
		email_ids=[{"email_id": "grace@example.com"}], phone_nos=[{"phone": "+1 2", "is_primary_mobile_no": 1}]
	)
	assert (made.email_id, made.mobile_no, made.phone) == ("grace@example.com", "+1 2", "")
	assert made.email_ids[0].is_primary == 1
	made.append("email_ids", {"email_id": "hopper@example.com", "is_primary": 1})
	with pytest.raises(frappe.ValidationError):
		made.save()


def test_a_contact_is_found_by_any_address():
	made = contact(email_ids=[{"email_id": "a@example.com", "is_primary": 1}, {"email_id": "b@example.com"}])
	assert frappe.db.get_value("Contact Email", {"email_id": "B@EXAMPLE.COM"}, "parent") == made.name


def test_a_meeting_stands_on_the_participants_timeline():
	person = contact(email_ids=[{"email_id": "grace@example.com"}])
	made = event(event_participants=[{"reference_doctype": "Contact", "reference_docname": person.name}])
	assert made.reload().event_participants[0].email == "grace@example.com"
	filters = {"reference_doctype": "Event", "reference_name": made.name}
	(row,) = frappe.get_all("Communication", filters, ["name", "communication_medium", "subject", "status"])
	assert (row.communication_medium, row.subject, row.status) == ("Meeting", "Call", "Linked")
	link = frappe.db.get_value("Communication Link", {"parent": row.name}, ["link_doctype", "link_name"])
	assert link == ("Contact", person.name)
	made.subject = "Another call"
	made.save()
	assert frappe.get_all("Communication", filters, pluck="subject") == ["Another call"]


def test_a_participant_without_a_timeline_gets_no_communication():
	made = event(event_participants=[{"reference_doctype": "User", "reference_docname": JANE}])
	assert not frappe.db.exists("Communication", {"reference_name": made.name})


def test_deleting_a_meeting_takes_its_communication():
	person = contact()
	made = event(event_participants=[{"reference_doctype": "Contact", "reference_docname": person.name}])
	made.delete()
	assert not frappe.db.exists("Communication", {"reference_name": made.name})


def test_an_event_ends_after_it_starts():
	with pytest.raises(frappe.ValidationError):
		event(ends_on="2026-02-27 10:00:00")
	assert event(ends_on="2026-03-01 10:00:00").ends_on is None


def test_a_private_event_is_its_owners(as_user):
	made = event()
	with as_user(JANE):
		assert made.name not in frappe.get_list("Event", pluck="name")
		own = event()
		assert frappe.get_list("Event", pluck="name") == [own.name]
		assert not frappe.get_doc("Event", made.name).has_permission("read")
	made.db_set("event_type", "Public")
	with as_user(JANE):
		assert frappe.get_doc("Event", made.name).has_permission("read")


def test_hooks_run_in_frappes_order(thing, monkeypatch):
	from frappe.model.document import Document

	order = []
	hooks = [
		"before_insert",
		"before_naming",
		"autoname",
		"before_validate",
		"validate",
		"before_save",
		"after_insert",
		"on_update",
		"on_change",
		"on_trash",
		"after_delete",
	]
	for hook in hooks:

		def note(self, *args, hook=hook):
			if self.doctype == THING:
				order.append(hook)

		monkeypatch.setattr(Document, hook, note, raising=False)
	doc = thing()
	assert order == hooks[:9]
	order.clear()
	doc.save()
	assert order == ["before_validate", "validate", "before_save", "on_update", "on_change"]
	order.clear()
	doc.delete()
	assert order == ["on_trash", "on_change", "after_delete"]


def test_an_email_template_holds_html():
	values = {
		"doctype": "Email Template",
		"name": "Platform",
		"subject": "S",
		"use_html": 1,
		"response_html": "<p>{{ x }}</p>",
	}
	made = frappe.get_doc(values).insert()
	assert (made.name, made.response_html) == ("Platform", "<p>{{ x }}</p>")


def test_a_comment_is_on_the_timeline_until_its_document_is_deleted():
	note = frappe.get_doc({"doctype": "Event", "subject": "Tea", "starts_on": "2026-03-02 09:00:00"}).insert()
	comment = note.add_comment("Info", "moved the meeting", comment_email="ada@example.com", comment_by="Ada")
	stored = frappe.get_doc("Comment", comment.name)
	assert (stored.comment_type, stored.content, stored.comment_by) == ("Info", "moved the meeting", "Ada")
	assert (stored.comment_email, stored.owner) == ("ada@example.com", frappe.session.user)
	assert (stored.reference_doctype, stored.reference_name) == ("Event", note.name)
	note.delete()
	assert not frappe.db.exists("Comment", comment.name)


# Files


def private_file(**values):
	name = frappe.generate_hash(length=12)
	fields = {"doctype": "File", "file_name": f"{name}.txt", "content": name.encode(), "is_private": 1, **values}
	# A record remembers that it was inserted without a look at permissions.
	return frappe.get_doc("File", frappe.get_doc(fields).insert(ignore_permissions=True).name)


def test_a_private_file_of_no_record_is_for_its_owner_and_administrator(as_user):
	with as_user(JANE):
		file = private_file()
		assert file.file_url.startswith("/private/files/")
		assert file.has_permission("read")
		assert file.name in frappe.get_list("File", pluck="name")
	with as_user(EVE):
		assert not file.has_permission("read")
		assert file.name not in frappe.get_list("File", pluck="name")
	assert file.has_permission("read")


def test_a_file_beside_a_record_is_for_those_who_may_read_it(thing, as_user):
	with as_user(JANE):
		beside = thing().name
	file = private_file(attached_to_doctype=THING, attached_to_name=beside)
	assert frappe.has_permission("File", "read", file, user=JANE)
	assert not frappe.has_permission("File", "read", file, user=EVE)


def test_a_private_file_is_downloaded_by_its_owner_alone(committed, server, as_user):
	with as_user(JANE):
		file = private_file()
	frappe.db.commit()
	for user, status in ((JANE, 200), (EVE, 403), (None, 403)):
		with server.client() as client:
			if user:
				assert client.login(user, PASSWORD).status_code == 200
			answer = client.get(file.file_url)
			assert answer.status_code == status
			assert (answer.text == file.file_name.removesuffix(".txt")) == (status == 200)
	frappe.delete_doc("File", file.name)
	assert not Path(frappe.utils.get_files_path(file.file_name, is_private=True)).exists()


def test_a_file_record_can_be_written_for_what_is_on_the_disk_already():
	"""So no code of Frappe reads a large file into memory."""
	name = f"{frappe.generate_hash(length=12)}.txt"
	path = Path(frappe.utils.get_files_path(name, is_private=True))
	path.parent.mkdir(parents=True, exist_ok=True)
	path.write_text("a")
	file = frappe.new_doc("File")
	file.update({"file_name": name, "file_url": f"/private/files/{name}", "is_private": 1, "content_hash": name})
	file.name = frappe.generate_hash(length=20)
	file.db_insert()
	assert frappe.db.get_value("File", file.name, "owner") == frappe.session.user
	frappe.delete_doc("File", file.name)
	assert not path.exists()
