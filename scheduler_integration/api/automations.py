"""Methods for managers: preview an automation's message about a booking, get it as a test, and start an automation."""

from scheduler_integration.api.as_json import shown
from scheduler_integration.api.door import Who, door
from scheduler_integration.notifications.automations import plan
from scheduler_integration.notifications.automations import preview as room
from scheduler_integration.notifications.channels.channel import Preview
from scheduler_integration.parsing.fields import parse_choice, parse_name
from scheduler_integration.parsing.kinds import AutomationId, BookingId
from scheduler_integration.platform import clock

shown(Preview)


@door("POST", who=Who.USERS)
def preview(name: AutomationId, booking: BookingId) -> Preview:
	"""Return the message of the saved automation `name` about the `booking`, by default about the newest one."""
	return room.preview(parse_name(name), parse_choice("booking", booking) or None)


@door("POST", who=Who.USERS)
def send_test(name: AutomationId, booking: BookingId) -> dict[str, str]:
	"""Send the preview of an e-mail to the signed-in manager."""
	return {"sent_to": room.send_test(parse_name(name), parse_choice("booking", booking) or None)}


@door("POST", who=Who.USERS)
def fire(name: AutomationId, booking: BookingId) -> dict[str, int]:
	"""Start the automation `name` for the `booking` now, and return how many people it is for."""
	return {"planned": plan.fire(parse_name(name), parse_name(booking), clock.now())}
