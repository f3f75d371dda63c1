"""The words of the section. They depend on the client's DISC profile: D, I, S or C; anything else gets the default."""

from collections.abc import Sequence

from babel import lists
from frappe import _

from scheduler_integration.catalogue.phases import phase_name
from scheduler_integration.platform import lengths
from scheduler_integration.platform.language import current_locale


def title(disc: str | None) -> str:
	"""Return the heading of the section."""
	titles = {
		"D": _("Let's Discuss Your Next Steps"),
		"I": _("Let's Connect and Create Your Action Plan Together!"),
		"S": _("Let's Work Together on Your Next Steps"),
		"C": _("Schedule a Detailed Implementation Review"),
	}
	return titles.get(disc or "", _("Schedule a Follow-Up Call"))


def intro(disc: str | None, phase: str | None) -> str:
	"""Return the paragraph under the heading. For C it names the phase; without a phase, C gets the default."""
	intros = {
		"D": _(
			"Ready to move forward? Book a strategy session to create your implementation plan and hit the ground running."
		),
		"I": _("This is exciting! Let's schedule a call to discuss your roadmap and get you on the path to success."),
		"S": _(
			"You don't have to do this alone. I'm here to support you every step of the way. Let's schedule a call to review your action plan at a comfortable pace."
		),
	}
	if disc == "C" and phase:
		return _(
			"Based on your {0} phase assessment, I recommend scheduling a detailed review to analyze implementation strategies and success metrics."
		).format(phase_name(phase))
	return intros.get(disc or "", _("Schedule a call to discuss your next steps."))


def recommendation(disc: str | None, phase: str) -> str | None:
	"""Return the sentence before meetings that fit the phase. The words for C say that above already."""
	if disc == "C":
		return None
	return _("Based on your {0} phase priorities, I recommend:").format(phase_name(phase).upper())


def meeting_heading(name: str, *, is_first: bool) -> str:
	"""Return the heading of a meeting type. All but the first are optional."""
	return name if is_first else _("Optional: {0}").format(name)


def duration(minutes: Sequence[int], days: int) -> str:
	"""Return the lengths that a meeting type can have. A multi-day meeting has its minutes on each of its days."""
	locale = current_locale()
	if days > 1:
		return _("{0}, {1} a day").format(lengths.days(days, locale), lengths.duration(minutes[0], locale))
	return _("{0} minutes").format(lists.format_list([str(each) for each in minutes], "or", locale))


def points_heading(disc: str | None) -> str:
	"""Return the heading over the points of a meeting type's description."""
	return _("What We'll Discuss:") if disc == "S" else _("What We'll Cover:")


def reassurance(disc: str | None) -> str | None:
	"""Return the sentence before the first link, or None."""
	return _("No pressure, no rush. We'll take this at your pace.") if disc == "S" else None


def link_text(disc: str | None, name: str) -> str:
	if disc == "S":
		return _("Schedule a Call When You're Ready →")
	return _("Schedule Your {0} →").format(name)
