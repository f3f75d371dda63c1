"""Large files of figures: asked for by a request, made by a job, downloaded by their owner alone."""

import csv
import errno
import io
import signal
from pathlib import Path

import frappe
import openpyxl
import pytest
from frappe.utils import get_files_path

from scheduler_integration import jobs
from scheduler_integration.insights import export as tables
from scheduler_integration.insights import export_files, sheets
from scheduler_integration.pages.host import insights
from scheduler_integration.pages.kit.templates import draw
from scheduler_integration.platform import progress
from tests.bookings.racing import START as START_TOGETHER
from tests.bookings.racing import race_processes
from tests.pages.offer import sign_in
from tests.pages.reading import read
from tests.support import door
from tests.support.api import call
from tests.support.factories import at, make_host, make_meeting_type, make_page, make_user, payload

NOW = "2026-11-26T12:00:00Z"
DATES = {"start_date": "2026-11-23", "end_date": "2026-11-29"}
JSON = {"Accept": "application/json"}
START, LIST = "analytics.start_export", "analytics.exports"


@pytest.fixture
def jane(frozen, commit_clean, monkeypatch):
	# Batches of two: five bookings take three of them.
	monkeypatch.setattr(tables, "BATCH", 2)
	monkeypatch.setattr(export_files, "BATCH", 2)
	page = make_page(make_host("Jane"))
	page.clock = frozen("2026-11-20T08:00:00Z")
	page.intro = make_meeting_type(page, title="Intro call", price=50, currency="EUR")
	page.names = [
		door.book(payload(page, page.intro, at(f"2026-11-{day} 09:00")), at("2026-11-20 08:00")).id
		for day in (23, 24, 25, 26, 27)
	]
	page.clock.move_to(NOW)
	frappe.db.commit()
	yield page
	export_files.forget_all()
	frappe.db.commit()


def data(method, user, /, **arguments):
	_status, body = call(method, user, **arguments)
	assert body["success"], body
	return body["data"]


def start(user, **arguments):
	"""Ask for a file as the user, and return its name."""
	name = data(START, user, **{"what": "bookings", **DATES, **arguments})["export_id"]
	frappe.db.commit()
	return name


def files(user):
	frappe.db.rollback()
	return data(LIST, user)


def on_disk(record):
	return Path(get_files_path(frappe.db.get_value("Scheduling Export", record, "file_name"), is_private=True))


def rows_of(content, form):
	if form == "csv":
		return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
	return [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet_of(content).iter_rows()]


def sheet_of(content):
	return openpyxl.load_workbook(io.BytesIO(content)).active


@pytest.mark.long
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_file_has_the_rows_of_the_request_and_its_owner_is_told(jane, site, client, form):
	frappe.db.set_value("Booking", {"host": jane.user}, "attendee_company", '=HYPERLINK("http://evil.example")')
	frappe.db.commit()
	start(jane.user, format=form)
	site.run_jobs()
	[made] = files(jane.user)
	assert (made["status"], made["rows"], made["format"]) == ("ready", 5, form)
	assert made["expires_at"] == "2026-12-03T12:00:00Z"
	sign_in(client, jane.user)
	answer = client.get(made["url"])
	assert answer.status_code == 200
	at_once = call("analytics.export", jane.user, what="bookings", format=form, **DATES)[1]["filecontent"]
	rows = rows_of(answer.content, form)
	assert rows == rows_of(at_once, form)
	assert sorted(row[0] for row in rows[1:]) == sorted(jane.names)
	assert {row[rows[0].index("attendee_company")][0] for row in rows[1:]} == {"'"}
	[told] = frappe.get_all("Notification Log", {"for_user": jane.user}, ["subject", "link", "email_content"])
	assert (told.subject, told.link) == ("Your file is ready: 5 rows", made["url"])
	assert "December 3, 2026" in told.email_content


