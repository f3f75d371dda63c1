"""The frame of every page under `/scheduling`: the navigation, the troubles that a host must know of, the host's colour.

`HostPage` puts it into the view of the page.

Its template extends templates/scheduling/host.html and fills the block `page`. `places` has the navigation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from frappe import _

from scheduler_integration.availability.busy_times import Distrust
from scheduler_integration.calendars.connections import ConnectionSummary, connections_of
from scheduler_integration.catalogue.pictures import own_face
from scheduler_integration.catalogue.public import brand_of
from scheduler_integration.catalogue.video import CONNECTED
from scheduler_integration.conferencing.connect import VideoAccount, accounts
from scheduler_integration.meetings.agenda import count_requests
from scheduler_integration.meetings.hosted import left_hosts
from scheduler_integration.pages.kit.assets import script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.people import initials, own_image
from scheduler_integration.pages.kit.respond import View
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.permissions import has_app_permission, is_manager
from scheduler_integration.platform.jobs_run import do_jobs_run
from scheduler_integration.platform.language import counted
from scheduler_integration.waitlist.listing import concerns

LEAVING = "/scheduling/leaving"
MEETINGS, CALENDARS, VIDEO = "/scheduling", "/scheduling/calendars", "/scheduling/video"
# In the navigation only of those whom it concerns.
WAITLIST = "/scheduling/waitlist"
SHARE = "/scheduling/page"
HOURS, TIME_OFF = "/scheduling/hours", "/scheduling/time-off"


class Entry(NamedTuple):
	"""A page in the navigation. A manager can see that of another host, if it `is_of_host`."""

	path: str
	label: str
	is_of_host: bool = False


class Place(NamedTuple):
	"""One of the five places of the navigation. It leads to the first of its pages. Several pages are tabs below the header."""

	label: str
	icon: str
	pages: Sequence[Entry]


class Action(NamedTuple):
	"""The button that fixes a trouble: a link to `url`, or with `fields` a form that is sent there."""

	label: str
	url: str
	fields: dict[str, str] | None = None


class Trouble(NamedTuple):
	"""Something that a host must fix, with the button for it. `path` is the page in the navigation that it belongs to."""

	text: str
	action: Action
	path: str


_JOBS_HELP = "https://github.com/scheduler-integration/scheduler_integration#install-on-a-bench"
# Makes the pages an app on the home screen of a telephone.
_MANIFEST = "/api/method/scheduler_integration.api.devices.manifest"


def frame(user: str, visitor: Visitor, now: int, here: str, style: str, view: View) -> View:
	"""Return the parts of a view that templates/scheduling/host.html prints. `now` is in epoch seconds.

	`here` is the path of the page in the navigation. `style` and `script` of the view name the page's sheet and script in
	public/bundles; each script imports js/host.js. `data` of the view is what it reads, with `strings` of its own. `said` is put
	before the title of the window, for a message that a screen reader should read first. `frames` are the origins that the page
	embeds. `whose` is another host, whose hours are shown: the tabs keep to them.

	Makes ten statements at most, and two more for managers, however many meetings and accounts there are.
	"""
	token, troubles, (name, photo) = csrf_token(), troubles_of(user, now), own_face()
	found = places(concerns(user, is_manager(user)) or here == WAITLIST)
	data = view.get("data") or {}
	return {
		"document": document(
			visitor,
			title=" · ".join(filter(None, (view.get("said"), view["title"]))),
			brand=brand_of(user),
			style=style,
			script=view.get("script", "host"),
			secret_address=True,
			frames=view.get("frames", ()),
			manifest=_MANIFEST,
		),
		"house": {
			"name": name,
			"here": here,
			"face": {"image": own_image(photo), "initials": initials(name)},
			"places": found,
			"place": next((place for place in found if here in [page.path for page in place.pages]), None),
			"whose": view.get("whose"),
			"requests": count_requests(user, now),
			"troubles": troubles,
			"troubled": {trouble.path for trouble in troubles},
			"desk_url": "/app/scheduling" if has_app_permission() else None,
		},
		"data": script_json({**data, "csrfToken": token, "strings": host_strings() | data.get("strings", {})}),
		"csrf_token": token,
	}


def troubles_of(user: str, now: int) -> list[Trouble]:
	"""Return what the host must fix or know, worst first. Every page under `/scheduling` shows it.

	`now` is in epoch seconds.
	"""
	found: list[Trouble] = []
	connections, calls = connections_of(user, now), accounts(user, now)
	if is_manager(user) and not do_jobs_run():
		text = _(
			"The site's jobs don't run: no reminder is sent, and no calendar is read. Ask who runs the site to switch them on."
		)
		found.append(Trouble(text, Action(_("How to switch them on"), _JOBS_HELP), MEETINGS))
	for connection in filter(_is_troubled, connections):
		text = _("The calendar {0} can't be read, so people can book over its events.")
		if connection.closes:
			text = _("The calendar {0} can't be read, so nobody can book your times.")
		found.append(Trouble(text.format(connection.account), _mend(connection), CALENDARS))
	for call in calls:
		if call.status != CONNECTED:
			text = _("Your account {0} at {1} must be connected again. Until then, its meetings get no link.")
			again = Action(_("Connect again"), with_arguments(VIDEO, {"connect": call.provider}))
			found.append(Trouble(text.format(call.account, call.label), again, VIDEO))
	found += [
		Trouble(f"{each.account}: {unwritten_text(each)}", _mend(each), CALENDARS)
		for each in connections
		if each.unwritten
	]
	found += [
		Trouble(f"{each.label}: {waiting_text(each)}", Action(_("Show"), VIDEO), VIDEO)
		for each in calls
		if each.waiting
	]
	for host, count in left_hosts(now) if is_manager(user) else ():
		text = _("The account of {0} is disabled. Meetings to come: {1}.").format(host.name, count)
		found.append(Trouble(text, Action(_("Decide"), leaving_url(host.user)), MEETINGS))
	return found


def unwritten_text(connection: ConnectionSummary) -> str:
	"""Return how many meetings aren't in the host's calendar as they were booked, because it couldn't be written."""
	differ = _(
		"One meeting isn't in the calendar as it was booked. | {0} meetings aren't in the calendar as they were booked."
	)
	number = counted(differ, connection.unwritten).format(connection.unwritten)
	return f"{number} {_('That is put right by itself as soon as the calendar can be written.')}"


