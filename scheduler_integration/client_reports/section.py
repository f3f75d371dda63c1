"""Makes the section: recommended meetings, words and links. `html.py` and `markdown.py` write it.

The words depend on the client's DISC profile: D, I, S or C; anything else gets the default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from babel import lists
from frappe import _

from scheduler_integration.catalogue.booking_addresses import address_of, with_campaign
from scheduler_integration.catalogue.consultant_settings import settings_of
from scheduler_integration.catalogue.consultant_types import ConsultantType, types_of_consultant
from scheduler_integration.catalogue.phases import phase_name
from scheduler_integration.client_reports.description import Description, parse_description
from scheduler_integration.client_reports.subject import Subject
from scheduler_integration.client_reports.widget import ShownWidget, widget_of
from scheduler_integration.engagement.links import tracked_url
from scheduler_integration.platform import lengths
from scheduler_integration.platform.language import current_locale

MOST = 3
MOST_WITHOUT_MATCH = 2
# The places where the section is shown: a web page, print or PDF, an e-mail. Tracked links have the same names.
Channel = Literal["report", "pdf", "email"]
CHANNELS: tuple[Channel, ...] = ("report", "pdf", "email")


@dataclass(frozen=True, slots=True)
class Meeting:
	"""A recommended meeting. `heading` has "Optional:" before the name of all but the first.

	`url` counts the click and leads to `address`.
	"""

	heading: str
	duration: str
	description: Description
	points_heading: str
	reassurance: str | None
	link_text: str
	url: str
	address: str = ""


@dataclass(frozen=True, slots=True)
class Section:
	"""The section. `description` is the consultant's own text, `widget` their scheduler, if the report shows it.

	`recommendation` introduces meetings that were found by the client's phase.
	"""

	title: str
	intro: str
	description: Description
	meetings: tuple[Meeting, ...]
	widget: ShownWidget | None
	recommendation: str | None = None


def section_for(subject: Subject, channel: Channel) -> Section | None:
	"""Return the section for the subject of a report.

	Returns None if the consultant doesn't want it in reports, has no settings, or has nothing that can be booked.
	"""
	settings = settings_of(subject.consultant)
	if not settings or not settings.show_in_reports:
		return None
	types = types_of_consultant(subject.consultant)
	addresses = {each.name: address for each in types if (address := address_of(each, settings.scheduler_url))}
	chosen = recommended([each for each in types if each.name in addresses], subject.phase)
	meetings = tuple(
		_meeting(each, addresses[each.name], subject, channel, is_first=not index) for index, each in enumerate(chosen)
	)
	# In print, the link to the consultant's whole scheduler replaces the widget.
	link = _link("", settings.scheduler_url, subject, channel) if settings.scheduler_url else None
	widget = widget_of(settings, subject, link)
	if not meetings and not widget:
		return None
	is_by_phase = any(subject.phase in each.phases for each in chosen)
	return Section(
		title=title(subject.disc),
		intro=intro(subject.disc, subject.phase),
		description=parse_description(settings.description or ""),
		meetings=meetings,
		widget=widget,
		recommendation=recommendation(subject.disc, subject.phase) if is_by_phase and subject.phase else None,
	)


def _meeting(
	meeting_type: ConsultantType, address: str, subject: Subject, channel: Channel, *, is_first: bool
) -> Meeting:
	return Meeting(
		heading=meeting_heading(meeting_type.title, is_first=is_first),
		duration=duration(meeting_type.durations, meeting_type.number_of_days),
		description=parse_description(meeting_type.description),
		points_heading=points_heading(subject.disc),
		reassurance=reassurance(subject.disc) if is_first else None,
		link_text=link_text(subject.disc, meeting_type.title),
		url=_link(meeting_type.name, address, subject, channel),
		address=address,
	)


def _link(meeting_type: str, address: str, subject: Subject, channel: Channel) -> str:
	"""Return a link that counts clicks.

	A link in a record of another DocType names no client, and one in a preview isn't counted. One to the whole scheduler would name nobody at all, so it isn't
	counted.
	"""
	if subject.assessment or (subject.is_stored and meeting_type):
		return tracked_url(meeting_type, subject.consultant, subject.assessment, channel, subject.phase)
	return with_campaign(address, subject.phase)


def recommended(types: Sequence[ConsultantType], phase: str | None) -> list[ConsultantType]:
	"""Return the first three active types for the phase; if there is none, the first two active types of all.

	Higher priority comes first, then lower sort order, then the order of `types`.
	"""
	active = [meeting_type for meeting_type in types if meeting_type.is_active]
	# The sort is stable: of equals, the one that comes first in `types` stays first.
	active.sort(key=lambda each: (-each.priority, each.sort_order))
	matching = [each for each in active if phase in each.phases]
	return matching[:MOST] if matching else active[:MOST_WITHOUT_MATCH]


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
