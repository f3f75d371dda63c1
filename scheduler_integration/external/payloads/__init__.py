"""Reads webhooks of external schedulers about their bookings. Each scheduler has a module that returns an ExternalChange."""
