"""frappe.db, get_all and the query builder."""

from contextlib import nullcontext
from datetime import datetime

import frappe
import pytest
from frappe.model.utils.rename_field import rename_field
from frappe.query_builder.functions import Coalesce, Count, Lower, Max, Min, Sum

from tests.platform.conftest import EVE, JANE, ROW, THING
from tests.support.site import is_released_16, on_real_site


@pytest.fixture
def three(thing):
	thing("a", kind="Small", count_of=1, starts_on="2026-01-01 10:00:00", remark="first", holder=JANE)
	thing("b", kind="Large", count_of=2, starts_on="2026-01-02 10:00:00", rows=[{"label": "x", "amount": 5}])
	thing("c", kind="Large", count_of=3, remark="", holder=EVE)


def titles(filters=None, **options) -> str:
	return "".join(frappe.get_all(THING, filters, pluck="title", order_by="title", **options))


@pytest.mark.parametrize(
	("filters", "found"),
	[
		({"kind": "Large"}, "bc"),
		({"kind": "LARGE"}, "bc"),
		({"kind": ["!=", "Large"]}, "a"),
		({"count_of": [">", 1]}, "bc"),
		({"count_of": ["<=", "2"]}, "ab"),
		({"count_of": ["in", [1, 3]]}, "ac"),
		({"title": ["in", ["A", "b"]]}, "ab"),
		({"title": ["in", []]}, ""),
		({"title": ["not in", ["a"]]}, "bc"),
		({"remark": ["!=", "first"]}, "bc"),
		({"remark": ["is", "set"]}, "a"),
		({"remark": ["is", "not set"]}, "bc"),
		({"remark": ""}, "bc"),
		({"holder": ["not in", [JANE]]}, "bc"),
		({"title": ["like", "%A%"]}, "a"),
		({"remark": ["not like", "%irst"]}, "bc"),
		({"starts_on": [">=", "2026-01-02"]}, "b"),
		({"starts_on": datetime(2026, 1, 1, 10)}, "a"),
		({"starts_on": ["<", "2026-01-02 00:00:00"]}, "ac"),
		([["kind", "=", "Large"], ["count_of", ">", 2]], "c"),
		([[THING, "kind", "=", "Large"]], "bc"),
		({"name": "THING-a"}, "a"),
		("THING-a", "a"),
		(["THING-a", "THING-c"], "ac"),
	],
)
def test_filters_of_get_all(three, filters, found):
	if isinstance(filters, str) or (isinstance(filters, list) and isinstance(filters[0], str)):
		filters = {"name": ["in", [filters] if isinstance(filters, str) else filters]}
	assert titles(filters) == found


@pytest.mark.parametrize(
	("filters", "found"),
	[
		({"kind": "large"}, 2),
		({"remark": None}, 1),
		({"remark": ["!=", "first"]}, 1),
		({"starts_on": "2026-01-01 10:00:00"}, 1),
		({"title": ["in", ["a", "b"]]}, 2),
		([["kind", "=", "Large"], ["title", "=", "b"]], 1),
	],
)
def test_filters_of_count_are_plain_sql(three, filters, found):
	"""Unlike get_all, `!=` doesn't match NULL here."""
	assert frappe.db.count(THING, filters) == found


def test_get_all_shapes(three):
	assert frappe.get_all(THING, {"title": "a"}, ["title", "count_of"]) == [{"title": "a", "count_of": 1}]
	rows = frappe.get_all(THING, fields=["title as t", "count_of"], order_by="count_of desc", limit=1)
	assert rows == [{"t": "c", "count_of": 3}]
	assert frappe.get_all(THING, limit_start=1, limit_page_length=1, order_by="title asc", pluck="title") == ["b"]
	assert len(frappe.get_all(THING, fields="*", filters={"title": "a"})[0]) > 25


@pytest.mark.parametrize("function", ["count(name) as total", "max(count_of) as total"])
def test_functions_of_sql_are_for_the_query_builder(three, function):
	"""As fields of get_all, the released Frappe 16 refuses functions in strings; Frappe 15 accepts nothing else."""
	if is_released_16():
		with pytest.raises(frappe.ValidationError):
			frappe.get_all(THING, fields=[function])
	else:
		assert frappe.get_all(THING, fields=[function])[0].total == 3
	table = frappe.qb.DocType(THING)
	assert frappe.qb.from_(table).select(Count(table.name), Max(table.count_of)).run() in ([(3, 3)], ((3, 3),))


