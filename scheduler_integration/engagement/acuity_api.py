"""Asks Acuity's API for an appointment (developers.acuityscheduling.com: "appointments/:id", "Quick Start")."""

from dataclasses import dataclass, field

import frappe
import requests

API = "https://acuityscheduling.com/api/v1"
# Seconds to connect, and to wait for an answer.
TIMEOUT = (5, 15)


@dataclass(frozen=True, slots=True)
class Account:
	"""An Acuity account. The key is left out of messages and logs."""

	user_id: str
	key: str = field(repr=False)


class AcuityUnreachable(Exception):
	"""Acuity didn't answer, or not with an appointment. The message holds no secret. `is_final`: asking again is no use."""

	def __init__(self, message: str, *, is_final: bool = False):
		self.is_final = is_final
		super().__init__(message)


def fetch_appointment(account: Account, appointment: str) -> object:
	"""Return Acuity's JSON of an appointment. Raises AcuityUnreachable."""
	address = f"{frappe.conf.get('acuity_api') or API}/appointments/{appointment}"
	try:
		answer = requests.get(address, auth=(account.user_id, account.key), timeout=TIMEOUT, allow_redirects=False)
		if answer.status_code == 200:
			return answer.json()
	except (requests.RequestException, ValueError) as error:
		raise AcuityUnreachable(type(error).__name__) from None
	is_final = answer.status_code in (401, 403, 404)
	raise AcuityUnreachable(f"HTTP {answer.status_code}", is_final=is_final)
