"""`/scheduling/insights`: the figures of the API, as cards, charts and tables."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.insights import visits
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.formulas import Tally
from scheduler_integration.insights.scope import Scope
from scheduler_integration.pages.kit import charts
from scheduler_integration.platform.clock import now
from tests.pages.offer import book, host_of, in_three_days, path_of, sign_in
from tests.pages.reading import read
from tests.support.factories import fresh, make_host, make_user
from tests.support.stand_ins import field, is_real, standing_in

PATH = "/scheduling/insights"


def card(html, title):
	"""Return the number on the card with this title."""
	for item in html.all("li", class_="card figure"):
		if item.one("h2").text == title:
			return item.one("p", class_="value").text
	raise AssertionError(title)


def open_page(client, user, query=""):
	sign_in(client, user)
	answer = client.get(PATH + query)
	return answer, read(answer.text)


def test_a_guest_signs_in_first(client):
	answer = client.get(PATH, allow_redirects=False)
	assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?redirect-to={PATH}")


@pytest.mark.long
def test_a_host_sees_the_figures_of_the_api(client, offer):
	book(offer)
	book(offer, in_three_days(15))
	frappe.db.commit()
	user = host_of(offer)
	today = local_date(now(), "Europe/Berlin")
	answer, html = open_page(client, user, f"?from={today}&to=2099-01-01")
	assert answer.status_code == 400  # More than a year
	answer, html = open_page(client, user, f"?from={today}&to={today.replace(year=today.year + 1)}")
	assert (answer.status_code, card(html, "Meetings")) == (200, "2")


def test_hosts_see_nobody_elses(client, offer):
	book(offer)
	tom = make_host("Tom")
	frappe.db.commit()
	assert open_page(client, tom, f"?host={host_of(offer)}")[0].status_code == 403


def test_only_managers_choose_hosts(client, offer):
	_answer, html = open_page(client, host_of(offer))
	assert html.all("select", name="host") == []
	maya = make_user("Maya", roles=("Scheduling Manager",))
	frappe.db.commit()
	_answer, html = open_page(client, maya, f"?host={host_of(offer)}")
	chosen = [each for each in html.one("select", name="host").all("option") if "selected" in each.attributes]
	assert [each["value"] for each in chosen] == [host_of(offer)]


@pytest.mark.long
def test_a_wrong_date_is_named_and_the_last_month_is_shown(client, offer):
	answer, html = open_page(client, host_of(offer), "?from=yesterday")
	assert answer.status_code == 400
	assert "2026-11-23" in html.one("p", role="alert").text


def test_bars_are_stacked_and_scaled_to_the_highest():
	drawn = charts.stacked_bars([[charts.Part("completed", 3), charts.Part("missed", 1)], [charts.Part("open", 2)], []])
	assert drawn["highest"] == 4
	completed, missed, still_open = drawn["rects"]
	assert (completed["y"], completed["height"]) == (40.0, 120.0)
	assert (missed["y"], missed["height"]) == (0.0, 40.0)
	assert (still_open["height"], still_open["x"]) == (80.0, 264.0)
	assert charts.stacked_bars([])["rects"] == []


@pytest.mark.parametrize(("value", "largest", "wanted"), [(0, 9, 0), (1, 9, 1), (3, 9, 2), (9, 9, 4), (0, 0, 0)])
def test_shades(value, largest, wanted):
	assert charts.shade(value, largest) == wanted


def test_a_year_without_a_meeting_has_no_rates(offer):
	today = local_date(now(), "UTC")
	assert dashboard(Scope(today, today, "UTC", host_of(offer)), now()).tally == Tally()


def test_the_funnel_of_the_visitors_has_a_finding_and_a_table(client, offer):
	slug, type_slug = path_of(offer).split("/")[2:]
	for number in range(10):
		visitor = visits.Visitor(f"203.0.113.{number}", "Browser")
		for step in visits.STEPS[: 1 + number // 2]:
			visited = visits.Step(slug, "" if step == "page_view" else type_slug, step, visits.SCRIPT)
			assert visits.note(visited, visitor, now())
	_answer, html = open_page(client, host_of(offer))
	figure = html.one("figure", aria_labelledby="funnel-title")
	assert "2 of 10 visitors booked: 20%." in figure.one("figcaption").text
	steps = [row.one("strong").text for row in figure.one("ol").all("li")]
	assert steps == ["10", "8", "6", "4", "2"]
	cells = [cell.text for cell in figure.all("tbody")[0].all("tr")[2].all("td")]
	assert cells == ["6", "75%", "2"]


def test_without_visitors_there_is_no_funnel(client, offer):
	_answer, html = open_page(client, host_of(offer))
	assert html.all("figure", aria_labelledby="funnel-title") == []


def test_months_are_drawn_from_the_first_one_with_meetings(client, offer):
	user, instant = host_of(offer), now()
	book(offer)
	today = local_date(instant, "UTC")
	past = today.replace(day=1) - timedelta(days=40)
	book(offer, in_three_days(15))
	name = frappe.get_all("Booking", {"host": user}, pluck="name")[0]
	start = local_midnight(past, "UTC") + 12 * 3600
	frappe.db.set_value("Booking", name, {"starts_at": start, "ends_at": start + 1800, "status": "Completed"})
	frappe.db.commit()
	_answer, html = open_page(client, user, f"?from={past}&to={today + timedelta(days=5)}")
	figure = html.one("figure", aria_labelledby="months-title")
	assert len(figure.one("tbody").all("tr")) == 2


def test_a_hosts_own_calendar_was_a_rate_of_so_many_hosts(client, offer):
	book(offer)
	frappe.db.commit()
	_answer, html = open_page(client, host_of(offer))
	assert card(html, "Calendars") == "Not connected"


def past_meetings(offer, starts):
	"""Make a meeting that took place at each of `starts`, booked an hour before."""
	book(offer)
	booking = frappe.get_doc("Booking", frappe.get_all("Booking", {"host": host_of(offer)}, pluck="name")[0])
	for start in starts:
		moments = {"starts_at": start, "ends_at": start + 1800, "booked_at": start - 3600}
		copy = frappe.copy_doc(booking).update({**moments, "name": fresh("bkg"), "status": "Completed"})
		copy.db_insert()
		for row in copy.hosts:
			row.update({"name": fresh("host"), "parent": copy.name}).db_insert()
	frappe.db.commit()


def test_the_next_weeks_and_the_next_month_had_no_sum(client, offer):
	# One week says little about the next, so there is a forecast.
	numbers = (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3)
	weeks = [(week, each) for week, number in enumerate(numbers, 1) for each in range(number)]
	past_meetings(offer, [now() - week * 7 * 86400 + 86400 + each * 3600 for week, each in weeks])
	_answer, html = open_page(client, host_of(offer))
	figure = html.one("figure", aria_labelledby="forecast-meetings")
	assert [cell.text for cell in figure.one("thead").all("th")] == ["Week", "Took place", "Expected"]
	took_place, expected = zip(*([td.text for td in tr.all("td")] for tr in figure.one("tbody").all("tr")), strict=True)
	assert [bool(each) for each in took_place] == [True] * 8 + [False] * 4
	assert [bool(each) for each in expected] == [False] * 8 + [True] * 4
	likely = sum(int(each.rpartition(" ")[2]) for each in expected[8:])
	assert [cell.text for cell in figure.one("tfoot").all("td")] == ["31", str(likely)]
	assert f"Expected in the next 28 days: {likely}. Expected in " in figure.text


def test_the_trend_of_meetings_was_of_fewer_than_the_number_beside_it(client, offer):
	today = local_date(now(), "Europe/Berlin")
	month_ago = local_midnight(today - timedelta(days=31), "Europe/Berlin")
	yesterday = local_midnight(today - timedelta(days=1), "Europe/Berlin")
	past_meetings(
		offer, [*(month_ago + hour * 3600 for hour in range(4)), *(yesterday + hour * 3600 for hour in range(6))]
	)
	_answer, html = open_page(
		client, host_of(offer), f"?from={today - timedelta(days=20)}&to={today + timedelta(days=9)}"
	)
	cards = {item.one("h2").text: item.text for item in html.all("li", class_="card figure")}
	assert card(html, "Meetings") == "6"
	assert "+50%: it was 4 in as much time before · 1 more to come" in cards["Meetings"]


@pytest.mark.parametrize(("format", "begins"), [("CSV", b"\xef\xbb\xbfdate,"), ("XLSX", b"PK")])
def test_links_download_tables_without_a_script(client, offer, format, begins):
	_answer, html = open_page(client, host_of(offer))
	links = {each["aria-label"]: each["href"] for each in html.one("section", class_="exports").all("a")}
	answer = client.get(links[f"Visitors, {format}"])
	assert (answer.status_code, answer.content[: len(begins)]) == (200, begins)
	assert f".{format.lower()}" in answer.headers["Content-Disposition"]
	assert answer.headers["Content-Type"].count("charset") <= 1


def test_leads_stand_there_only_with_a_crm(client, offer):
	if is_real("CRM Lead") or is_real("Lead"):
		pytest.skip("this site has a CRM")
	book(offer)
	frappe.db.commit()
	assert not open_page(client, host_of(offer))[1].all("h2", id="pipeline-title")
	with standing_in({"CRM Lead": {"autoname": "hash", "fields": [field("email", "Data"), field("source", "Data")]}}):
		lead = frappe.get_doc({"doctype": "CRM Lead", "email": fresh("ada"), "source": "Fair"}).insert()
		references = {"reference_doctype": "CRM Lead", "reference_name": lead.name}
		frappe.db.set_value("Booking", {"host": host_of(offer)}, references)
		frappe.db.commit()
		_answer, html = open_page(client, host_of(offer))
		section = html.one("section", **{"aria-labelledby": "pipeline-title"})
		assert "Leads whose first booking was made on these dates: 1." in section.text
		assert "Fair" in section.text
