"""Fetches an appointment from Acuity's API (developers.acuityscheduling.com: "appointments/:id", "Quick Start")."""

from dataclasses import dataclass, field

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.http.addresses import relocated
from scheduler_integration.http.client import Client, Limits

API = "https://acuityscheduling.com/api/v1"
# No further attempts here: the job itself tries again, with long pauses.
_LIMITS = Limits(whole=20, bytes=1024 * 1024, redirects=0, attempts=1)


@dataclass(frozen=True, slots=True)
class Account:
	"""An Acuity account. The key is left out of messages and logs."""

	user_id: str
	key: str = field(repr=False)


class AcuityUnreachable(Exception):
	"""Acuity sent no answer, or no appointment.

	The message contains no secret. `is_final`: another request would fail too.
	"""

	def __init__(self, message: str, *, is_final: bool = False):
		self.is_final = is_final
		super().__init__(message)


def fetch_appointment(account: Account, appointment: str) -> object:
	"""Return Acuity's JSON of an appointment. Raises AcuityUnreachable."""
	client = Client(auth=(account.user_id, account.key), limits=_LIMITS)
	try:
		answer = client.send("GET", relocated("acuity", f"{API}/appointments/{appointment}"))
		if answer.status == 200:
			return answer.json()
	except OutsideError as error:
		raise AcuityUnreachable(error.message) from None
	finally:
		client.close()
	raise AcuityUnreachable(f"HTTP {answer.status}", is_final=answer.status in (401, 403, 404))
