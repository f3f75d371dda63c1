"""Measures what the page of working hours asks before it saves: the impact of a change, and the next two weeks with it.

The host has 500 coming bookings. Runs on a new embedded site, or on a real one if BENCH and SITE are set. The rows differ in the
number of meeting types, of which one uses the default schedule. The figures are the processor time of this process: on a real
site the database takes its own.
"""

from collections.abc import Callable
from statistics import median
from time import process_time

from tests.support.site import opened, undoing_commits

BOOKINGS = 500
RUNS = 15


def main() -> None:
	with opened(), undoing_commits():
		print(
			"| meeting types | impact: ms | statements | two weeks: ms | statements |\n| --- | --- | --- | --- | --- |"
		)
		for types in (1, 3, 10):
			figures = [f"{1000 * took:.0f} | {statements}" for took, statements in _measure(_seed(types))]
			print(f"| {types} | {' | '.join(figures)} |")


def _measure(user: str) -> list[tuple[float, int]]:
	from scheduler_integration.availability import hours
	from scheduler_integration.availability.fortnight import fortnight
	from scheduler_integration.availability.impact import impact_of_hours
	from scheduler_integration.platform.clock import now

	rules = [{"day_of_week": "Monday", "start_time": "11:00:00", "end_time": "16:00:00", "is_available": 1}]
	change = hours.change_hours(user, None, {"rules": rules}, now())
	impact = impact_of_hours(change, "Europe/Berlin", now())
	assert impact.types
	assert impact.outside
	return [
		_figures(lambda: impact_of_hours(change, "Europe/Berlin", now())),
		_figures(lambda: fortnight(change, "Europe/Berlin", now())),
	]


def _figures(ask: Callable[[], object]) -> tuple[float, int]:
	from tests.support.statements import recorded

	ask()
	with recorded() as statements:
		ask()
	took = []
	for _run in range(RUNS):
		began = process_time()
		ask()
		took.append(process_time() - began)
	return median(took), len(statements)


def _seed(types: int) -> str:
	"""Make a host with this many meeting types and 500 bookings in 60 days, many of them on Mondays before eleven."""
	import frappe

	from scheduler_integration.platform.clock import now
	from tests.support.factories import make_meeting_type, make_page, make_schedule

	page = make_page(schedule={"timezone": "Europe/Berlin"})
	own = make_schedule(page.user, is_default=0, title="Evenings").name
	made = [
		make_meeting_type(page, duration_minutes=30, availability_schedule=own if number else None)
		for number in range(types)
	]
	first = now() // 86400 * 86400 + 86400
	for number in range(BOOKINGS):
		start = first + number % 60 * 86400 + (7 * 60 + number // 60 * 35) * 60
		parent = {"parenttype": "Booking", "parentfield": "hosts", "parent": f"bench-{page.name}-{number}"}
		times = {"starts_at": start, "ends_at": start + 1800, "is_live": 1, "is_first_day": 1}
		row = frappe.get_doc(
			{"doctype": "Booking Host", **parent, **times, "user": page.user, "meeting_type": made[0].name}
		)
		row.name = frappe.generate_hash(length=10)
		row.db_insert()
	return page.user


if __name__ == "__main__":
	main()
