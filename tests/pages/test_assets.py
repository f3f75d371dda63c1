"""Pages load what `bench build` made. Without a build they load the sources, with a version that changes with them."""

import json
import re

import frappe
import pytest

from scheduler_integration.pages.kit import assets as room
from scheduler_integration.pages.kit.assets import assets
from tests.pages.offer import path_of
from tests.pages.reading import read
from tests.support.modules import PUBLIC, SCRIPTS, scripts_of

# The desk loads these scripts itself (hooks.py).
MODULES = {path.relative_to(PUBLIC).as_posix() for path in PUBLIC.glob("js/**/*.js")} - {
	path.relative_to(PUBLIC).as_posix() for path in PUBLIC.glob("js/desk/*.js")
}
VERSIONED = re.compile(r"/assets/scheduler_integration/(.+)\?v=\d[\w.]*-[0-9a-f]{10}")


@pytest.fixture
def unbuilt(monkeypatch):
	monkeypatch.setattr(room, "get_assets_json", dict)


@pytest.fixture
def built(tmp_path, monkeypatch):
	"""`built("booking.bundle.js")` makes a file as `bench build` does, and returns its address."""
	known = {}

	def build(name):
		name = f"scheduling_{name}"
		known[name] = f"/assets/scheduler_integration/dist/{name.replace('bundle', 'bundle.X7')}"
		path = tmp_path / known[name][1:]
		path.parent.mkdir(parents=True, exist_ok=True)
		path.write_text("")
		return known[name]

	monkeypatch.setattr(room, "get_assets_json", lambda: known)
	monkeypatch.setattr(frappe.local, "sites_path", str(tmp_path))
	return build


def test_a_built_bench_gets_one_script_and_one_sheet(built):
	script, sheet = built("booking.bundle.js"), built("booking.bundle.css")
	assert assets("booking", "booking") == ((sheet,), script, None, "")
	assert room.script_address("zones").startswith("/assets/scheduler_integration/bundles/")


def test_a_file_that_the_bench_knows_but_has_lost_does_not_break_the_page(built, tmp_path):
	built("booking.bundle.js")
	(tmp_path / "assets/scheduler_integration/dist/scheduling_booking.bundle.X7.js").unlink()
	assert VERSIONED.fullmatch(assets("booking", "booking").script)


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_bench_that_has_built_nothing_loads_the_sources(monkeypatch, nothing):
	monkeypatch.setattr(room, "get_assets_json", lambda: nothing)
	found = assets("booking", "booking")
	assert VERSIONED.fullmatch(found.script)[1] == "bundles/scheduling_booking.bundle.js"
	assert [VERSIONED.fullmatch(each)[1] for each in found.styles] == [
		"css/base.css", "css/booking.css", "css/calendar.css", "css/form.css"
	]  # fmt: skip


@pytest.mark.parametrize("sheet", sorted(PUBLIC.glob("bundles/*.scss")), ids=lambda path: path.name)
def test_every_sheet_that_a_bundle_names_exists(unbuilt, sheet):
	found = assets(sheet.name.split(".")[0].removeprefix("scheduling_")).styles
	assert found
	assert all((PUBLIC / VERSIONED.fullmatch(each)[1]).is_file() for each in found)


def test_every_module_is_in_the_import_map_and_belongs_to_a_page(unbuilt):
	addresses = json.loads(str(assets("booking", "booking").import_map))["imports"]
	assert {f"/assets/scheduler_integration/{path}" for path in MODULES} == set(addresses)
	assert all(VERSIONED.fullmatch(address) for address in addresses.values())
	assert set().union(*map(scripts_of, SCRIPTS)) - MODULES == {f"bundles/{path.name}" for path in SCRIPTS.values()}
	assert set().union(*map(scripts_of, SCRIPTS)) >= MODULES


@pytest.mark.long
def test_both_directions_have_one_sheet(client, offer):
	"""Frappe's own sheets for right-to-left languages are mirrored, and these mirror themselves."""
	sheets = {
		read(client.get(path_of(offer), headers={"Accept-Language": language}).text).all("link", rel="stylesheet")[0][
			"href"
		]
		for language in ("en", "ar")
	}
	assert len(sheets) == 1
	assert "rtl" not in sheets.pop()


def test_pages_of_a_bench_that_is_built_have_no_import_map(client, offer):
	if "?v=" in room.script_address("booking"):
		pytest.skip("nothing was built here: bench build --app scheduler_integration")
	answer = client.get(path_of(offer))
	page = read(answer.text)
	assert not page.all("script", type="importmap")
	assert page.one("script", type="module")["src"] == room.script_address("booking")
	assert len(page.all("link", rel="stylesheet")) == 1
	assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
