"""The CRM's side of a meeting: whose contact it is, and the activity on the records it belongs to."""
