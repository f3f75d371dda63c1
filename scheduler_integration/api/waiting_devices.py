"""Methods for notifications on the devices of people who wait for a time. The token of their link says who they are."""

from werkzeug.wrappers import Response

from scheduler_integration.api.door import Who, door
from scheduler_integration.entry.limits import REQUESTS
from scheduler_integration.entry.worker import worker_script
from scheduler_integration.parsing.device import parse_endpoint, parse_subscription
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import Text, Token, Web
from scheduler_integration.waitlist import devices

_SCOPE = "/schedule/waitlist/"


@door("POST", who=Who.LINK, limit=REQUESTS)
def add(token: Token, endpoint: Web, p256dh: Text, auth: Text) -> dict[str, bool]:
	"""Let this browser show what is offered to the person."""
	devices.add_device(parse_name(token), parse_subscription(endpoint, p256dh, auth))
	return {"is_on": True}


@door("POST", who=Who.LINK, limit=REQUESTS)
def remove(token: Token, endpoint: Web) -> dict[str, bool]:
	"""Send nothing to this browser any more."""
	devices.forget_device(parse_name(token), parse_endpoint(endpoint))
	return {"is_on": False}


@door("GET", who=Who.ANYBODY)
def worker() -> Response:
	"""Return the service worker, for the page of one entry."""
	return worker_script(_SCOPE)
