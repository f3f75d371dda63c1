"""Documents: naming, defaults, checks when saving, child rows, and deleting."""

from datetime import date, datetime, timedelta

import frappe
import pytest

from tests.platform.conftest import JANE, ROW, STRANGER, THING
from tests.support.site import is_released_16


def fresh(**values):
	return frappe.get_doc({"doctype": THING, "title": "one", **values})


# Naming


def test_a_format_names_the_document(thing):
	assert thing("abc").name == "THING-abc"


def test_a_name_may_not_hold_angle_brackets():
	with pytest.raises(frappe.NameError):
		fresh(title="a<b>").insert()


def test_a_random_name_has_ten_characters():
	user = frappe.get_doc({"doctype": "Availability Schedule", "title": "x", "user": JANE}).insert()
	assert len(user.name) == 10


def test_a_name_can_be_set_from_outside(thing):
	doc = fresh().insert(set_name="MINE")
	assert doc.name == frappe.db.exists(THING, "MINE")


def test_a_series_counts_up():
	names = [
		frappe.get_doc(
			{"doctype": "Event", "subject": "x", "starts_on": "2026-01-01 10:00:00", "event_type": "Private"}
		)
		.insert()
		.name
		for _ in range(2)
	]
	first, second = (int(name.removeprefix("EV")) for name in names)
	assert second == first + 1
	assert len(names[0]) == len("EV00000")


# Defaults and types


def test_defaults_are_filled_in(thing):
	doc = thing()
	assert (doc.kind, doc.is_on, str(doc.day)) == ("Small", 1, frappe.utils.nowdate())
	assert doc.count_of in (0, None)
	assert doc.reload().count_of == 0


def test_an_empty_time_of_a_new_document(thing):
	"""Before the released 16, it became the current time. A form needs another field that says "no time"."""
	assert (thing().reload().time_of_day is None) == is_released_16()


def test_what_comes_back_has_the_fields_types(thing):
	doc = thing(starts_on="2026-03-01 09:30:00", day="2026-03-01", time_of_day="09:30:00", ratio="1.5").reload()
	assert doc.starts_on == datetime(2026, 3, 1, 9, 30)
	assert doc.day == date(2026, 3, 1)
	assert doc.time_of_day == timedelta(hours=9, minutes=30)
	assert doc.ratio == 1.5
	assert isinstance(doc.creation, datetime)


def test_owner_and_times_are_set(thing, as_user):
	with as_user(JANE):
		doc = thing()
	assert doc.owner == doc.modified_by == JANE
	assert doc.creation == doc.modified


def test_an_unknown_attribute_is_an_error(thing):
	doc = thing()
	assert doc.get("no_such_field") is None
	with pytest.raises(AttributeError):
		_ = doc.no_such_field


# Checks


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"title": None}, frappe.MandatoryError),
		({"title": " "}, frappe.MandatoryError),
		({"title": "<p></p>"}, (frappe.MandatoryError, frappe.NameError)),
		({"rows": [{"label": ""}]}, frappe.MandatoryError),
		({"title": "x" * 21}, frappe.CharacterLengthExceededError),
		({"code": "x" * 141}, frappe.CharacterLengthExceededError),
		({"count_of": 2**31}, frappe.CharacterLengthExceededError),
		({"count_of": -1}, frappe.NonNegativeError),
		({"email": "nobody"}, frappe.InvalidEmailAddressError),
		({"phone": "call me"}, frappe.InvalidPhoneNumberError),
		({"link_url": "no url"}, frappe.ValidationError),
		({"kind": "Huge"}, frappe.ValidationError),
		({"parent_thing": "THING-nobody"}, frappe.LinkValidationError),
		({"subject_type": "User", "subject_name": "nobody@example.com"}, frappe.LinkValidationError),
		({"subject_name": "Administrator"}, frappe.ValidationError),
		({"code": ["a"]}, frappe.ValidationError),
	],
)
def test_what_is_refused(values, error):
	with pytest.raises(error):
		fresh(**values).insert()


