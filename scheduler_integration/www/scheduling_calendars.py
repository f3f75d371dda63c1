"""`/scheduling/calendars`: hosts connect calendars, choose which are read and written, and see errors.

With `?whose=all`, managers see everybody's. `?connect=` leads to the vendor's consent page: as a link and not as a form,
because the page's security policy lets forms lead to this site only.
"""

from collections.abc import Callable
from urllib.parse import urlencode

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars import connections, joining
from scheduler_integration.calendars.providers.registry import BY_ADDRESS
from scheduler_integration.entry.errors import keeping_secrets, refusals
from scheduler_integration.entry.oauth import CALENDAR_CALLBACK, callback_address, this_asker
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.notifications.devices import public_key
from scheduler_integration.notifications.preferences import choose_digest, preferences_of, renew_feed, stop_feed
from scheduler_integration.pages.host.calendars import CalendarsPage, calendars_view
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import argument, redirection, respond_to_host, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.calendar_fields import parse_address_form, parse_secret
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

_PATH = "/scheduling/calendars"


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: _PATH)


def _view() -> dict:
	error = _act() if submitted() else _begin() if argument("connect") else None
	user, sees_all = frappe.session.user, argument("whose") == "all" and is_manager()
	view = calendars_view(
		CalendarsPage(
			house=open_house(user, current_visitor(), now(), _PATH),
			connections=connections.connections_of(None if sees_all else user, now()),
			vendors=joining.available_providers(),
			not_set_up=joining.missing_providers(),
			visitor=current_visitor(),
			now=now(),
			zone=timezone_of(user),
			preferences=preferences_of(user),
			push_key=public_key(),
			is_manager=is_manager(),
			sees_all=sees_all,
			message=_message(error),
			other=joining.asked_account(argument("other"), this_asker()) if argument("other") else None,
			typed={field: echo(argument(field)) for field in ("preset", "address", "login", "provider")}
			if error
			else None,
			problems=error.details if error else None,
		)
	)
	return view | {"status": error.http_status_code if error else 200}


def _begin() -> SchedulingError | None:
	"""Send the browser to the vendor's page. Returns the error if that can't be done."""
	try:
		with refusals():
			address = joining.begin(
				argument("connect"), this_asker(), callback_address(CALENDAR_CALLBACK), argument("connection")
			)
	except SchedulingError as error:
		return error
	raise redirection(address, 302)


def _act() -> SchedulingError | None:
	"""Run a form's command and redirect to the page. Returns the error if the command is refused."""
	command = _COMMANDS.get(argument("action"))
	try:
		with refusals(), keeping_secrets():
			if command is None:
				raise InvalidRequest
			command()
	except SchedulingError as error:
		return error
	asked = {"done": argument("action"), "whose": argument("whose")}
	raise redirection(f"{_PATH}?{urlencode({key: text for key, text in asked.items() if text})}")


def _connect() -> None:
	provider = argument("provider")
	service = BY_ADDRESS[provider].services.get(argument("preset")) if provider in BY_ADDRESS else None
	# An address that was typed for another service is hidden as soon as this one is chosen.
	address = service.address if service else argument("address")
	form = parse_address_form(joining.password_needed(), provider, address, argument("login"), argument("password"))
	connections.connect_by_address(frappe.session.user, form.provider, form.address, form.login, form.password)


def _reconnect() -> None:
	secrets = {field: parse_secret(field, argument(field)) for field in ("password", "address")}
	connections.reconnect(argument("name"), frappe.session.user, secrets["password"], secrets["address"])


def _update() -> None:
	chosen = frappe.request.form
	connections.update(
		argument("name"),
		frappe.session.user,
		read=chosen.getlist("read"),
		written=argument("written"),
		closes=argument("closes") == "1",
		switches={field: field in chosen for field in chosen.getlist("switch")},
	)


def _sync(*, full: bool = False) -> None:
	connections.sync_now(argument("name"), frappe.session.user, now(), full=full)


def _disconnect() -> None:
	connections.disconnect(argument("name"), frappe.session.user, keeps_events=argument("events") != "delete")


def _use_other() -> None:
	joining.use_other_account(argument("key"), this_asker())


_COMMANDS: dict[str, Callable[[], None]] = {
	"connect": _connect,
	"reconnect": _reconnect,
	"update": _update,
	"sync": _sync,
	"sync_all": lambda: _sync(full=True),
	"disconnect": _disconnect,
	"use_other": _use_other,
	"feed_on": lambda: renew_feed(frappe.session.user),
	"feed_off": lambda: stop_feed(frappe.session.user),
	"digest_on": lambda: choose_digest(frappe.session.user, True),
	"digest_off": lambda: choose_digest(frappe.session.user, False),
}


def _message(error: SchedulingError | None) -> dict | None:
	if error:
		return {"text": " ".join([error.message, *error.details.values()]), "is_error": True}
	if argument("problem"):
		return {"text": _problem(argument("problem")), "is_error": True}
	done = {
		"connect": _("The calendar is connected. It is being read now."),
		"reconnect": _("The calendar is connected again. It is being read now."),
		"update": _("Your choice is saved."),
		"sync": _("The calendar is being read now."),
		"sync_all": _("The calendar is being read now."),
		"disconnect": _("The calendar is disconnected."),
		"use_other": _("The other account is connected. It is being read now."),
		"feed_on": _("Your calendar link is ready. An earlier one doesn't work any more."),
		"feed_off": _("Your calendar link doesn't work any more."),
		"digest_on": _("You get your meetings by e-mail each morning."),
		"digest_off": _("You get no e-mail in the morning any more."),
	}
	asked = "connect" if argument("connected") else argument("done")
	return {"text": done[asked], "is_error": False} if asked in done else None


def _problem(code: str) -> str:
	"""Return a sentence for an error at the vendor. Unknown codes come from outside and aren't shown."""
	sentences = {
		"CONSENT_REFUSED": _("You declined at the provider, so nothing was connected."),
		"CONSENT_EXPIRED": _("That took too long. Please connect the calendar again."),
		"ADMIN_CONSENT_NEEDED": _("Your organisation's administrator must permit this app first."),
	}
	return sentences.get(code) or _("The calendar could not be connected. Please try again.")
