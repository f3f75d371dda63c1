"""The app in the desk: its workspace and, on Frappe 16, its icon on the desktop and its sidebar."""

import json
from pathlib import Path

import frappe
import pytest

from scheduler_integration import hooks
from scheduler_integration.install import remove_desktop_entries
from scheduler_integration.permissions import has_app_permission
from tests.support.factories import make_user
from tests.support.site import on_real_site

APP = Path(hooks.__file__).parent
DESKTOP = ("Desktop Icon", "Workspace Sidebar")


def shipped(doctype):
	return json.loads((APP / frappe.scrub(doctype) / "scheduling.json").read_text())


@pytest.fixture
def workspace():
	return json.loads((APP / "scheduler_integration" / "workspace" / "scheduling" / "scheduling.json").read_text())


def test_a_filter_of_five_parts_made_the_shortcut_count_every_booking(workspace):
	"""Frappe 16 drops such a filter completely."""
	filters = [json.loads(each["stats_filter"]) for each in workspace["shortcuts"] if each.get("stats_filter")]
	assert filters == [[["Booking", "status", "=", "Scheduled"]]]
	assert frappe.get_all("Booking", [part[1:] for part in filters[0]], limit=1) is not None


def test_a_filter_of_five_parts_made_the_card_of_failed_deliveries_count_every_task():
	files = APP.glob("scheduler_integration/number_card/*/*.json")
	cards = [json.loads(path.read_text()) for path in files]
	filters = [part for card in cards for part in json.loads(card["filters_json"])]
	assert filters == [["Outbox Task", "status", "=", "Failed"]]


def test_icon_sidebar_and_workspace_have_one_name(workspace):
	"""Newer versions of Frappe 16 hide an icon if no sidebar has the same name."""
	icon, sidebar = map(shipped, DESKTOP)
	names = {icon["label"], icon["name"], icon["link_to"], sidebar["title"], sidebar["name"], workspace["name"]}
	assert names == {"Scheduling"}
	assert {icon["app"], sidebar["app"]} == {hooks.app_name}


def test_each_host_read_jargon_in_the_sidebar(workspace):
	labels = {item["label"] for item in [*shipped("Workspace Sidebar")["items"], *workspace["links"]]}
	assert "Outbox Task" not in labels
	assert "Deliveries" in labels


def test_the_sidebar_leads_to_what_exists(workspace):
	links = [item for item in shipped("Workspace Sidebar")["items"] if item["type"] == "Link"]
	by_kind = {
		kind: [each for each in links if each["link_type"] == kind]
		for kind in ("DocType", "Report", "Workspace", "URL")
	}
	assert sum(map(len, by_kind.values())) == len(links)
	assert [each["link_to"] for each in by_kind["Workspace"]] == [workspace["name"]]
	assert [each["url"] for each in by_kind["URL"]] == ["/scheduling", "/scheduling/why"]
	linked = [each for each in workspace["links"] if each["type"] == "Link"]
	for kind in ("DocType", "Report"):
		in_workspace = {each["link_to"] for each in linked if each["link_type"] == kind}
		assert {each["link_to"] for each in by_kind[kind]} == in_workspace
		assert all(
			(APP / "scheduler_integration" / frappe.scrub(kind) / frappe.scrub(name)).is_dir() for name in in_workspace
		)


def test_the_workspace_shows_the_cards_and_charts_that_the_app_ships(workspace):
	content = json.loads(workspace["content"])
	for kind, key in (("number_card", "number_card_name"), ("dashboard_chart", "chart_name")):
		shipped_ones = {json.loads(path.read_text())["name"] for path in APP.glob(f"*/{kind}/*/*.json")}
		block = "chart" if kind == "dashboard_chart" else kind
		shown = {each["data"][key] for each in content if each["type"] == block}
		rows = workspace["charts" if block == "chart" else "number_cards"]
		assert shipped_ones == shown == {row[key] for row in rows}
		assert shipped_ones


