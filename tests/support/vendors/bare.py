"""A stand-in that only signs people in, with each vendor's manner of refresh tokens."""

from typing import Literal

from werkzeug.routing import Rule

from tests.support.vendors.accounts import Account, Accounts


class SignIn(Accounts):
	rules = (
		Rule("/oauth/authorize", endpoint="authorise"),
		Rule("/oauth/token", endpoint="token", methods=["POST"]),
		Rule("/oauth/revoke", endpoint="revoke", methods=["POST"]),
	)

	def __init__(self, refresh_tokens: Literal["kept", "rotated", "single use"] = "kept"):
		super().__init__()
		self.refresh_tokens = refresh_tokens
		self.accounts["jane@calendars.example"] = Account("jane@calendars.example", "Jane Doe")
