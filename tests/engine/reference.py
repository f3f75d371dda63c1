"""What is bookable, worked out minute by minute with none of the engine's own arithmetic.

It takes whole minutes, and zones whose offsets are whole minutes. It asks each minute what clocks show
then, and looks wall times up among the answers.
"""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTE = 60
DAY = 24 * 60
ONE = timedelta(minutes=1)


class Reference:
	def __init__(self, meeting, host, now, first, last):
		self.meeting, self.host, self.now = meeting, host, now
		self.first, self.last = first, last
		self.tz = ZoneInfo(host.hours.zone)
		# Far enough back that the whole week before the Monday before each start is known.
		self.zero = first // MINUTE - 16 * DAY
		end = last // MINUTE + meeting.duration + 3 * DAY
		self.shown = [self.clock(minute * MINUTE) for minute in range(self.zero, end)]
		self.first_shown = {}
		for index, wall in enumerate(self.shown):
			self.first_shown.setdefault(wall, index)
		self.working = self.working_minutes()

	def clock(self, instant):
		return datetime.fromtimestamp(instant, timezone.utc).astimezone(self.tz).replace(tzinfo=None)

	def index_of(self, wall):
		"""The first minute that shows `wall`, or as much later as clocks skipped."""
		if wall < self.shown[0]:
			return 0
		if wall > self.shown[-1]:
			return len(self.shown)
		if wall not in self.first_shown:
			jump = next(i for i in range(1, len(self.shown)) if self.shown[i - 1] < wall < self.shown[i])
			wall += self.shown[jump] - self.shown[jump - 1] - ONE
		return self.first_shown[wall]

	def working_minutes(self):
		opens, cuts = bytearray(len(self.shown)), bytearray(len(self.shown))
		for date in sorted({wall.date() for wall in self.shown}):
			midnight = datetime.combine(date, datetime.min.time())
			own = [o for o in self.host.hours.overrides if o.first <= date <= o.last]
			rules = [r for r in self.host.hours.weekly if r.weekday == date.weekday()]
			open_today = [r for r in rules if r.is_available]
			cut_today = [r for r in rules if not r.is_available]
			if any(o.is_available or o.start is None for o in own):
				index = self.index_of(midnight)
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
			end = DAY
		if end <= start:
			end += DAY
		begin = self.index_of(midnight + timedelta(minutes=start))
		stop = self.index_of(midnight + timedelta(minutes=end))
		for index in range(begin, stop):
			marks[index] = 1

	def starts(self):
		step = self.meeting.slot_interval or self.meeting.duration
		found, origin, week_open_since = [], None, None
		for index, wall in enumerate(self.shown):
			if not self.working[index]:
				origin = week_open_since = None
				continue
			if origin is None:
				origin = index
			if wall.weekday() == 0 and self.index_of(datetime.combine(wall.date(), datetime.min.time())) == index:
				if week_open_since is not None:
					origin = index
				week_open_since = index
			instant = (self.zero + index) * MINUTE
			if self.first <= instant < self.last and (index - origin) % step == 0 and self.fits(index):
				found.append(instant)
		return [start for start in found if self.allowed(start)]

	def fits(self, index):
		minutes = self.working[index : index + self.meeting.duration]
		return all(minutes) and len(minutes) == self.meeting.duration

	def allowed(self, start):
		return self.soon_enough(start) and self.is_free(start) and self.below_limits(start)

	def soon_enough(self, start):
		if start - self.now < self.meeting.minimum_notice * MINUTE:
			return False
		ahead = (self.clock(start).date() - self.clock(self.now).date()).days
		return self.meeting.window is None or ahead <= self.meeting.window.days

	def is_free(self, start):
		start, end = start // MINUTE, start // MINUTE + self.meeting.duration
		before, after = self.meeting.buffer_before, self.meeting.buffer_after
		widened = set(range(start - before, end + after))
		for busy in self.host.busy:
			if widened.intersection(range(busy.start // MINUTE, busy.end // MINUTE)):
				return False
		for booked in self.host.booked:
			theirs = booked.start // MINUTE, booked.end // MINUTE
			if theirs[0] == theirs[1]:
				continue
			if start < theirs[1] and theirs[0] < end:
				return False
			if theirs[1] <= start and start - theirs[1] < max(booked.buffer_after, before):
				return False
			if end <= theirs[0] and theirs[0] - end < max(after, booked.buffer_before):
				return False
		return True

	def below_limits(self, start):
		date = self.clock(start).date()
		dates = [self.clock(booked.start).date() for booked in self.host.booked if booked.counts]
		most = {limit.period: limit.most for limit in self.meeting.limits}
		daily, weekly = most.get("day"), most.get("week")
		week = [d for d in dates if d.isocalendar()[:2] == date.isocalendar()[:2]]
		return (daily is None or dates.count(date) < daily) and (weekly is None or len(week) < weekly)