def test_each_block_of_the_workspace_has_an_id_of_its_own(workspace):
	ids = [block["id"] for block in json.loads(workspace["content"])]
	assert len(set(ids)) == len(ids)


def test_the_cards_call_methods_that_the_desk_may_call():
	for path in APP.glob("*/number_card/*/*.json"):
		card = json.loads(path.read_text())
		if card["type"] == "Custom":
			frappe.is_whitelisted(frappe.get_attr(card["method"]))


@pytest.mark.skipif(not on_real_site(), reason="the embedded site has no desk")
def test_the_desk_runs_the_report_of_the_charts():
	from frappe.desk.query_report import run

	for chart in frappe.get_all(
		"Dashboard Chart", {"name": ["like", "Engagement by %"]}, ["report_name", "filters_json"]
	):
		answer = run(chart.report_name, chart.filters_json)
		assert [column["fieldname"] for column in answer["columns"]][1:] == [
			"clicks",
			"bookings",
			"completed",
			"conversion_rate",
		]
		assert answer["chart"]["type"] == "bar"


def test_a_chart_of_the_workspace_looks_as_in_its_report():
	"""The workspace takes the report's figures, but neither its colours nor that its bars are stacked."""
	shipped_ones = [json.loads(path.read_text()) for path in APP.glob("*/dashboard_chart/*/*.json")]
	assert shipped_ones
	for chart in shipped_ones:
		module = frappe.scrub(chart["report_name"])
		execute = frappe.get_attr(f"scheduler_integration.scheduler_integration.report.{module}.{module}.execute")
		drawn = execute(frappe._dict(json.loads(chart["filters_json"])))[3]
		looks = {key: drawn[key] for key in ("colors", "barOptions") if key in drawn}
		assert json.loads(chart["custom_options"]) == looks, chart["name"]


def test_the_first_columns_of_the_outbox_list_tell_what_was_sent():
	"""On a laptop, Frappe shows the title, the status and one more column."""
	columns = [field.fieldname for field in frappe.get_meta("Outbox Task").fields if field.in_list_view]
	assert columns[0] == "purpose"


def test_the_logo_is_among_the_apps_assets():
	(tile,) = hooks.add_to_apps_screen
	assert tile["logo"] == shipped("Desktop Icon")["logo_url"]
	assert (APP / "public" / tile["logo"].removeprefix(f"/assets/{hooks.app_name}/")).is_file()


@pytest.mark.parametrize(
	("roles", "shown"), [(("Scheduling User",), True), (("Scheduling Manager",), True), ((), False)]
)
def test_the_app_is_shown_to_those_who_schedule(roles, shown, as_user):
	(tile,) = hooks.add_to_apps_screen
	assert frappe.get_attr(tile["has_permission"]) is has_app_permission
	with as_user(make_user(roles=roles)):
		assert has_app_permission() is shown


def test_uninstalling_takes_icon_and_sidebar_along():
	"""Frappe 16 itself looks for icons with the app's title only, but this icon has another name."""
	if not frappe.db.exists("DocType", "Workspace Sidebar"):
		pytest.skip("only Frappe 16 has sidebars")
	for doctype in DESKTOP:
		assert frappe.db.count(doctype, {"app": hooks.app_name}) == 1
	rows = {"parenttype": "Workspace Sidebar", "parent": "Scheduling"}
	assert frappe.db.count("Workspace Sidebar Item", rows) == len(shipped("Workspace Sidebar")["items"])
	remove_desktop_entries()
	for doctype in DESKTOP:
		assert not frappe.db.count(doctype, {"name": "Scheduling"})
	assert not frappe.db.count("Workspace Sidebar Item", rows)
	assert (APP / "desktop_icon" / "scheduling.json").exists()


@pytest.mark.parametrize(
	"path", sorted((APP / "scheduler_integration" / "doctype").glob("*/*.json")), ids=lambda path: path.stem
)
def test_people_who_may_read_records_can_open_them(path):
	"""A DocType that is `read_only` opens for nobody in the desk: Frappe leaves it out of what a user can read."""
	assert not json.loads(path.read_text()).get("read_only")
