"""How far visitors of booking pages come: at the doors that visitors use, and in the figures of hosts and managers."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration.engine import local_date, local_midnight
from scheduler_integration.entry import funnel as door
from scheduler_integration.insights import page_stats, visits
from scheduler_integration.insights.funnel import funnel
from scheduler_integration.insights.scope import Scope, in_site_zone
from scheduler_integration.insights.visits import SCRIPT, STEPS, Step, Visitor, note
from scheduler_integration.platform.clock import now, site_zone
from tests.pages.offer import host_of, in_three_days, make_offer, path_of, sign_in, wish_for
from tests.support.api import call
from tests.support.factories import make_host, make_meeting_type, make_page, make_team_page, make_user, page_of

TRACK = "scheduler_integration.api.analytics.track"
FUNNEL = "analytics.funnel"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FIELDS = ("page_view", "service_selected", "slot_selected", "form_completed", "booked")


@pytest.fixture
def offer(commit_clean):
	return make_offer()


@pytest.fixture
def visitor(client):
	client.headers["User-Agent"] = BROWSER
	return client


def page_path(offer):
	return path_of(offer).rpartition("/")[0]


def report(visitor, offer, step, **arguments):
	page, meeting_type = path_of(offer).split("/")[2:]
	known = {} if step == "page_view" else {"meeting_type": meeting_type}
	return visitor.call(TRACK, **{"booking_page_id": page, "step": step, **known, **arguments})


def figures(offer, **filters):
	today = visits.day_of(now())
	scope = Scope(today, today, site_zone().key, page=offer.scheduling_page, **filters)
	return funnel(scope, now())


def book(visitor, offer, hour=12):
	answer = visitor.call("scheduler_integration.api.public.book", **wish_for(offer, in_three_days(hour)))
	assert answer.status_code == 201, answer.text


def test_a_visitor_counts_once_a_day_at_the_furthest_step(visitor, offer):
	visitor.get(page_path(offer))
	for step in ("page_view", "service_selected", "slot_selected", "service_selected", "page_view"):
		answer = report(visitor, offer, step)
		assert answer.json()["data"] == {"counted": True}, answer.text
	assert figures(offer).numbers == (1, 1, 1, 0, 0)
	book(visitor, offer)
	assert figures(offer).numbers == (1, 1, 1, 1, 1)
	assert figures(offer, meeting_type=offer.name).numbers == (1, 1, 1, 1, 1)


def test_a_refused_booking_completed_the_form(visitor, offer):
	report(visitor, offer, "slot_selected")
	wish = wish_for(offer, in_three_days(3))  # At night.
	assert visitor.call("scheduler_integration.api.public.book", **wish).status_code == 409
	assert figures(offer).numbers == (1, 1, 1, 1, 0)


def test_a_form_that_is_refused_for_a_field_was_not_completed(visitor, offer):
	report(visitor, offer, "slot_selected")
	wish = wish_for(offer, in_three_days(12), attendee_email="nobody")
	assert visitor.call("scheduler_integration.api.public.book", **wish).status_code == 400
	assert figures(offer).numbers == (1, 1, 1, 0, 0)


def test_without_a_script_visitors_are_counted_apart(visitor, offer):
	visitor.get(f"{page_path(offer)}?utm_source=Newsletter")
	visitor.get(path_of(offer))
	found = figures(offer)
	assert (found.numbers, found.without_script) == ((0,) * 5, (1, 1, 0, 0, 0))
	start = f"{frappe.utils.getdate() + timedelta(days=3)}T12:00:00+00:00"
	visitor.get(path_of(offer), params={"start": start})
	book(visitor, offer)
	found = figures(offer)
	assert (found.numbers, found.without_script) == ((0,) * 5, (1, 1, 1, 1, 1))


def test_the_first_named_source_counts(visitor, offer):
	visitor.get(page_path(offer), headers={"Referer": "https://www.search.example/results?q=1"})
	visitor.get(f"{page_path(offer)}?utm_source=Newsletter")
	visitor.get(path_of(offer), headers={"Referer": f"{visitor.base_url}{page_path(offer)}"})
	report(visitor, offer, "service_selected")
	assert figures(offer).by_source == {"newsletter": (1, 1, 0, 0, 0)}
	assert figures(offer, source="Newsletter").numbers == (1, 1, 0, 0, 0)
	assert figures(offer, source="direct").numbers == (0,) * 5


@pytest.mark.parametrize(
	("address", "referrer", "source"),
	[
		("", None, "direct"),
		("", "https://www.search.example/results?q=1", "search.example"),
		("?utm_source=ada@guests.example", None, "direct"),
		("?utm_source=%3DHYPERLINK(1)", None, "direct"),
		("?utm_source=%3Cb%3E", "javascript:alert(1)", "direct"),
	],
)
def test_sources(visitor, offer, address, referrer, source):
	visitor.get(page_path(offer) + address, headers={"Referer": referrer} if referrer else {})
	report(visitor, offer, "page_view")
	assert list(figures(offer).by_source) == [source]


@pytest.mark.parametrize(
	"headers",
	[
		{"DNT": "1"},
		{"Sec-GPC": "1"},
		{"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
		{"User-Agent": ""},
		{"Sec-Purpose": "prefetch"},
		{"Sec-Purpose": "prefetch;prerender"},
	],
)
def test_robots_and_people_who_want_no_tracking_are_not_counted(visitor, offer, headers):
	visitor.headers.update(headers)
	assert visitor.get(page_path(offer)).status_code == 200
	assert report(visitor, offer, "page_view").json()["data"] == {"counted": False}
	book(visitor, offer)
	found = figures(offer)
	assert found.numbers == found.without_script == (0,) * 5


def test_people_who_want_no_tracking_get_no_script(visitor, offer):
	assert "scheduling_steps" in visitor.get(page_path(offer)).text
	assert '"counts":true' in visitor.get(path_of(offer)).text
	for headers in ({"DNT": "1"}, {"Sec-GPC": "1"}):
		assert "scheduling_steps" not in visitor.get(page_path(offer), headers=headers).text
		assert '"counts":false' in visitor.get(path_of(offer), headers=headers).text


def test_hosts_who_are_signed_in_are_not_counted(visitor, offer):
	sign_in(visitor, host_of(offer))
	assert "scheduling_steps" not in visitor.get(page_path(offer)).text
	found = figures(offer)
	assert found.numbers == found.without_script == (0,) * 5


def test_the_switch_in_the_settings_stops_it(visitor, offer):
	frappe.db.set_single_value("Scheduler Settings", "count_visitors", 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	try:
		assert "scheduling_steps" not in visitor.get(page_path(offer)).text
		assert report(visitor, offer, "page_view").json()["data"] == {"counted": False}
		assert figures(offer).without_script == (0,) * 5
	finally:
		frappe.db.set_single_value("Scheduler Settings", "count_visitors", 1)
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
		frappe.db.commit()


@pytest.mark.parametrize("step", ["form_completed", "booked", "visited", "", None, 7, ["page_view"], "__class__"])
def test_a_browser_cant_claim_a_booking(visitor, offer, step):
	assert report(visitor, offer, step).status_code == 400
	assert figures(offer).numbers == (0,) * 5


@pytest.mark.parametrize("page", ["no-such-page", "", None, 7, "'; drop table", "a b"])
def test_unknown_pages_are_refused(visitor, offer, page):
	assert report(visitor, offer, "page_view", booking_page_id=page).status_code == 404


def test_a_type_of_another_page_is_refused(visitor, offer):
	other = make_offer()
	slug = path_of(other).rpartition("/")[2]
	assert report(visitor, offer, "service_selected", meeting_type=slug).status_code == 404


def test_the_pages_record_can_be_named_and_a_session_makes_another_visitor(visitor, offer):
	for session in ("abc123", "def456", "abc123"):
		answer = report(visitor, offer, "page_view", booking_page_id=offer.scheduling_page, session_id=session)
		assert answer.json()["data"] == {"counted": True}
	assert figures(offer).numbers[0] == 2


def test_one_network_cant_make_up_any_number_of_visitors(commit_clean):
	page = make_page()
	counted = [
		note(Step(page.slug, "", "page_view", SCRIPT), Visitor("203.0.113.7", f"Browser {number}"), now())
		for number in range(visits.MOST_OF_A_NETWORK + 20)
	]
	assert counted.count(True) == visits.MOST_OF_A_NETWORK
	assert note(Step(page.slug, "", "page_view", SCRIPT), Visitor("203.0.113.8", "Browser"), now())


def test_one_network_made_up_three_hundred_visitors(commit_clean):
	offer = make_offer()
	slug = frappe.db.get_value("Scheduling Page", offer.scheduling_page, "slug")
	for number in range(visits.MOST_OF_A_NETWORK):
		step = "slot_selected" if number % 10 == 0 else "page_view"
		assert note(Step(slug, "", step, SCRIPT), Visitor("203.0.113.7", f"Browser {number}"), now())
	# Those who went furthest count.
	assert figures(offer).numbers[:4] == (30, 30, 30, 0)
	assert note(Step(slug, "", "page_view", SCRIPT), Visitor("203.0.113.8", "Browser"), now())
	assert figures(offer).numbers[:4] == (31, 30, 30, 0)


def test_one_pages_entries_have_a_limit(commit_clean, monkeypatch):
	monkeypatch.setattr(visits, "MOST_OF_A_PAGE", 5)
	page, other = make_page(), make_page()
	counted = [
		note(Step(page.slug, "", "page_view", SCRIPT), Visitor(f"203.0.113.{number}", "Browser"), now())
		for number in range(9)
	]
	assert counted.count(True) == 5
	assert note(Step(other.slug, "", "page_view", SCRIPT), Visitor("203.0.113.1", "Browser"), now())


def test_too_many_reports_are_refused(visitor, offer):
	frappe.db.set_single_value("Scheduler Settings", "slots_per_minute", 3)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	try:
		found = {report(visitor, offer, "page_view").status_code for _each in range(9)}
	finally:
		frappe.db.set_single_value("Scheduler Settings", "slots_per_minute", 300)
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
		frappe.db.commit()
	assert 429 in found


def test_a_report_asks_the_database_for_nothing_about_the_visitor(visitor, offer, queries, monkeypatch):
	"""Ten thousand reports would cost ten thousand queries."""
	note(Step("some-page", "", "page_view", SCRIPT), Visitor("203.0.113.9", "Browser"), now())
	queries.clear()
	for number in range(50):
		note(Step("some-page", "", "page_view", SCRIPT), Visitor("203.0.113.9", f"Browser {number}"), now())
	assert queries == []


def steps_of(page, meeting_types, count=30):
	"""Let visitors come as far as their number says, some of them without a script."""
	instant = now()
	for number in range(count):
		visitor = Visitor(f"198.51.100.{number}", "Browser")
		origin = "s" if number % 5 == 4 else SCRIPT
		for step in range(number % 5 + 1):
			slug = meeting_types[number % 2].slug if step else ""
			assert note(Step(page.slug, slug, STEPS[step], origin), visitor, instant)


def after_midnight():
	tomorrow = visits.day_of(now()) + timedelta(days=1)
	return local_midnight(tomorrow, site_zone().key) + 300


@pytest.fixture
def busy_page(commit_clean):
	page = make_page()
	page.types = [make_meeting_type(page), make_meeting_type(page)]
	frappe.db.commit()
	return page


def of_page(page, day=None, **filters):
	day = day or visits.day_of(now())
	return funnel(Scope(day, day, site_zone().key, page=page.name, **filters), now())


def test_stored_numbers_equal_those_of_the_cache(busy_page):
	steps_of(busy_page, busy_page.types)
	live = of_page(busy_page)
	assert live.numbers == (24, 18, 12, 6, 0)
	assert live.without_script == (6, 6, 6, 6, 6)
	page_stats.keep(now())
	assert of_page(busy_page) == live
	page_stats.keep(now())
	assert of_page(busy_page) == live
	sums = [of_page(busy_page, meeting_type=each.name).numbers for each in busy_page.types]
	assert [left + right for left, right in zip(*sums, strict=True)][1:] == list(live.numbers[1:])
	assert {numbers[0] for numbers in sums} == {24}


def test_an_emptied_cache_loses_nothing_that_was_stored(busy_page):
	steps_of(busy_page, busy_page.types)
	page_stats.keep(now())
	visits.forget(visits.day_of(now()))
	assert of_page(busy_page).numbers == (24, 18, 12, 6, 0)
	assert note(Step(busy_page.slug, "", "page_view", SCRIPT), Visitor("203.0.113.7", "Browser"), now())
	assert of_page(busy_page).numbers == (25, 18, 12, 6, 0)
	page_stats.keep(now())
	assert of_page(busy_page).numbers == (25, 18, 12, 6, 0)


def test_lost_entries_take_nothing_away(busy_page):
	"""The cache may drop one key and keep another. Then the day begins again beside what is stored."""
	steps_of(busy_page, busy_page.types)
	page_stats.keep(now())
	today = visits.day_of(now())
	frappe.cache.delete_value(f"{visits.VISITS}:{today}:{visits.generation(today)}")
	assert note(Step(busy_page.slug, "", "page_view", SCRIPT), Visitor("203.0.113.7", "Browser"), now())
	page_stats.keep(now())
	assert of_page(busy_page).numbers == (24, 18, 12, 6, 0)


def test_after_midnight_nothing_about_a_visitor_is_left(busy_page, frozen):
	steps_of(busy_page, busy_page.types)
	today = visits.day_of(now())
	frozen(after_midnight())
	assert len(list(visits.entries(today))) > 0
	page_stats.keep(now())
	assert list(visits.entries(today)) == []
	assert visits.generation(today) == ""
	assert of_page(busy_page, today).numbers == (24, 18, 12, 6, 0)
	fields = {field.fieldname for field in frappe.get_meta("Booking Page Stat").fields}
	assert not {"visitor", "network", "session", "user_agent", "booking", "contact"} & fields


@pytest.mark.parametrize("commit", [1, 2])
def test_a_job_that_dies_is_done_again_by_the_next_one(busy_page, frozen, monkeypatch, commit):
	steps_of(busy_page, busy_page.types)
	today = visits.day_of(now())
	frozen(after_midnight())
	commits = []

	def dies():
		commits.append(None)
		if len(commits) == commit:
			raise KeyboardInterrupt

	with monkeypatch.context() as patch:
		patch.setattr(frappe.db, "commit", dies)
		with pytest.raises(KeyboardInterrupt):
			page_stats.keep(now())
	frappe.db.rollback()
	page_stats.keep(now())
	assert of_page(busy_page, today).numbers == (24, 18, 12, 6, 0)


def test_the_same_visitor_is_another_one_tomorrow(busy_page, frozen):
	clock = frozen(now())
	found = set()
	for _day in range(2):
		note(Step(busy_page.slug, "", "page_view", SCRIPT), Visitor("203.0.113.7", "Browser"), now())
		found |= {each.visitor for each in visits.entries(visits.day_of(now())) if each.page == busy_page.slug}
		clock.shift(86400)
	assert len(found) == 2


def test_rare_sources_are_added_up(busy_page):
	for number in range(40):
		step = Step(busy_page.slug, "", "page_view", "2", f"source {number}")
		assert note(step, Visitor(f"203.0.113.{number}", "Browser"), now())
		assert note(Step(busy_page.slug, "", "page_view", SCRIPT), Visitor(f"203.0.113.{number}", "Browser"), now())
	found = of_page(busy_page).by_source
	assert (len(found), found["other"][0]) == (page_stats.MOST_SOURCES + 1, 40 - page_stats.MOST_SOURCES)


def test_hosts_see_their_pages_and_managers_all(busy_page):
	ann, ben = make_user("Ann"), make_host("Ben")
	team = make_team_page([busy_page.user, ann])
	maya = make_user("Maya", roles=("Scheduling Manager",))
	steps_of(busy_page, busy_page.types, 5)
	frappe.db.commit()

	def views(user, **arguments):
		status, body = call(FUNNEL, user, **arguments)
		return body["data"]["page_views"] if status == 200 else status

	assert views(busy_page.user) == 4
	assert views(busy_page.user, page=busy_page.slug) == 4
	assert views(ann, page=team.slug) == 0
	assert views(ann) == 0
	assert views(ann, page=busy_page.name) == 403
	assert views(ben, host=busy_page.user) == 403
	assert views(make_user("Client", roles=())) == 403
	assert views("Guest") in (401, 403)
	assert views(maya, page=busy_page.name) == 4
	assert views(maya, host=busy_page.user) == 4
	assert views(maya, host=ben) == 0
	assert views(maya, page="no-such-page") == 404


def test_the_answer_of_the_method(busy_page):
	steps_of(busy_page, busy_page.types)
	today = str(visits.day_of(now()))
	data = call(FUNNEL, busy_page.user, start_date=today, end_date=today, page=busy_page.slug)[1]["data"]
	assert data["steps"][1] == {
		"step": "service_selected", "visitors": 18, "rate": 75.0, "drop_off": 6, "drop_off_rate": 25.0,
	}  # fmt: skip
	assert (data["service_selection_rate"], data["slot_selection_rate"]) == (75.0, 66.7)
	assert (data["form_completion_rate"], data["overall_conversion_rate"]) == (50.0, 0.0)
	assert data["without_script"] == dict.fromkeys(FIELDS, 6)
	assert data["by_day"] == [{"date": today, "page_views": 24, "booked": 0}]
	assert data["by_page"][0]["page_id"] == busy_page.name


def test_a_page_without_visitors_has_no_rates(busy_page):
	data = call(FUNNEL, busy_page.user)[1]["data"]
	assert [each["rate"] for each in data["steps"]] == [None] * 5
	assert data["overall_conversion_rate"] is None


def test_only_hosts_of_a_page_read_its_numbers_in_the_desk(busy_page, as_user):
	steps_of(busy_page, busy_page.types, 5)
	page_stats.keep(now())
	ben = make_host("Ben")
	for user, most in ((busy_page.user, 99), (ben, 0)):
		with as_user(user):
			rows = frappe.get_list("Booking Page Stat", {"scheduling_page": busy_page.name})
			assert bool(rows) == bool(most)
	name = frappe.get_all("Booking Page Stat", {"scheduling_page": busy_page.name}, pluck="name")[0]
	assert frappe.has_permission("Booking Page Stat", "read", name, user=busy_page.user)
	assert not frappe.has_permission("Booking Page Stat", "read", name, user=ben)
	assert not frappe.has_permission("Booking Page Stat", "write", name, user=busy_page.user)


def test_without_redis_nothing_is_counted_and_nothing_breaks(busy_page, monkeypatch):
	from redis.exceptions import ConnectionError as Down

	def down(*_args, **_kwargs):
		raise Down

	monkeypatch.setattr(type(frappe.cache), "get", down)
	assert not note(Step(busy_page.slug, "", "page_view", SCRIPT), Visitor("203.0.113.7", "Browser"), now())


def test_slugs_of_a_page_are_known_for_a_minute(busy_page):
	door._slugs.cache_clear()
	assert door._slugs("site", busy_page.name, "", 1) == (busy_page.slug, "")
	assert door._slugs("site", busy_page.slug, busy_page.types[0].slug, 1)[1] == busy_page.types[0].slug
	assert page_of(busy_page.types[0]).slug == busy_page.slug


def test_a_host_west_of_the_site_saw_no_visitors_while_the_site_had_the_next_day(busy_page):
	"""The site is in Kolkata or New York, the host's clock is another. In some hours their dates differ."""
	steps_of(busy_page, busy_page.types, 5)
	frappe.db.commit()
	for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati"):
		scope = Scope(local_date(now(), zone), local_date(now(), zone), zone, busy_page.user)
		assert in_site_zone(scope, now()).last == visits.day_of(now())
		assert funnel(in_site_zone(scope, now()), now()).numbers[0] == 4
