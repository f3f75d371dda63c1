"""Recurring blocked time: turns the form's fields into the normalised rule that the engine expands."""

import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.engine import InvalidRecurrence, RecurrenceProblem
from scheduler_integration.exceptions import InvalidRequest

_LONGEST_QUOTE = 60


def rule_zone(user: str) -> str:
	"""Return the zone for recurring blocked time that names no zone: the default schedule's, otherwise the user's."""
	schedule = {"user": user, "is_default": 1}
	return frappe.db.get_value("Availability Schedule", schedule, "timezone") or timezone_of(user)


def make_series(start: int, end: int, rule: str, zone: str) -> str:
	"""Return the normalised rule of a block `[start, end)`, epoch seconds, that recurs by the text `rule`.

	It recurs by the wall clock of `zone`: a block at 09:00 stays at 09:00 when the clocks change. `rule` is an RRULE
	(RFC 5545, section 3.3.10), and may have lines with EXDATE and RDATE.

	Raises InvalidRequest with a sentence that says why the rule can't be used.
	"""
	try:
		return engine.normalised_rule(engine.naive_clock(start, zone), engine.naive_clock(end, zone), rule, zone)
	except InvalidRecurrence as error:
		sentence = _sentence(error.problem).format(str(error.value)[:_LONGEST_QUOTE])
		refusal = InvalidRequest(sentence, details={"recurrence_rule": sentence})
		raise refusal from None
	except engine.EngineError:
		raise InvalidRequest(_("These dates are too far from today.")) from None


def _sentence(problem: RecurrenceProblem) -> str:
	return {
		RecurrenceProblem.TOO_LONG: _("The recurrence rule is longer than {0} characters."),
		RecurrenceProblem.TOO_MANY_DATES: _("A recurrence rule excludes and adds at most {0} dates."),
		RecurrenceProblem.UNREADABLE: _(
			"“{0}” in the recurrence rule can't be read. Write a rule as FREQ=WEEKLY;BYDAY=MO,TH."
		),
		RecurrenceProblem.UNKNOWN_PART: _("“{0}” isn't supported in recurrence rules."),
		RecurrenceProblem.REPEATED_PART: _("“{0}” occurs more than once in the recurrence rule."),
		RecurrenceProblem.OUT_OF_PLACE: _("“{0}” has no meaning in this recurrence rule."),
		RecurrenceProblem.TOO_FINE: _("“{0}” is too fine: blocked time recurs at most once a day."),
		RecurrenceProblem.NO_RULE: _("Write how the blocked time recurs, such as FREQ=WEEKLY;BYDAY=MO,TH."),
		RecurrenceProblem.SEVERAL_RULES: _("Write one recurrence rule; make another blocked time for another rule."),
		RecurrenceProblem.INTERVAL_ZERO: _("INTERVAL has to be at least 1."),
		RecurrenceProblem.TOO_MANY_COUNTED: _("COUNT is at most {0}. Leave it out for a rule without end."),
		RecurrenceProblem.COUNT_AND_UNTIL: _("A recurrence rule ends by COUNT or by UNTIL, not by both."),
		RecurrenceProblem.UNTIL_BEFORE_START: _("UNTIL is before the start."),
		RecurrenceProblem.NEVER: _("No day ever matches this recurrence rule."),
		RecurrenceProblem.ALL_EXCLUDED: _("EXDATE excludes every occurrence of this recurrence rule."),
		RecurrenceProblem.ENDS_BEFORE_START: _("The end must come after the start."),
		RecurrenceProblem.TOO_LONG_EACH: _("A recurring blocked time lasts at most {0} days each time."),
	}[problem]
