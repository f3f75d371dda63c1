"""A meeting type's rules as they hold for one host."""

from frappe.model.document import Document

from scheduler_integration import engine
from scheduler_integration.availability.schedules import HostSchedule


def meeting_rules(meeting_type: Document, schedule: HostSchedule, duration: int) -> engine.MeetingRules:
	"""The engine's rules for a meeting of `duration` minutes. In the records 0 stands for "no limit"."""
	before, after, notice_hours, window_days = _buffers_notice_window(meeting_type, schedule)
	return engine.MeetingRules(
		duration=duration,
		buffer_before=before,
		buffer_after=after,
		minimum_notice=notice_hours * 60,
		max_days_in_advance=window_days or None,
		slot_interval=meeting_type.slot_interval or None,
		daily_limit=meeting_type.daily_limit or None,
		weekly_limit=meeting_type.weekly_limit or None,
	)


def _buffers_notice_window(meeting_type: Document, schedule: HostSchedule) -> tuple[int, int, int, int]:
	if meeting_type.uses_host_defaults:
		return (
			schedule.buffer_minutes,
			schedule.buffer_minutes,
			schedule.minimum_notice_hours,
			schedule.max_days_in_advance,
		)
	return (
		meeting_type.buffer_before_minutes,
		meeting_type.buffer_after_minutes,
		meeting_type.minimum_notice_hours,
		meeting_type.max_days_in_advance,
	)