def test_get_value_shapes(three):
	get = frappe.db.get_value
	assert get(THING, "THING-a", "count_of") == 1
	assert get(THING, {"title": "B"}, ["title", "count_of"]) == ("b", 2)
	assert get(THING, {"title": "b"}, ["title", "count_of"], as_dict=True) == {"title": "b", "count_of": 2}
	assert get(THING, {"title": "nobody"}, "title") is None
	assert get(THING, "THING-a", "*").title == "a"
	assert get(THING, {"kind": "Large"}, "title", order_by="count_of asc") == "b"
	assert frappe.db.get_values(THING, {"kind": "Large"}, "title", order_by="title asc", pluck=True) == ["b", "c"]
	assert frappe.db.get_values(THING, {"kind": "Large"}, "title", order_by="title", pluck=True) == ["c", "b"]
	assert frappe.db.exists(THING, "thing-A") == "THING-a"
	assert frappe.db.exists(THING, {"title": "b"}) == "THING-b"
	assert frappe.db.exists(THING, "none") is None


def test_set_value_shapes(three):
	frappe.db.set_value(THING, "THING-a", "remark", "new")
	frappe.db.set_value(THING, {"kind": "Large"}, {"remark": "many", "count_of": 9})
	assert frappe.get_all(THING, pluck="remark", order_by="title") == ["new", "many", "many"]
	before = frappe.db.get_value(THING, "THING-a", "modified")
	frappe.db.set_value(THING, "THING-a", "remark", "x", update_modified=False)
	assert frappe.db.get_value(THING, "THING-a", "modified") == before
	frappe.db.delete(THING, {"count_of": [">", 5]})
	assert titles() == "a"


def test_sql_shapes(three):
	query = "select title, count_of from `tabPlatform Thing` where kind = %s order by title"
	assert [tuple(row) for row in frappe.db.sql(query, ("large",))] == [("b", 2), ("c", 3)]
	query = "select title from `tabPlatform Thing` where kind = %(kind)s and title like %(part)s"
	assert frappe.db.sql(query, {"kind": "Large", "part": "%b%"}, as_dict=True) == [{"title": "b"}]
	query = "select title from `tabPlatform Thing` where title in %(titles)s order by title"
	assert frappe.db.sql(query, {"titles": ["a", "b"]}, pluck=True) == ["a", "b"]
	assert frappe.db.sql("select count(*) from `tabPlatform Thing` where title like '%b%'") == ((1,),)


def test_text_is_compared_without_regard_to_case(three):
	query = "select count(*) from `tabPlatform Thing` where kind = 'LARGE' and title in ('B', 'C')"
	assert frappe.db.sql(query)[0][0] == 2


@pytest.mark.parametrize(
	("pattern", "found"), [("100%", "ab"), (r"100\%", "a"), ("1_0%", "ab"), (r"%\_", ""), ("%É%", "c"), ("%é%", "c")]
)
def test_like_and_its_escapes(thing, pattern, found):
	for title, remark in (("a", "100%"), ("b", "100 of"), ("c", "Café")):
		thing(title, remark=remark)
	table = frappe.qb.DocType(THING)
	query = "select title from `tabPlatform Thing` where remark like %s order by title"
	assert "".join(frappe.db.sql(query, (pattern,), pluck=True)) == found
	assert (
		"".join(frappe.db.get_values(THING, {"remark": ["like", pattern]}, "title", order_by="title asc", pluck=True))
		== found
	)
	builder = frappe.qb.from_(table).select(table.title).where(table.remark.like(pattern)).orderby(table.title)
	assert "".join(builder.run(pluck=True)) == found


def test_a_backslash_in_like_of_get_all(thing):
	"""The released Frappe 16 leaves it to SQL, where it escapes the next character. Earlier versions doubled it."""
	thing("a", remark=r"back\slash")
	thing("b", remark="100%")
	assert titles({"remark": ["like", r"%k\s%"]}) == ("" if is_released_16() else "a")
	assert titles({"remark": ["like", r"%k\\s%"]}) == ("a" if is_released_16() else "")
	assert titles({"remark": ["like", r"%\%"]}) == ("b" if is_released_16() else "a")


def test_escape_survives_quotes(thing):
	thing("q", remark="it's")
	condition = f"remark = {frappe.db.escape(chr(39).join(('it', 's')))}"
	assert frappe.db.sql(f"select title from `tabPlatform Thing` where {condition}", pluck=True) == ["q"]


