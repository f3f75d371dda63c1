"""The CRM's side of a meeting: whose contact it is, and the activity on the records it belongs to."""

from scheduler_integration.crm.activities import log_cancellation, log_meeting
from scheduler_integration.crm.contacts import find_or_create_contact
from scheduler_integration.crm.handover import log_handover

__all__ = ["find_or_create_contact", "log_cancellation", "log_handover", "log_meeting"]
