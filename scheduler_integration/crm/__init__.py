"""The CRM's side of a meeting: whose contact it is, and the activity on the records it belongs to."""

from scheduler_integration.crm.follow import keep_activity, keep_contact
from scheduler_integration.crm.owners import owner_among

__all__ = ["keep_activity", "keep_contact", "owner_among"]