@pytest.mark.parametrize(
	"values",
	[
		{"email": "a@b.example, c@d.example"},
		{"link_url": "/relative"},
		{"phone": "+49 30 1234"},
		{"kind": " Large "},
		{"title": "x" * 20},
		{"subject_type": "User", "subject_name": "Administrator"},
	],
)
def test_what_is_taken(values):
	assert fresh(**values).insert().name


def test_checks_can_be_waived():
	doc = fresh(title="x", parent_thing="THING-nobody")
	doc.flags.ignore_links = True
	assert doc.insert().name


def test_a_link_is_spelled_as_the_record_is(thing):
	assert thing(holder=JANE.upper()).holder == JANE


def test_a_unique_field_is_refused_a_second_time(thing):
	thing("a", code="SAME")
	with pytest.raises(frappe.UniqueValidationError):
		thing("b", code="same")


def test_an_empty_unique_field_is_no_value(thing):
	thing("a", code="")
	thing("b", code="")
	assert frappe.db.get_value(THING, "THING-a", "code") is None


def test_a_name_is_taken_whatever_its_case(thing):
	thing("case")
	with pytest.raises(frappe.DuplicateEntryError):
		thing("CASE")
	assert fresh(title="case").insert(ignore_if_duplicate=True).name == "THING-case"
	assert frappe.db.count(THING) == 1


def test_a_sealed_field_stays(thing):
	doc = thing(sealed="wax")
	doc.sealed = "other"
	with pytest.raises(frappe.CannotChangeConstantError):
		doc.save()


def test_the_owner_cannot_be_changed_by_saving(thing):
	doc = thing()
	doc.owner = JANE
	with pytest.raises(frappe.CannotChangeConstantError):
		doc.save()


def test_an_old_copy_cannot_overwrite_a_newer_one(thing):
	doc = thing()
	stale = frappe.get_doc(THING, doc.name)
	doc.remark = "first"
	doc.save()
	stale.remark = "second"
	with pytest.raises(frappe.TimestampMismatchError):
		stale.save()


def test_html_that_could_run_is_escaped(thing):
	doc = thing(remark="<script>alert(1)</script>", body='<p onclick="x()">hi</p>', snippet="<script>kept</script>")
	assert "<script>" not in doc.remark
	assert "onclick" not in doc.body
	assert "<p>hi</p>" in doc.body
	assert doc.snippet == "<script>kept</script>"


@pytest.mark.parametrize("text", ["a < b > c", "I <3 you", "tom & jerry", '{"json": "<b>"}'])
def test_text_that_is_no_html_stays_as_it_is(thing, text):
	assert thing(remark=text).remark == text


# Child rows


def test_rows_are_numbered_and_belong_to_their_parent(thing):
	doc = thing(rows=[{"label": "a"}, {"label": "b", "amount": "3"}]).reload()
	assert [(row.idx, row.label, row.amount) for row in doc.rows] == [(1, "a", 0), (2, "b", 3)]
	assert {(row.parent, row.parenttype, row.parentfield) for row in doc.rows} == {(doc.name, THING, "rows")}


def test_rows_are_added_changed_and_removed_by_saving(thing):
	doc = thing(rows=[{"label": "a"}, {"label": "b"}])
	names = [row.name for row in doc.rows]
	doc.rows[1].label = "B"
	doc.remove(doc.rows[0])
	doc.append("rows", {"label": "c"})
	doc.save()
	rows = frappe.get_all(ROW, {"parent": doc.name}, ["name", "label", "idx"], order_by="idx")
	assert [(row.label, row.idx) for row in rows] == [("B", 1), ("c", 2)]
	assert rows[0].name == names[1]