def test_query_builder(three):
	table = frappe.qb.DocType(THING)
	select = frappe.qb.from_(table).select(table.title).orderby(table.title)
	assert select.where(table.kind == "Large").run(pluck=True) == ["b", "c"]
	assert select.where(table.starts_on < datetime(2026, 1, 2)).run(pluck=True) == ["a"]
	assert select.where((table.count_of > 1) & table.remark.isnull()).run(as_dict=True) == [{"title": "b"}]
	assert select.where(Lower(table.title).isin(["a"]) | table.holder.like("%eve%")).run(pluck=True) == ["a", "c"]
	totals = frappe.qb.from_(table).select(Count("*"), Sum(table.count_of), Max(table.count_of), Min(table.title))
	assert tuple(totals.run()[0]) == (3, 6, 3, "a")
	assert frappe.qb.from_(table).select(Max(table.starts_on)).run()[0][0] == datetime(2026, 1, 2, 10)
	assert select.select(Coalesce(table.remark, "-")).limit(2).run() == (("a", "first"), ("b", "-"))
	frappe.qb.update(table).set(table.remark, "it's").where(table.title == "a").run()
	assert frappe.db.get_value(THING, "THING-a", "remark") == "it's"
	frappe.qb.from_(table).delete().where(table.title == "a").run()
	assert titles() == "bc"


def test_query_builder_joins(three):
	table, row = frappe.qb.DocType(THING), frappe.qb.DocType(ROW)
	joined = frappe.qb.from_(table).join(row).on(row.parent == table.name).select(table.title, row.amount)
	assert [tuple(found) for found in joined.run()] == [("b", 5)]
	nested = frappe.qb.from_(row).select(row.parent).where(row.amount == 5)
	assert frappe.qb.from_(table).select(table.title).where(table.name.isin(nested)).run(pluck=True) == ["b"]


def test_bulk_insert():
	fields = ["name", "title", "count_of", "code"]
	frappe.db.bulk_insert(THING, fields, [("n1", "x", 1, "c1"), ("n2", "y", 2, "c2")])
	assert titles() == "xy"


def test_a_unique_index_speaks_through_the_driver(thing):
	thing("a", code="one")
	with pytest.raises(frappe.db.DataError.__base__) as refused:
		frappe.db.bulk_insert(THING, ["name", "code"], [("other", "ONE")])
	assert frappe.db.is_unique_key_violation(refused.value)
	with pytest.raises(frappe.db.DataError.__base__) as refused:
		frappe.db.bulk_insert(THING, ["name"], [("thing-A",)])
	assert frappe.db.is_primary_key_violation(refused.value)


@pytest.mark.parametrize(
	("field", "value"), [("title", "x" * 65), ("count_of", 2**31), ("starts_on", "no date"), ("count_of", None)]
)
def test_the_database_itself_refuses_what_does_not_fit(thing, field, value):
	"""Frappe 16 creates no text column shorter than 64 characters. A shorter length applies to forms only."""
	doc = thing()
	with pytest.raises(frappe.db.DataError.__base__):
		frappe.db.set_value(THING, doc.name, field, value)


def test_a_column_for_short_text_is_as_wide_as_its_field_or_64_wide(thing):
	"""As its field on 15.44; 64 wide on 15.101 and the released 16. The document refuses longer text on all of them."""
	doc = thing()
	wide = on_real_site() and frappe.db.get_column_type(THING, "title") == "varchar(64)"
	with nullcontext() if wide else pytest.raises(frappe.db.DataError.__base__):
		frappe.db.set_value(THING, doc.name, "title", "x" * 21)


def test_a_long_int_has_64_bits():
	frappe.db.bulk_insert("Booking Slot", ["name", "bucket"], [("big", 2**62)])
	assert frappe.db.get_value("Booking Slot", {"bucket": [">", 2**61]}, "bucket") == 2**62


def test_microseconds_are_kept(thing):
	instant = datetime(2026, 1, 1, 10, 0, 0, 123456)
	assert frappe.db.get_value(THING, thing(starts_on=instant).name, "starts_on") == instant


def test_structure():
	assert frappe.db.table_exists(THING)
	assert not frappe.db.table_exists("No Such Thing")
	meta = frappe.get_meta(THING)
	assert meta.has_field("title")
	assert meta.get_field("kind").options == "Small\nLarge"
	assert meta.get_label("starts_on") == "Starts_On"
	assert frappe.get_meta("Event").has_field("reference_doctype") in (True, False)
	with pytest.raises(frappe.DoesNotExistError):
		frappe.get_meta("No Such Thing")


def test_a_renamed_field_takes_the_old_columns_values(thing):
	one = thing("a", remark="first", holder=JANE)
	rename_field(THING, "holder", "remark")
	assert frappe.db.get_value(THING, one.name, "remark") == JANE
	rename_field(THING, "never_there", "remark")
	rename_field(THING, "holder", "never_there")
	assert frappe.db.get_value(THING, one.name, "remark") == JANE


@pytest.mark.parametrize(
	("expression", "value"),
	[
		("concat(1, ', (', concat('it''s', 2 + 1))", "1, (it's3"),
		("concat('a', null)", None),
		("'concat('", "concat("),
		("concat(ifnull(null, 'null'), ',')", "null,"),
	],
)
def test_texts_are_joined_as_mariadb_does(expression, value):
	assert frappe.db.sql(f"select {expression}")[0][0] == value
