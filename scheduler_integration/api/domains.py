"""Methods for custom domains: check the records of one, and tell a web server whether to get a certificate for a name."""

from werkzeug.wrappers import Response

from scheduler_integration.api.door import Who, door
from scheduler_integration.catalogue.lookup import is_page
from scheduler_integration.domains.claims import claim_view, find_claim
from scheduler_integration.domains.keep import check as check_claim
from scheduler_integration.domains.table import served_at
from scheduler_integration.entry.limits import REQUESTS, refused
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import RowId, Text
from scheduler_integration.platform import clock


@door("POST", who=Who.USERS)
def check(name: RowId) -> dict[str, object]:
	"""Ask the DNS about a Scheduling Domain now. Returns its status, the records to set, and what the DNS has."""
	claim = find_claim(parse_name(name))
	check_claim(claim, clock.now())
	return claim_view(claim)


@door("GET", who=Who.ANYBODY)
def ask(domain: Text) -> Response:
	"""Answer 200 if pages are shown at this host name, and 404 otherwise. A web server asks before it gets a certificate."""
	if refusal := refused(REQUESTS):
		return refusal
	served = served_at(parse_name(domain))
	return Response(status=200 if served and is_page(served.home) else 404, content_type="text/plain")