@pytest.mark.long
def test_the_owner_is_told_in_the_own_language_and_zone(jane, site):
	frappe.db.set_value("User", jane.user, {"language": "de", "time_zone": "Pacific/Auckland"})
	start(jane.user)
	site.run_jobs()
	frappe.db.rollback()
	# Noon of 3 December is past midnight in Auckland.
	content = frappe.db.get_value("Notification Log", {"for_user": jane.user}, "email_content")
	assert "4. Dezember 2026" in content


@pytest.mark.long
def test_nobody_else_gets_the_file(jane, site, server):
	start(jane.user)
	site.run_jobs()
	[made] = files(jane.user)
	users = [
		make_host("Tom"),
		make_user("Maya", roles=("Scheduling Manager",)),
		make_user("Sam", roles=("System Manager",)),
	]
	frappe.db.commit()
	for user in users:
		with server.client() as other:
			sign_in(other, user)
			assert other.get(made["url"]).status_code == 403
			assert files(user) == []
	with server.client() as guest:
		assert guest.get(made["url"]).status_code == 403


def test_only_those_who_see_the_figures_ask_for_them(jane):
	tom = make_host("Tom")
	frappe.db.commit()
	assert call(START, tom, what="bookings", host=jane.user, **DATES)[0] == 403
	assert call(START, make_user("Nobody", roles=()), what="bookings", **DATES)[0] == 403
	assert [call(method, "Guest")[0] for method in (START, LIST)] == [401, 401]
	assert call(START, jane.user, what="passwords")[0] == 400
	assert call(START, jane.user, what="video_providers", source="page")[0] == 400


@pytest.mark.parametrize(("field", "code"), [("page", "PAGE_NOT_FOUND"), ("meeting_type", "MEETING_TYPE_NOT_FOUND")])
def test_an_empty_file_was_made_for_an_unknown_page_or_type(jane, field, code):
	status, body = call(START, jane.user, what="daily", **DATES, **{field: "no-such-one"})
	assert (status, body["code"]) == (404, code)
	assert data(LIST, jane.user) == []


@pytest.mark.long
def test_somebody_who_loses_their_rights_meanwhile_gets_no_file(jane, site):
	maya = make_user("Maya", roles=("Scheduling Manager",))
	frappe.db.commit()
	start(maya, host=jane.user)
	user = frappe.get_doc("User", maya)
	user.roles = []
	user.append("roles", {"role": "Scheduling User"})
	user.save()
	frappe.db.commit()
	site.run_jobs()
	[refused] = files(maya)
	assert (refused["status"], refused["failed_because"], refused["url"]) == ("failed", "NOT_PERMITTED", None)
	assert not on_disk(refused["export_id"]).exists()


def test_a_disabled_user_gets_no_file(jane, site):
	name = start(jane.user)
	frappe.db.set_value("User", jane.user, "enabled", 0)
	frappe.db.commit()
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.get_value("Scheduling Export", name, "reason") == "NOT_PERMITTED"


@pytest.mark.long
def test_a_second_file_waits_until_the_first_is_made(jane, site):
	start(jane.user)
	status, body = call(START, jane.user, what="daily", **DATES)
	assert (status, body["code"]) == (409, "EXPORT_RUNNING")
	tom = make_host("Tom")
	frappe.db.commit()
	start(tom)
	site.run_jobs()
	start(jane.user, what="daily")
	site.run_jobs()
	assert [made["status"] for made in files(jane.user)] == ["ready", "ready"]


ASK = f"""{START_TOGETHER}
from scheduler_integration.insights import export_files
from scheduler_integration.insights.scope import scope_for
now = clock.now()
scope = scope_for(wish, None, None, now)
race(lambda: export_files.ask("bookings", "csv", scope, wish, now).status)
"""


@pytest.mark.long
def test_two_requests_at_the_same_moment_are_one_file(jane, site):
	assert sorted(race_processes(site, [jane.user] * 2, ASK)) == [[200, "Waiting"], [409, "EXPORT_RUNNING"]]
	assert len(files(jane.user)) == 1


