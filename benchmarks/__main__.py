"""`make bench`: the engine, recurring blocked time, the slots request against the site's own ping, the analytics, the
outbox, reminders, and a crowded site.

Arguments: the number of bookings on the crowded site and the number of hosts; 100,000 and 500 by default.
"""

import sys

from benchmarks import calendars, crowded_site, engagement, engine, outbox, recurrence, reminders, slots_request

if __name__ == "__main__":
	bookings, hosts = map(int, sys.argv[1:3] or (100_000, 500))
	engine.main()
	recurrence.main()
	slots_request.main()
	calendars.main()
	engagement.main()
	outbox.main()
	reminders.main()
	crowded_site.main(bookings, hosts)
