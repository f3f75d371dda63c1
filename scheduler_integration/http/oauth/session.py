"""Requests to a vendor's API with a valid access token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduler_integration.exceptions import AccessRevoked
from scheduler_integration.http.client import Answer, Client
from scheduler_integration.http.oauth.tokens import Holder, access_token
from scheduler_integration.http.oauth.vendors import Vendor
from scheduler_integration.platform import clock


@dataclass(slots=True)
class VendorSession:
	"""Sends requests as the account whose tokens `holder` holds. It belongs to one job, and isn't shared by threads.

	A new access token is fetched when the old one ends, and once if the vendor refuses a token that should still be valid.
	`now` is the clock, because a job may last longer than a token.
	"""

	vendor: Vendor
	holder: Holder
	client: Client = field(default_factory=Client)
	now: Callable[[], int] = clock.now

	def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **request: Any) -> Answer:
		"""Send a request as `Client.send` does. Raises also AccessRevoked, and the errors of `tokens.access_token`."""
		token = access_token(self.vendor, self.holder, self.now())
		answer = self._send(token, method, url, headers, request)
		if answer.status == 401:
			token = access_token(self.vendor, self.holder, self.now(), refused=token)
			answer = self._send(token, method, url, headers, request)
		if answer.status == 401:
			raise AccessRevoked(host=answer.host)
		return answer

	def close(self) -> None:
		self.client.close()

	def _send(
		self, token: str, method: str, url: str, headers: Mapping[str, str] | None, request: dict[str, Any]
	) -> Answer:
		return self.client.send(method, url, headers={**(headers or {}), "Authorization": f"Bearer {token}"}, **request)