def test_two_jobs_for_one_file_make_it_once(jane):
	name = start(jane.user)
	frappe.db.set_value("Scheduling Export", name, {"status": "Running", "alive_at": at("2026-11-26 11:59")})
	frappe.db.commit()
	jobs.make_export(name)
	assert frappe.db.count("Notification Log", {"for_user": jane.user}) == 0
	assert files(jane.user)[0]["status"] == "running"


# Makes the file, and dies after the first batch.
DIES = """
import os, signal, sys
import frappe
from scheduler_integration.insights import export, export_files
from scheduler_integration.platform import clock
export.BATCH = export_files.BATCH = 2
commit, commits = frappe.db.commit, 0
def counted():
	global commits
	commit()
	commits += 1
	if commits == 2:
		os.kill(os.getpid(), signal.SIGKILL)
frappe.db.commit = counted
export_files.make(sys.argv[1], lambda: int(sys.argv[2]))
"""


def test_a_job_that_is_killed_does_not_block_the_next_file(jane, site):
	name = start(jane.user)
	site.forget_jobs()
	worker = site.python(DIES, name, str(at("2026-11-26 12:00")))
	worker.communicate(timeout=60)
	assert worker.returncode == -signal.SIGKILL
	assert (files(jane.user)[0]["status"], files(jane.user)[0]["rows"]) == ("running", 2)
	path = on_disk(name)
	assert path.exists()
	assert call(START, jane.user, what="bookings", **DATES)[0] == 409
	jane.clock.move_to("2026-11-26T12:03:00Z")
	[dead] = files(jane.user)
	assert (dead["status"], dead["failed_because"]) == ("failed", "INTERRUPTED")
	start(jane.user)
	assert not path.exists()
	site.run_jobs()
	assert [each["status"] for each in files(jane.user)] == ["ready", "failed"]


def test_nobody_saw_how_far_a_file_is(jane, client, server, monkeypatch):
	monkeypatch.setattr(progress, "_PAUSE", 0)
	name, page, said, bookings = start(jane.user), "/scheduling/insights", [], tables.TABLES["bookings"]
	sign_in(client, jane.user)
	tom = make_host("Tom")

	def looked_at(scope, now):
		for number, row in enumerate(bookings(scope, now)):
			if number == 3:
				said.append(read(client.get(page).text).one("label", data_bar=name))
				said.append(client.get(page, headers=JSON).json()["running"])
				with server.client() as other:
					sign_in(other, tom)
					said.append(other.get(page, headers=JSON).json()["running"])
				frappe.cache.delete_keys("scheduling_progress:")
				said.append(read(client.get(page).text).one("label", data_bar=name).text)
			yield row

	monkeypatch.setitem(tables.TABLES, "bookings", looked_at)
	jobs.make_export(name)
	frappe.db.commit()
	shown, running, others, without_cache = said
	assert (shown.text, shown.one("progress")["value"], shown.one("progress")["max"]) == ("2 of 5 rows", "2", "5")
	assert running == [{"id": name, "done": 2, "total": 5, "text": "2 of 5 rows"}]
	assert others == []
	# The record knows the last batch.
	assert without_cache == "2 rows so far"
	assert client.get(page, headers=JSON).json() == {"running": []}
	over = read(client.get(page).text).one("section", id="downloads")
	assert "5 rows. You can download it until" in over.text
	assert not over.all("progress")


