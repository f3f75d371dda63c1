"""Measures the impact of a change of hours, and the preview of two weeks, for a host with 500 coming bookings.

Runs on a new embedded site. The rows differ in the number of meeting types, of which one has a schedule of its own.
"""

from statistics import median
from time import perf_counter

from tests.support.site import opened, undoing_commits

BOOKINGS = 500
RUNS = 15


def main() -> None:
	with opened(), undoing_commits():
		print("| impact with 500 bookings | ms | statements |\n| --- | --- | --- |")
		for types in (1, 3, 10):
			took, statements = _measure(types)
			print(f"| {types} meeting types | {took * 1000:.0f} | {statements} |")


def _measure(types: int) -> tuple[float, int]:
	import frappe

	from scheduler_integration.availability import hours
	from scheduler_integration.availability.impact import impact_of_hours
	from scheduler_integration.platform.clock import now

	user = _seed(types)
	rules = [{"day_of_week": "Monday", "start_time": "11:00:00", "end_time": "16:00:00", "is_available": 1}]

	def ask() -> float:
		began = perf_counter()
		change = hours.change_hours(user, None, {"rules": rules}, now())
		assert impact_of_hours(change.draft, "Europe/Berlin", now()).types
		return perf_counter() - began

	ask()
	statements: list[str] = []
	sql = frappe.db.sql
	frappe.db.sql = lambda query, *args, **kwargs: statements.append(query) or sql(query, *args, **kwargs)
	ask()
	frappe.db.sql = sql
	return median(ask() for _run in range(RUNS)), len(statements)


def _seed(types: int) -> str:
	"""Make a host with this many meeting types and 500 bookings in 60 days, some of them outside the hours."""
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
		values = {
			"parenttype": "Booking",
			"parentfield": "hosts",
			"parent": f"bench-{page.name}-{number}",
			"user": page.user,
		}
		times = {"starts_at": start, "ends_at": start + 1800, "is_live": 1, "is_first_day": 1}
		row = frappe.get_doc({"doctype": "Booking Host", **values, **times, "meeting_type": made[0].name})
		row.name = frappe.generate_hash(length=10)
		row.db_insert()
	return page.user


if __name__ == "__main__":
	main()
