"""The shared part of providers with accounts: requests with an access token, which is renewed once if it is refused."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, ClassVar

from scheduler_integration.conferencing.provider import Account, Provider
from scheduler_integration.conferencing.tokens import Tokens, UserTokens
from scheduler_integration.exceptions import AccessRevoked
from scheduler_integration.http.client import Answer, Client, Limits, patience
from scheduler_integration.http.oauth.consent import Grant
from scheduler_integration.http.oauth.vendors import Vendor, located

# The scopes by which a vendor's ID token says whose account it is.
IDENTITY = ("openid", "email", "profile")
# All requests of one step take less time than a claim lasts (records.CLAIM_SECONDS).
STEP_SECONDS = 90


@dataclass(slots=True)
class Api:
	"""The interface of one provider for one account. `base` is its address."""

	tokens: Tokens
	base: str
	_client: Client = field(init=False, repr=False)

	def __post_init__(self) -> None:
		self._client = Client(limits=Limits(read=15, whole=25, attempts=2, wait=0.3), budget=patience(STEP_SECONDS))

	def send(self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None) -> Answer:
		"""Send a request and return the answer, whatever its status. Raises AccessRevoked and the errors of Client.

		A POST is sent once, because it could create two calls.
		"""
		token = self.tokens.access_token()
		answer = self._send(token, method, path, json, params)
		if answer.status == 401:
			# The token was refused, so nothing has happened, and the same request may be sent again.
			answer = self._send(self.tokens.access_token(refused=token), method, path, json, params)
		if answer.status == 401:
			raise AccessRevoked(host=answer.host)
		return answer

	def _send(self, token: str, method: str, path: str, json: Any, params: Mapping[str, str] | None) -> Answer:
		url = located(self.tokens.vendor, f"{self.base}{path}")
		return self._client.send(method, url, json=json, params=params, headers={"Authorization": f"Bearer {token}"})


@dataclass(slots=True)
class WithAccount(Provider):
	"""Base of a provider that makes calls with one account.

	`BASE` is the address of its interface. `VENDOR` is asked for all `SCOPES`. The app works if one scope of each group in
	`NEEDED` is granted. `NOTICES` is the path to which the vendor sends notices, if there is one.
	"""

	BASE: ClassVar[str]
	VENDOR: ClassVar[Vendor]
	SCOPES: ClassVar[tuple[str, ...]]
	NEEDED: ClassVar[tuple[Set[str], ...]]
	NOTICES: ClassVar[str] = ""

	tokens: Tokens
	_api: Api = field(init=False, repr=False)

	def __post_init__(self) -> None:
		self._api = Api(self.tokens, self.BASE)

	@classmethod
	def open(cls, account: Account, now: int) -> "WithAccount":
		"""Return the provider with the tokens of a Video Connection, whatever its status."""
		return cls(UserTokens(account.connection, cls.VENDOR, now))

	@classmethod
	def owner_of(cls, grant: Grant) -> tuple[str, str]:
		"""Return the vendor's id of the account that was granted, and its name for people."""
		return grant.subject, grant.email or grant.name