def test_a_job_that_was_thought_dead_stops(jane, monkeypatch):
	name, clock = start(jane.user), iter([at("2026-11-26 12:00")] * 2 + [at("2026-11-26 12:10")] * 9)
	keep = export_files.keep

	def fall_asleep():
		now = next(clock)
		if now > at("2026-11-26 12:00"):
			keep(now)
			frappe.db.commit()
		return now

	made = export_files.make(name, fall_asleep)
	assert (made.status, made.reason) == ("Failed", "INTERRUPTED")
	assert not on_disk(name).exists()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_full_disk_is_said_and_leaves_nothing(jane, site, monkeypatch, form):
	def full(rows, target):
		list(rows)
		target.write(b"half of it")
		raise OSError(errno.ENOSPC, "No space left on device")

	monkeypatch.setitem(sheets._WRITERS, form, full)
	name = start(jane.user, format=form)
	frappe.db.commit()
	jobs.make_export(name)
	frappe.db.commit()
	[failed] = files(jane.user)
	assert (failed["status"], failed["failed_because"]) == ("failed", "NOT_STORED")
	assert not on_disk(name).exists()
	assert not frappe.db.exists("File", {"owner": jane.user})
	[told] = frappe.get_all("Notification Log", {"for_user": jane.user}, ["subject", "link"])
	assert (told.subject, told.link) == ("Your file could not be made", "/scheduling/insights")
	assert frappe.db.exists("Error Log", {"error": ["like", "%No space left on device%"]})


def test_an_excel_file_that_fails_leaves_no_temporary_file(tmp_path, monkeypatch):
	monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

	def rows():
		yield ["name"]
		yield ["Jane"]
		raise OSError(errno.ENOSPC, "No space left on device")

	with pytest.raises(OSError, match="No space"):
		sheets.write(rows(), "xlsx", io.BytesIO())
	assert list(tmp_path.iterdir()) == []


def test_rows_beyond_those_of_a_sheet_are_on_the_next_one(monkeypatch):
	monkeypatch.setattr(sheets, "ROWS_OF_A_SHEET", 2)
	content = io.BytesIO()
	sheets.write([["name"], *([str(number)] for number in range(5))], "xlsx", content)
	book = openpyxl.load_workbook(content)
	assert [[row[0] for row in sheet.values] for sheet in book] == [
		["name", "0", "1"],
		["name", "2", "3"],
		["name", "4"],
	]


def test_files_are_deleted_after_seven_days(jane, site):
	name = start(jane.user)
	site.run_jobs()
	frappe.db.rollback()
	path = on_disk(name)
	for moment, exists in (("2026-12-03T11:59:59Z", True), ("2026-12-03T12:00:00Z", False)):
		jane.clock.move_to(moment)
		jobs.keep_exports()
		frappe.db.commit()
		assert path.exists() == exists
		assert bool(files(jane.user)) == bool(frappe.db.exists("File", {"owner": jane.user})) == exists


@pytest.mark.long
def test_two_files_with_the_same_rows_are_deleted_each(jane, site):
	paths = []
	for moment in ("2026-11-26T12:00:00Z", "2026-11-27T12:00:00Z"):
		jane.clock.move_to(moment)
		name = start(jane.user)
		site.run_jobs()
		frappe.db.rollback()
		paths.append(on_disk(name))
	jane.clock.move_to("2026-12-03T12:00:00Z")
	jobs.keep_exports()
	assert [path.exists() for path in paths] == [False, True]


@pytest.mark.long
def test_the_fourth_file_replaces_the_oldest(jane, site):
	names = []
	for minute in range(4):
		jane.clock.move_to(f"2026-11-26T12:0{minute}:00Z")
		names.append(start(jane.user))
		site.run_jobs()
	assert [made["export_id"] for made in files(jane.user)] == names[:0:-1]


def test_a_job_that_got_lost_with_the_queue_is_queued_again(jane, site):
	start(jane.user)
	site.forget_jobs()
	for moment, status in (("2026-11-26T12:04:59Z", "waiting"), ("2026-11-26T12:05:00Z", "ready")):
		jane.clock.move_to(moment)
		jobs.keep_exports()
		frappe.db.commit()
		site.run_jobs()
		assert files(jane.user)[0]["status"] == status
	# The scheduler has queued it, and the file still belongs to the host alone.
	assert frappe.db.get_value("File", {"file_url": files(jane.user)[0]["url"]}, "owner") == jane.user


