"""`make bench`: the engine, recurring blocked time, then the slots request against the site's own ping on the same server."""

from benchmarks import engine, recurrence, slots_request

if __name__ == "__main__":
	engine.main()
	recurrence.main()
	slots_request.main()
