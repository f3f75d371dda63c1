"""Methods for hosts: connect, list, prefer and disconnect accounts for video calls. With `zoom_notice`, Zoom sends notices."""

from typing import Annotated, Any
from urllib.parse import urlencode

import frappe
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from scheduler_integration import bookings
from scheduler_integration.api.as_json import Like, shown
from scheduler_integration.api.door import OnTop, Who, door
from scheduler_integration.conferencing import connect as accounts
from scheduler_integration.conferencing.zoom_notices import act_on
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import REQUESTS, count_request, refused
from scheduler_integration.entry.oauth import this_asker
from scheduler_integration.entry.webhooks import answer_to, signed_notice
from scheduler_integration.exceptions import NotPermitted, NotSignedIn, SchedulingError
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import BookingId, ConnectionId, Text
from scheduler_integration.platform import clock

_PAGE = "/scheduling/video"


shown(accounts.VideoAccount)
shown(accounts.VideoProvider)
Accounts = Annotated[dict[str, Any], Like(accounts=[accounts.VideoAccount], providers=[accounts.VideoProvider])]


@door("POST", who=Who.USERS)
def connect(provider: Text) -> dict[str, str]:
	"""Return the address of the provider's page, to which the caller's browser goes next."""
	return {"auth_url": accounts.begin(parse_name(provider), this_asker())}


@door("GET", who=Who.ANYBODY)
def callback(**params: Any) -> Response:
	"""Finish connecting an account: the provider sends the browser back here.

	Redirects to the host's page with the result.
	"""
	is_guest = frappe.session.user == "Guest"
	if is_guest and (refusal := refused(REQUESTS)):
		return refusal
	try:
		with refusals():
			if is_guest:
				raise NotSignedIn
			query = {"connected": accounts.finish(params, this_asker(), clock.now())}
	except SchedulingError as error:
		query = {"video_error": error.code}
	# Frappe would roll this request back, because the browser sends it as a GET.
	frappe.local.flags.commit = True
	return redirect(f"{_PAGE}?{urlencode(query)}")


@door("GET", who=Who.USERS)
def list() -> Accounts:
	"""Return the signed-in host's accounts, and the providers that can be connected."""
	return {"accounts": accounts.accounts(frappe.session.user, clock.now()), "providers": accounts.providers()}


@door("POST", who=Who.USERS)
def prefer(name: ConnectionId) -> Accounts:
	"""Prefer an account for meeting types that name no provider, and return the accounts."""
	accounts.prefer(parse_name(name), frappe.session.user)
	return list()


@door("POST", who=Who.USERS)
def disconnect(name: ConnectionId) -> Accounts:
	"""Disconnect an account, and return the accounts that are left."""
	accounts.disconnect(parse_name(name), frappe.session.user)
	return list()


@door("POST", who=Who.SENDERS)
def zoom_notice(**_body: Any) -> OnTop:
	"""Take a webhook of Zoom: about meetings that were changed there, people who join, and accounts that are removed."""
	now, headers = clock.now(), frappe.request.headers
	stamp, signature = headers.get("x-zm-request-timestamp"), headers.get("x-zm-signature")
	try:
		notice = signed_notice(frappe.request.get_data(), stamp, signature, now)
	except NotPermitted:
		# Zoom's own webhooks aren't limited, so that none is lost on a busy day.
		count_request(REQUESTS)
		raise
	if news := act_on(notice, now):
		bookings.show_call(news.meeting, news.fields)
	# Zoom looks for its tokens at the top of the answer.
	return OnTop(answer_to(notice))


@door("POST", who=Who.USERS)
def new_link(booking: BookingId) -> dict[str, str]:
	"""Make a new call for a booking whose call failed or was deleted at its provider. The link comes in a moment."""
	document = find_for_host(parse_name(booking), "write", for_update=True)
	bookings.make_new_call(document, clock.now())
	return {"video_status": "waiting"}
