"""A person goes to a vendor's consent page and comes back."""

from urllib.parse import parse_qs, urlsplit

import frappe
import pytest
import requests

from scheduler_integration.exceptions import (
	AccessRevoked,
	AdminConsentNeeded,
	ConsentExpired,
	ConsentIncomplete,
	ConsentRefused,
	Unreachable,
	VendorNotSetUp,
	VendorRefusesApp,
)
from scheduler_integration.http.oauth import consent
from scheduler_integration.http.oauth.vendors import GOOGLE, MICROSOFT, ZOOM, is_set_up, located
from tests.support.vendors.accounts import Consent

NOW = 1_790_000_000
JANE = consent.Asker("jane@hosts.example", "session-of-jane")
SCOPES = ("openid", "meeting:write")
NEEDED = ({"meeting:write", "meeting:write:meeting"},)
BACK = "https://site.example/callback"


def redirected(address: str) -> dict[str, str]:
	"""Open the vendor's page as a browser does, and return the parameters with which it is sent back."""
	answer = requests.get(address, allow_redirects=False, timeout=10)
	return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def begun(**kwargs):
	return redirected(consent.begin(ZOOM, SCOPES, JANE, BACK, {"connection": "one"}, **kwargs))


def test_a_consent_ends_with_tokens_and_the_account(zoom):
	started, grant = consent.finish(begun(), JANE, NOW)
	assert (started.vendor, started.context) == (ZOOM, {"connection": "one"})
	assert (grant.email, grant.name) == ("jane@calendars.example", "Jane Doe")
	assert grant.expires_at == NOW + 3600
	consent.require(ZOOM, NEEDED, grant)
	assert grant.access_token not in repr(grant)


def test_a_state_works_once(zoom):
	params = begun()
	consent.finish(params, JANE, NOW)
	with pytest.raises(ConsentExpired):
		consent.finish(params, JANE, NOW)


@pytest.mark.parametrize(
	"asker", [consent.Asker("mallory@hosts.example", "session-of-jane"), consent.Asker(JANE.user, "another-session")]
)
def test_nobody_else_can_end_a_consent(zoom, asker):
	params = begun()
	with pytest.raises(ConsentExpired):
		consent.finish(params, asker, NOW)
	assert not zoom.requests("POST", "/token")
	consent.finish(params, JANE, NOW)  # a stranger can't spoil it either


@pytest.mark.parametrize("state", ["", "made-up", None])
def test_a_made_up_state_is_refused(zoom, state):
	with pytest.raises(ConsentExpired):
		consent.finish({"state": state, "code": "x"}, JANE, NOW)


def test_a_code_without_its_verifier_is_worthless(zoom):
	"""A stolen code is sent with a state of the thief's own. The verifier doesn't fit (RFC 7636)."""
	stolen, own = begun()["code"], begun()["state"]
	with pytest.raises(AccessRevoked):
		consent.finish({"code": stolen, "state": own}, JANE, NOW)


def test_an_unticked_permission_is_noticed(zoom):
	zoom.consent = Consent("jane@calendars.example", unticked=frozenset({"meeting:write"}))
	_started, grant = consent.finish(begun(), JANE, NOW)
	with pytest.raises(ConsentIncomplete):
		consent.require(ZOOM, NEEDED, grant)


@pytest.mark.parametrize(
	("error", "description", "expected"),
	[
		("access_denied", "The user said no", ConsentRefused),
		("consent_required", "", AdminConsentNeeded),
		("access_denied", "AADSTS90094: an administrator must consent", AdminConsentNeeded),
	],
)
def test_a_refused_consent_says_who_can_help(zoom, error, description, expected):
	zoom.consent = Consent("jane@calendars.example", error=error, error_description=description)
	with pytest.raises(ConsentRefused) as raised:
		consent.finish(begun(), JANE, NOW)
	assert type(raised.value) is expected


def test_a_wrong_client_secret_is_the_sites_fault_not_the_hosts(zoom):
	params = begun()
	zoom.client.client_secret = "another"
	with pytest.raises(VendorRefusesApp):
		consent.finish(params, JANE, NOW)


def test_a_code_is_sent_once_even_if_the_reply_is_lost(zoom):
	params = begun()
	zoom.fail("/token", lost=True)
	with pytest.raises(Unreachable):
		consent.finish(params, JANE, NOW)
	assert len(zoom.requests("POST", "/token")) == 1


def test_a_vendor_without_credentials_is_not_offered(zoom):
	assert is_set_up(ZOOM)
	assert not is_set_up(GOOGLE)
	with pytest.raises(VendorNotSetUp):
		consent.begin(GOOGLE, SCOPES, JANE, BACK, {})


def test_the_secret_is_in_no_address_and_the_state_in_no_cache_key(zoom):
	address = consent.begin(ZOOM, SCOPES, JANE, BACK, {}, login_hint="jane@calendars.example")
	query = parse_qs(urlsplit(address).query)
	assert query["login_hint"] == ["jane@calendars.example"]
	assert zoom.client.client_secret not in address
	assert query["state"][0] not in consent._key(query["state"][0])


def test_the_tenant_is_part_of_microsofts_addresses():
	assert "/common/oauth2" in located(MICROSOFT, MICROSOFT.token)
	settings = frappe.get_doc("Scheduler Settings")
	settings.microsoft_tenant = "contoso.example"
	settings.save()
	assert located(MICROSOFT, MICROSOFT.token) == "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token"
	settings.microsoft_tenant = "evil.example/../"
	with pytest.raises(frappe.ValidationError):
		settings.save()