def waiting_text(account: VideoAccount) -> str:
	"""Return how many calls differ at the provider, because the host's account couldn't be used."""
	wait = _(
		"One video call is still to be made or deleted there. | {0} video calls are still to be made or deleted there."
	)
	number = counted(wait, account.waiting).format(account.waiting)
	return f"{number} {_('That happens by itself as soon as the account can be used.')}"


def with_arguments(path: str, arguments: Mapping[str, object]) -> str:
	"""Return the address of a page with those of the arguments that aren't empty."""
	query = urlencode({name: value for name, value in arguments.items() if value})
	return f"{path}?{query}" if query else path


def leaving_url(user: str) -> str:
	"""Return the address of the page of all coming meetings of somebody who leaves."""
	return with_arguments(LEAVING, {"user": user})


def places(has_waitlist: bool = False) -> tuple[Place, ...]:
	"""Return the places of the navigation with their pages."""
	waitlist = [Entry(WAITLIST, _("Waitlist"))] if has_waitlist else []
	hours, time_off = Entry(HOURS, _("Weekly hours"), True), Entry(TIME_OFF, _("Time off"), True)
	return (
		Place(_("Meetings"), "calendar", [Entry(MEETINGS, _("Meetings")), *waitlist]),
		Place(
			_("Availability"), "clock", [hours, time_off, Entry(CALENDARS, _("Calendars")), Entry(VIDEO, _("Video"))]
		),
		Place(_("Meeting types"), "tag", [Entry("/scheduling/types", _("Meeting types"))]),
		Place(_("Share", context="Give to others"), "link", [Entry(SHARE, _("Share", context="Give to others"))]),
		Place(_("Insights"), "chart", [Entry("/scheduling/insights", _("Insights"))]),
	)


def host_strings() -> dict[str, str]:
	"""Return the texts of js/host.js and of js/house/."""
	return {
		"undo": _("Undo"),
		"try_again": _("Try again"),
		"not_saved": _("Not saved. Check your connection."),
		"changed_elsewhere": _("This was changed in another window."),
		"yours": _("Yours"),
		"stored": _("Stored now"),
		"keep_mine": _("Keep mine"),
		"use_stored": _("Use what is stored"),
		"position": _("{0}, position {1} of {2}"),
		"copied": _("Copied"),
		"copy": _("Copy link"),
		"failed": _("This did not work. Please try again in a moment."),
	}


def _is_troubled(connection: ConnectionSummary) -> bool:
	"""Whether the host must do something. A new account that is being read for the first time isn't in trouble."""
	return connection.is_active and connection.distrust is not None and not connection.is_new


def _mend(connection: ConnectionSummary) -> Action:
	if connection.distrust is Distrust.REVOKED and connection.kind.access == "consent":
		asked = {"connect": connection.provider, "connection": connection.name}
		return Action(_("Connect again"), with_arguments(CALENDARS, asked))
	if connection.distrust in (Distrust.REVOKED, Distrust.GONE):
		return Action(_("Fix it"), f"{CALENDARS}#connection-{connection.name}")
	return Action(_("Try now"), CALENDARS, {"action": "sync", "name": connection.name})