def test_a_file_that_its_owner_deleted_is_not_listed(jane, site):
	start(jane.user)
	site.run_jobs()
	frappe.db.rollback()
	frappe.delete_doc("File", frappe.db.get_value("File", {"owner": jane.user}))
	frappe.db.commit()
	assert files(jane.user) == []


@pytest.mark.long
def test_the_files_of_a_deleted_user_are_deleted(jane, site):
	maya = make_user("Maya", roles=("Scheduling Manager",))
	frappe.db.commit()
	name = start(maya)
	site.run_jobs()
	frappe.db.rollback()
	path = on_disk(name)
	frappe.delete_doc("User", maya)
	assert not path.exists()
	assert not frappe.db.exists("Scheduling Export", name)


def test_a_dry_run_of_the_uninstallation_leaves_the_files(jane, site):
	path = on_disk(start(jane.user))
	site.run_jobs()
	frappe.db.rollback()
	export_files.forget_all()
	frappe.db.rollback()
	assert path.exists()
	assert len(files(jane.user)) == 1
	export_files.forget_all()
	frappe.db.commit()
	assert not path.exists()
	assert files(jane.user) == []


@pytest.mark.long
def test_more_bookings_than_a_request_reads_were_refused_without_a_way_out(jane, site, monkeypatch):
	monkeypatch.setattr(tables, "MOST_BOOKINGS", 4)
	status, body = call("analytics.export", jane.user, what="bookings", **DATES)
	assert (status, list(body["details"])) == (400, ["end_date"])
	start(jane.user)
	site.run_jobs()
	assert files(jane.user)[0]["rows"] == 5
	monkeypatch.setattr(tables, "MOST_BOOKINGS", 5)
	assert call("analytics.export", jane.user, what="bookings", **DATES)[0] == 200


def test_bookings_of_one_moment_are_neither_lost_nor_there_twice(jane, site):
	for name in jane.names:
		frappe.db.set_value("Booking", name, "starts_at", at("2026-11-24 09:00"))
	frappe.db.commit()
	content = call("analytics.export", jane.user, what="bookings", **DATES)[1]["filecontent"]
	assert [row[0] for row in rows_of(content, "csv")[1:]] == sorted(jane.names)


@pytest.mark.long
def test_a_host_asks_on_the_page_and_sees_how_far_the_file_is(jane, server, client, run_jobs):
	sign_in(client, jane.user)
	address = "/scheduling/insights?from=2026-11-23&to=2026-11-29"
	token = read(client.get("/scheduling").text).all("input", name="csrf_token")
	form = {"what": "bookings", "format": "csv", "csrf_token": token[0]["value"] if token else ""}
	answer = client.post(address, data=form)
	assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}#files")
	assert "Waits for its turn." in client.get(address).text
	assert client.post(address, data=form).status_code == 409
	run_jobs()
	html = client.get(address).text
	assert "5 rows. You can download it until" in html
	assert "/private/files/scheduling-bookings-2026-11-23-2026-11-29-" in html


@pytest.mark.long
def test_a_table_of_many_bookings_has_buttons_instead_of_links(jane, as_user, monkeypatch):
	assert insights.MANY == 50_000
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict({"from": "2026-11-23", "to": "2026-11-29"}))

	def shown():
		with as_user(jane.user):
			view = insights.PAGE.answer()
		html = draw("scheduler_integration/pages/host/insights.html", {"view": view})
		total = view["board"].tally.total
		return total, "Make the file (CSV)" in html, "analytics.export?what=bookings&amp;" in html

	total, *_offered = shown()
	monkeypatch.setattr(insights, "MANY", total)
	assert shown() == (total, False, True)
	monkeypatch.setattr(insights, "MANY", total - 1)
	assert shown() == (total, True, False)


def test_a_filter_longer_than_any_name_was_an_error_500(jane):
	status, body = call(START, jane.user, what="bookings", **DATES, source="x" * 70_000)
	assert (status, list(body["details"])) == (400, ["source"])
