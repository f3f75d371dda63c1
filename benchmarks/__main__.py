"""`make bench`: the engine, then the slots request against the site's own ping on the same server."""

from benchmarks import engine, slots_request

if __name__ == "__main__":
	engine.main()
	slots_request.main()
