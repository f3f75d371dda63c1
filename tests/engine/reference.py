"""A slow reference for the engine: decides minute by minute, with none of the engine's own arithmetic.

Times must be whole minutes, and so must the offsets of zones. For every minute it notes what the clock shows, and it finds
the instant of a wall time by looking for it among these notes.
"""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

MINUTE = 60
MINUTES_PER_DAY = 24 * 60
ONE = timedelta(minutes=1)
MINUTES = [n * ONE for n in range(60)]
# The most dates, days off included, from the first to the last day of a multi-day meeting in the tests.
LONGEST_MEETING = 25


class Clock:
	"""The readings of a clock in a zone, minute by minute from `zero` on."""

	def __init__(self, zone, zero, end):
		self.zero = zero
		self.tz = ZoneInfo(zone)
		self.shown = [wall for minute in range(zero, end, 60) for wall in self.hour_from(minute)]
		self.first_shown = dict(zip(reversed(self.shown), range(len(self.shown) - 1, -1, -1), strict=True))

	def at(self, instant):
		return datetime.fromtimestamp(instant, timezone.utc).astimezone(self.tz).replace(tzinfo=None)

	def hour_from(self, minute):
		"""The readings of 60 minutes. The clock is asked minute by minute only if it changes in that hour."""
		wall = self.at(minute * MINUTE)
		if self.at((minute + 60) * MINUTE) - wall == 60 * ONE:
			return minutes_from(wall)
		return [self.at(each * MINUTE) for each in range(minute, minute + 60)]

	@cached_property
	def jumps(self):
		return [i for i in range(1, len(self.shown)) if self.shown[i] - self.shown[i - 1] > ONE]

	def index_of(self, wall):
		"""The first minute that shows `wall`; for a skipped `wall`, the one that is later by the gap."""
		if wall < self.shown[0]:
			return 0
		if wall > self.shown[-1]:
			return len(self.shown)
		if wall not in self.first_shown:
			jump = next(i for i in self.jumps if self.shown[i - 1] < wall < self.shown[i])
			wall += self.shown[jump] - self.shown[jump - 1] - ONE
		return self.first_shown[wall]

	def minutes_of(self, date):
		"""Every minute of `date`, as instants."""
		noon = int(datetime(date.year, date.month, date.day, 12, tzinfo=timezone.utc).timestamp()) // MINUTE - self.zero
		around = range(max(noon - 2 * MINUTES_PER_DAY, 0), min(noon + 2 * MINUTES_PER_DAY, len(self.shown)))
		return [(self.zero + index) * MINUTE for index in around if self.shown[index].date() == date]

	def instant_of(self, wall):
		return (self.zero + self.index_of(wall)) * MINUTE


# Clocks of several zones show the same hours, and several questions are about one clock.


@lru_cache(maxsize=5000)
def minutes_from(wall):
	return [wall + passed for passed in MINUTES]


@lru_cache(maxsize=4)
def clock_of(zone, zero, end):
	return Clock(zone, zero, end)


