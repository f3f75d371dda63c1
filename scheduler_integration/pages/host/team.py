"""The part of `/scheduling/page` about a team: who takes which meetings, weights, whose turn it is, and each host's week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from babel import Locale
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings import HostWeek, LimitUse, TeamWeek
from scheduler_integration.catalogue.hosts import TypeHost, parts_of_hosts
from scheduler_integration.engine import BOOKING, Turn
from scheduler_integration.pages.kit import dates
from scheduler_integration.platform import lengths

# A share is told with a denominator that people can picture: "2 of 3", not "667 of 1000".
_LARGEST_DENOMINATOR = 10


@dataclass(frozen=True)
class Team:
	"""A team's page with its enabled hosts and active meeting types, and how its hosts stand now.

	`may_weigh`: the reader may change the page itself, and so the weights.
	"""

	page: Document
	hosts: Sequence[TypeHost]
	types: Sequence[Document]
	week: TeamWeek
	may_weigh: bool


def team_view(team: Team, locale: Locale) -> dict[str, Any]:
	"""Return the view. Boxes and fields are named after the rows of the page's hosts, not after users."""
	names = {host.user: host.name for host in team.hosts}
	rows = [row for row in team.page.hosts if row.is_active and row.user in names]
	return {
		"page": team.page.name,
		"version": str(team.page.modified),
		"may_weigh": team.may_weigh,
		"hosts": [
			{
				"row": row.name,
				"name": names[row.user],
				"weight": row.weight,
				"week": _week(team.week.hosts.get(row.user), locale),
				"limits": _limits(team.week.hosts.get(row.user)),
			}
			for row in rows
		],
		"types": [_type(doc, team, names, rows, locale) for doc in team.types],
	}


def _type(
	doc: Document, team: Team, names: Mapping[str, str], rows: Sequence[Document], locale: Locale
) -> dict[str, Any]:
	parts = parts_of_hosts(doc, team.page)
	turn = team.week.turns.get(doc.name)
	return {
		"title": doc.title,
		"url": f"/scheduling/types/{doc.name}",
		"cells": [
			{
				"value": f"{doc.name}:{row.name}",
				"is_on": bool(parts.get(row.user)),
				"label": _("{0} takes part in {1}").format(names[row.user], doc.title),
			}
			for row in rows
		],
		"turn": turn and _turn(turn, names),
		"shares": turn and _shares(turn, names, locale),
	}


def _turn(turn: Turn, names: Mapping[str, str]) -> str:
	name = names.get(turn.host, turn.host)
	reasons = {
		"only_one": _("If all are free, the next is {0}: nobody else is required or has as high a priority."),
		"least_load": _("If all are free, the next is {0}, who has the least booked this week."),
		"credit": _("If all are free, the next is {0}, who is furthest behind the expected share."),
		"last_turn": _("If all are free, the next is {0}, whose last turn was longest ago."),
		"first": _("If all are free, the next is {0}: several stand alike, and {0} comes first of them on the page."),
	}
	return reasons[turn.reason].format(name)


def _shares(turn: Turn, names: Mapping[str, str], locale: Locale) -> str:
	"""`Anna about 2 of 3 bookings and Tom about 1 of 3 bookings`, or `Each about 1 of 7 bookings`"""
	shares = sorted(turn.shares.values())
	# Shares that don't divide evenly differ by a millionth.
	if len(shares) > 2 and shares[-1] - shares[0] <= 1:
		return _("Each about {0} of {1} bookings").format(1, len(shares))
	told = [
		share_in_words(names.get(user, user), Fraction(share, BOOKING)) for user, share in turn.shares.items() if share
	]
	return dates.listed(told, locale)


def share_in_words(name: str, share: Fraction) -> str:
	"""Return the share of bookings that a host can expect, such as `Anna about 2 of 3 bookings`."""
	rounded = share.limit_denominator(_LARGEST_DENOMINATOR)
	if rounded == 1:
		return _("{0} all bookings").format(name)
	if not rounded:
		return _("{0} fewer than 1 of {1} bookings").format(name, 2 * _LARGEST_DENOMINATOR)
	return _("{0} about {1} of {2} bookings").format(name, rounded.numerator, rounded.denominator)


def _week(week: HostWeek | None, locale: Locale) -> str:
	if not week or not week.meetings:
		return _("No meetings this week")
	length = lengths.duration(week.minutes, locale)
	if week.meetings == 1:
		return _("1 meeting this week, {0}").format(length)
	return _("{0} meetings this week, {1}").format(week.meetings, length)


def _limits(week: HostWeek | None) -> list[dict[str, Any]]:
	"""Return the use of each limit. A limit of all the host's meetings is told once, not with each type."""
	told = {_limit(use): use.used >= use.limit.most for use in (week.limits if week else ())}
	return [{"text": text, "is_full": is_full} for text, is_full in told.items()]


def _limit(use: LimitUse) -> str:
	sentences = {
		("day", False): _("{0}: {1} of {2} meetings today"),
		("week", False): _("{0}: {1} of {2} meetings this week"),
		("month", False): _("{0}: {1} of {2} meetings this month"),
		("day", True): _("{0}: {1} of {2} minutes today"),
		("week", True): _("{0}: {1} of {2} minutes this week"),
		("month", True): _("{0}: {1} of {2} minutes this month"),
	}
	title = _("All meetings") if use.limit.of_host else use.title
	return sentences[use.limit.period, use.limit.in_minutes].format(title, use.used, use.limit.most)
