"""`make bench`: the engine, recurring blocked time, the slots request against the site's own ping, and a crowded site."""

from benchmarks import crowded_site, engine, recurrence, slots_request

if __name__ == "__main__":
	engine.main()
	recurrence.main()
	slots_request.main()
	crowded_site.main(bookings=100_000, hosts=500)