class Calendar:
	"""One host's minutes under the rules of one meeting type."""

	def __init__(self, member, now, clocks):
		self.rules, self.host, self.now = member.rules, member.host, now
		self.clock = clocks(self.host.hours.zone)
		self.clocks = clocks
		self.zero, self.count = self.clock.zero, len(self.clock.shown)
		self.working = self.working_minutes()
		self.grid = set(self.grid_starts())
		self.booked = [item for item in self.host.booked if item.start < item.end]
		self.follow_ups = self.ends_on_five_minutes() if self.rules.fill_gaps else set()

	def index(self, instant):
		return instant // MINUTE - self.zero

	# Working hours

	def clock_of(self, date):
		zone = self.host.hours.zone
		for trip in self.host.hours.trips:
			if trip.first <= date <= trip.last:
				zone = trip.zone
		return self.clocks(zone)

	def working_minutes(self):
		opens, cuts = bytearray(self.count), bytearray(self.count)
		for date in sorted({wall.date() for wall in self.clock.shown[:: MINUTES_PER_DAY // 4]}):
			midnight = datetime.combine(date, datetime.min.time())
			own = [o for o in self.host.hours.overrides if o.first <= date <= o.last]
			rules = [r for r in self.host.hours.weekly if r.weekday == date.weekday()]
			open_today = [r for r in rules if r.is_available]
			cut_today = [r for r in rules if not r.is_available]
			if any(o.is_available or o.start is None for o in own):
				index = self.clock_of(date).index_of(midnight)
				opens[index:] = cuts[index:] = bytes(len(opens) - index)
				open_today, cut_today = [o for o in own if o.is_available], []
				if any(not o.is_available and o.start is None for o in own):
					open_today = []
			cut_today = cut_today + [o for o in own if not o.is_available and o.start is not None]
			for marks, hours in ((opens, open_today), (cuts, cut_today)):
				for item in hours:
					self.mark(marks, midnight, item.start or 0, item.end or 0)
		return [opened and not cut for opened, cut in zip(opens, cuts, strict=True)]

	def mark(self, marks, midnight, start, end):
		if end >= 23 * 60 + 59:
			end = MINUTES_PER_DAY
		if end <= start:
			end += MINUTES_PER_DAY
		clock = self.clock_of(midnight.date())
		begin = clock.index_of(midnight + timedelta(minutes=start))
		stop = clock.index_of(midnight + timedelta(minutes=end))
		for index in range(begin, stop):
			marks[index] = 1

	def grid_starts(self):
		step = self.rules.slot_interval or self.rules.duration
		midnights = {
			datetime.combine(wall.date(), datetime.min.time()) for wall in self.clock.shown[:: MINUTES_PER_DAY // 2]
		}
		mondays = {self.clock.index_of(midnight) for midnight in midnights if midnight.weekday() == 0}
		origin, week_open_since = None, None
		for index in range(self.count):
			if not self.working[index]:
				origin = week_open_since = None
				continue
			if origin is None:
				origin = index
			if index in mondays:
				if week_open_since is not None:
					origin = index
				week_open_since = index
			since = index - origin - self.rules.slot_offset
			if since >= 0 and since % step == 0:
				yield (self.zero + index) * MINUTE

	def in_hours(self, start):
		minutes = self.working[self.index(start) : self.index(start) + self.rules.duration]
		return all(minutes) and len(minutes) == self.rules.duration

	def dates_worked(self, clock):
		return {clock.shown[index].date() for index, works in enumerate(self.working) if works}

	# Starts

	def is_start(self, start):
		"""Whether `start` is on this host's grid or is an extra start."""
		return start in self.grid or bool(self.session(start)[1]) or start in self.follow_ups

	def ends_on_five_minutes(self):
		ends = [busy.end + self.rules.buffer_before * MINUTE for busy in self.host.busy if busy.start < busy.end]
		ends += [b.end + max(self.rules.buffer_before, b.buffer_after) * MINUTE for b in self.booked if not b.is_hold]
		found = set()
		for end in ends:
			while end // MINUTE % 5:
				end += MINUTE
			found.add(end)
		return found

	def can_begin(self, start):
		"""Whether the host can take the first day of a meeting at `start`, on the grid or not."""
		excused, joined = self.session(start)
		periods = () if joined else ("day", "week", "month")
		return (
			start - self.now >= self.rules.minimum_notice * MINUTE
			and self.in_window(start)
			and self.has_time(start, excused)
			and all(self.below(limit, start) for limit in self.rules.limits if limit.period in periods)
		)

	def can_go_on(self, start, part):
		"""Whether the host can take the part at `part`, on a later day of the meeting that begins at `start`."""
		session, stands = self.session(start)
		excused, joined = self.session(part, of_first_day=False) if session else ([], False)
		if stands and not {item.session for item in excused} & {item.session for item in session if item.session}:
			return False
		periods = () if joined else ("day",)
		return self.has_time(part, excused) and all(
			self.below(limit, part) for limit in self.rules.limits if limit.period in periods
		)

	def has_time(self, start, excused):
		return self.rules.party_size <= self.rules.seats and self.in_hours(start) and self.is_free(start, excused)

	# Sessions

	def session(self, start, of_first_day=True):
		"""The bookings and holds of the session at `start` if it has enough seats left, and whether any of them is a booking."""
		theirs = [
			item
			for item in self.booked
			if item.counts
			and (item.session or item.is_hold)
			and item.start == start
			and item.end - item.start == self.rules.duration * MINUTE
			and item.is_first_day == of_first_day
		]
		if self.rules.seats == 1 or sum(item.seats for item in theirs) + self.rules.party_size > self.rules.seats:
			return [], False
		return theirs, any(not item.is_hold for item in theirs)

	def is_free(self, start, excused):
		start, end = start // MINUTE, start // MINUTE + self.rules.duration
		before, after = self.rules.buffer_before, self.rules.buffer_after
		for busy in self.host.busy:
			if any(
				start - before <= minute < end + after for minute in range(busy.start // MINUTE, busy.end // MINUTE)
			):
				return False
		for item in self.booked:
			if any(item is other for other in excused):
				continue
			theirs = item.start // MINUTE, item.end // MINUTE
			if start < theirs[1] and theirs[0] < end:
				return False
			if theirs[1] <= start and start - theirs[1] < max(item.buffer_after, before):
				return False
			if end <= theirs[0] and theirs[0] - end < max(after, item.buffer_before):
				return False
		return True

	# Limits and window

	def has_minutes(self, parts):
		"""Whether each week and month has enough minutes left for the parts of the meeting in it."""
		if self.session(parts[0])[1]:
			return True
		limits = [limit for limit in self.rules.limits if limit.in_minutes and limit.period != "day"]
		return all(
			self.below(limit, part, sum(self.period(limit, other) == self.period(limit, part) for other in parts))
			for limit in limits
			for part in parts
		)

	def period(self, limit, instant):
		date = self.clock.at(instant).date()
		return {"day": date, "week": tuple(date.isocalendar())[:2], "month": (date.year, date.month)}[limit.period]

	def below(self, limit, start, parts=1):
		meetings = {}
		for index, item in enumerate(self.host.booked):
			if item.is_hold or not (item.counts or limit.of_host):
				continue
			if self.period(limit, item.start) != self.period(limit, start):
				continue
			if not limit.in_minutes and limit.period != "day" and not item.is_first_day:
				continue
			key = (item.session, item.start) if item.session else index
			meetings[key] = (item.end - item.start) // MINUTE if limit.in_minutes else 1
		mine = self.rules.duration * parts if limit.in_minutes else 1
		return sum(meetings.values()) + mine <= limit.most

	def is_known(self, instant):
		return 0 <= self.index(instant) < self.count

	def in_window(self, start):
		window, today, date = self.rules.window, self.clock.at(self.now).date(), self.clock.at(start).date()
		if window is None:
			return True
		if not hasattr(window, "days"):
			return (window.first is None or window.first <= date) and (window.last is None or date <= window.last)
		if window.with_slots_only:
			return self.pool.in_window_of_dates_with_slots(start, window.days)
		between = [today + timedelta(days=n) for n in range(1, (date - today).days)]
		if window.business_only:
			weekdays = {rule.weekday for rule in self.host.hours.weekly if rule.is_available} or set(range(5))
			between = [day for day in between if day.weekday() in weekdays]
		return date <= today or len(between) < window.days


def without_holds(member):
	booked = [item for item in member.host.booked if not item.is_hold]
	return replace(member, host=replace(member.host, booked=booked))


class Reference:
	def __init__(self, members, now, first, last, together=False, dates_in=None, at_least=0):
		self.first, self.last = first, last
		self.asked = now, first, last, together, dates_in or members[0].host.hours.zone, at_least
		longest = max(member.rules.duration for member in members)
		# Far enough back to know, for each start, the whole week before the Monday before it.
		self.zero = min(first, now) // MINUTE - 19 * MINUTES_PER_DAY
		self.end = last // MINUTE + longest + 4 * MINUTES_PER_DAY
		if members[0].rules.days > 1:
			self.end += LONGEST_MEETING * MINUTES_PER_DAY
		self.known_clocks = {}
		self.dates = self.clock(dates_in or members[0].host.hours.zone)
		self.members, self.together = members, together
		self.calendars = [Calendar(member, now, self.clock) for member in members]
		required = [c for c, member in zip(self.calendars, members, strict=True) if member.is_required]
		for calendar in self.calendars:
			calendar.pool = self
		self.ignores_window, self.dates_with_slots = False, {}
		self.groups = [[calendar] for calendar in self.calendars]
		self.more_needed = 0
		if together:
			self.more_needed = at_least if required else at_least - 1
			self.groups = [required] if required else self.groups if at_least else []

	def clock(self, zone):
		if zone not in self.known_clocks:
			self.known_clocks[zone] = clock_of(zone, self.zero, self.end)
		return self.known_clocks[zone]

	def starts(self):
		"""The bookable starts in the range, ascending."""
		if not self.members[0].rules.first_slot_only:
			return self.all_starts(self.first, self.last)
		firsts = {}
		for start in self.without_holds.all_starts(
			self.first - 2 * MINUTES_PER_DAY * MINUTE, self.last + 2 * MINUTES_PER_DAY * MINUTE
		):
			firsts.setdefault(self.dates.at(start).date(), start)
		found = [start for start in firsts.values() if self.first <= start < self.last]
		return [start for start in found if any(self.group_takes(group, start) for group in self.groups)]

	@cached_property
	def without_holds(self):
		"""The same hosts without holds."""
		if not any(item.is_hold for member in self.members for item in member.host.booked):
			return self
		return Reference([without_holds(member) for member in self.members], *self.asked)

	def all_starts(self, first, last):
		minutes = range(-(-first // MINUTE) * MINUTE, last, MINUTE)
		return [start for start in minutes if any(self.group_takes(group, start) for group in self.groups)]

	def free_hosts(self, start):
		"""The hosts who can take a meeting at `start`, which is bookable."""
		names = []
		for member, calendar in zip(self.members, self.calendars, strict=True):
			if not self.together:
				can = self.group_takes([calendar], start) and self.parts([calendar], start) == self.shown_parts(start)
			else:
				group = next(group for group in self.groups if self.group_takes(group, start))
				can = calendar in group or self.can_join(calendar, self.parts(group, start))
			names += [member.host.name] * can
		return names

	def shown_parts(self, start):
		return next(self.parts(group, start) for group in self.groups if self.group_takes(group, start))

	# Windows of dates with slots

	def in_window_of_dates_with_slots(self, start, count):
		if self.ignores_window:
			return True
		today, date = self.dates.at(self.calendars[0].now).date(), self.dates.at(start).date()
		between = [today + timedelta(days=n) for n in range(1, (date - today).days)]
		return date <= today or sum(map(self.has_slots, between)) < count

	def has_slots(self, date):
		"""Whether anything could be booked on the date without this window."""
		if date not in self.dates_with_slots:
			pool, minutes = self.without_holds, self.dates.minutes_of(date)
			pool.ignores_window = True
			self.dates_with_slots[date] = any(
				pool.group_takes(group, start) for group in pool.groups for start in minutes
			)
			pool.ignores_window = False
		return self.dates_with_slots[date]

	def group_takes(self, group, start):
		if not group[0].is_start(start) or not all(calendar.can_begin(start) for calendar in group):
			return False
		parts = self.parts(group, start)
		if len(parts) != group[0].rules.days or not all(self.can_join(calendar, parts) for calendar in group):
			return False
		others = [calendar for calendar in self.calendars if calendar not in group]
		return self.more_needed <= 0 or sum(self.can_join(each, parts) for each in others) >= self.more_needed

	def can_join(self, calendar, parts):
		return (
			calendar.can_begin(parts[0])
			and all(calendar.can_go_on(parts[0], part) for part in parts[1:])
			and calendar.has_minutes(parts)
		)

	def parts(self, group, start):
		"""The start of each day's part; too few of them if too few working days follow."""
		rules = group[0].rules
		if rules.days == 1:
			return [start]
		wall = self.dates.at(start)
		later = [wall + timedelta(days=n) for n in range(1, rules.days + 21 if rules.skips_days_off else rules.days)]
		if rules.skips_days_off:
			worked = set.intersection(*(self.worked(calendar) for calendar in group))
			later = [day for day in later if day.date() in worked]
		return [start, *(self.dates.instant_of(day) for day in later)][: rules.days]

	def worked(self, calendar):
		if not hasattr(calendar, "worked"):
			calendar.worked = calendar.dates_worked(self.dates)
		return calendar.worked
