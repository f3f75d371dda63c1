"""Access tokens for the providers' interfaces."""

from dataclasses import dataclass, field
from typing import Protocol

from scheduler_integration.exceptions import AccessRevoked
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.tokens import Holder
from scheduler_integration.http.oauth.vendors import Vendor

CONNECTION = "Video Connection"


class Tokens(Protocol):
	"""Gives a provider its access token."""

	@property
	def vendor(self) -> Vendor: ...

	def access_token(self, refused: str = "") -> str:
		"""Return an access token. `refused` is a token that the provider no longer accepts."""
		...


@dataclass(frozen=True, slots=True)
class UserTokens:
	"""The tokens of a Video Connection. `now` is in epoch seconds."""

	connection: str
	vendor: Vendor
	now: int

	def access_token(self, refused: str = "") -> str:
		return tokens.access_token(self.vendor, Holder(CONNECTION, self.connection), self.now, refused=refused)


@dataclass(frozen=True, slots=True)
class GrantToken:
	"""The access token of a grant that isn't stored yet."""

	vendor: Vendor
	token: str = field(repr=False)

	def access_token(self, refused: str = "") -> str:
		if refused:
			raise AccessRevoked
		return self.token