def test_setting_a_table_replaces_its_rows(thing):
	doc = thing(rows=[{"label": "a"}])
	doc.set("rows", [{"label": "x"}, {"label": "y"}])
	doc.save()
	assert frappe.get_all(ROW, {"parent": doc.name}, pluck="label", order_by="idx") == ["x", "y"]


def test_a_row_can_be_found(thing):
	doc = thing(rows=[{"label": "a", "amount": 1}, {"label": "b", "amount": 2}])
	assert [row.label for row in doc.get("rows", {"amount": 2})] == ["b"]


# Changed fields


def test_a_saved_document_knows_what_it_was(thing):
	doc = thing(remark="a")
	doc.remark = "b"
	doc.save()
	assert doc.get_doc_before_save().remark == "a"


def test_db_set_writes_at_once_and_does_not_validate(thing):
	doc = thing()
	before = doc.modified
	doc.db_set("kind", "Huge")
	assert frappe.db.get_value(THING, doc.name, "kind") == "Huge"
	assert str(doc.modified) > str(before)
	doc.db_set({"remark": "x", "count_of": 4}, update_modified=False)
	assert frappe.db.get_value(THING, doc.name, ["remark", "count_of"]) == ("x", 4)


# Deleting


def test_deleting_takes_the_rows_with_it(thing):
	thing(rows=[{"label": "a"}]).delete()
	assert frappe.db.count(ROW) == 0


def test_what_others_link_to_is_not_deleted(thing):
	parent = thing("parent")
	thing("child", parent_thing=parent.name)
	with pytest.raises(frappe.LinkExistsError):
		parent.delete()
	frappe.delete_doc(THING, parent.name, force=True)
	assert not frappe.db.exists(THING, parent.name)


def test_what_others_link_to_dynamically_is_not_deleted(thing):
	target = thing("target")
	thing("pointer", subject_type=THING, subject_name=target.name)
	with pytest.raises(frappe.LinkExistsError):
		target.delete()


def test_deleting_what_is_gone_is_no_error_unless_asked():
	assert not frappe.delete_doc(THING, "never there")
	with pytest.raises(frappe.DoesNotExistError):
		frappe.delete_doc(THING, "never there", ignore_missing=False)


def test_loading_what_is_gone_is_an_error():
	with pytest.raises(frappe.DoesNotExistError):
		frappe.get_doc(THING, "never there")


def test_renaming_follows_the_links(thing):
	parent = thing("old")
	child = thing("child", parent_thing=parent.name)
	assert frappe.rename_doc(THING, parent.name, "NEW", force=True) == "NEW"
	assert frappe.db.get_value(THING, child.name, "parent_thing") == "NEW"


def test_a_small_text_holds_64_kilobytes_and_no_more(thing):
	assert len(thing("fits", remark="x" * 65_535).reload().remark) == 65_535
	with pytest.raises(frappe.db.DataError):
		thing("too long", remark="x" * 65_536)


def test_a_small_text_counts_bytes(thing):
	"""The drivers have different errors for a letter that doesn't fit."""
	assert len(thing("fits", remark="é" * 32_767).reload().remark) == 32_767
	with pytest.raises((frappe.db.DataError, frappe.db.OperationalError)):
		thing("too long", remark="é" * 32_768)


def test_a_long_text_holds_more(thing):
	assert len(thing(snippet="x" * 100_000).reload().snippet) == 100_000


def test_who_may_not_create_learns_nothing_about_links(as_user):
	with as_user(STRANGER), pytest.raises(frappe.PermissionError):
		fresh(holder="nobody@example.com").insert()


def test_a_deleted_document_is_kept_unless_it_is_deleted_for_good(thing):
	kept, gone = thing("kept", remark="Ada Lovelace"), thing("gone")
	kept.delete()
	frappe.delete_doc(THING, gone.name, delete_permanently=True)
	found = frappe.get_all("Deleted Document", {"deleted_doctype": THING}, ["deleted_name", "data"])
	assert [row.deleted_name for row in found] == [kept.name]
	assert "Ada Lovelace" in found[0].data
