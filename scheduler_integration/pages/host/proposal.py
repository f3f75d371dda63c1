"""`/scheduling/proposal/<proposal>`: what an assistant proposes, with its change, for the host to confirm."""

from typing import Any

from frappe import _

from scheduler_integration.entry.proposals import PATH, TITLES, Moment, confirm, dismiss, proposal_of, take_back
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.house import MEETINGS
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.pages.kit.spans import in_short
from scheduler_integration.platform.language import for_later

# An assistant's reason leaves with the e-mail, ten seconds after the host's own click.
_UNDO_SECONDS = 10
# The arguments that people read, with their labels.
_WORDS = {
	"attendee_email": for_later("E-mail"),
	"attendee_phone": for_later("Phone"),
	"attendee_company": for_later("Company"),
	"guests": for_later("Additional guests"),
	"notes": for_later("Notes"),
	"reason": for_later("Reason"),
	"date": for_later("First day"),
	"end_date": for_later("Last day"),
	"message": for_later("Message"),
}

PAGE = HostPage(
	PATH,
	here=MEETINGS,
	address=lambda: f"{PATH}/{argument('proposal')}",
	seconds=_UNDO_SECONDS,
)


@PAGE.action("confirm", done=for_later("Done. E-mails leave in ten seconds."))
def _confirm() -> Saved:
	_proposal, facts = confirm(argument("proposal"))
	return Saved("confirm", undo=facts, seconds=_UNDO_SECONDS)


@PAGE.action("dismiss", done=for_later("Nothing was changed."))
def _dismiss() -> None:
	dismiss(argument("proposal"))


@PAGE.undo
def _undo(facts: dict[str, Any]) -> None:
	take_back(facts)


@PAGE.view
def _view(reader: Reader) -> View:
	found = proposal_of(argument("proposal"))
	words = [(_(label), found.given[name]) for name, label in _WORDS.items() if found.given.get(name)]
	asked = _("The assistant {0} proposes this.").format(found.assistant) if found.assistant else ""
	return {
		"title": _(TITLES[found.tool]),
		"subtitle": asked or _("An assistant proposes this."),
		"message": message_of(reader.error),
		"proposal": found,
		"before": _when(found.before, reader),
		"after": _when(found.after, reader),
		"words": [
			{"label": label, "text": ", ".join(text) if isinstance(text, list) else text}
			for label, text in (*words, *found.answers)
		],
		"meeting": meeting_url(found.booking) if found.booking else None,
	}


def _when(moment: Moment | None, reader: Reader) -> str | None:
	return in_short(moment.start, moment.end, reader.style) if moment else None
