"""Connects a booking with the CRM: the attendee's contact, and the activity on the lead, deal or customer."""
