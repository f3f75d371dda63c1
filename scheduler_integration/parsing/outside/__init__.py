"""Reads what external schedulers tell about their bookings. Each scheduler has a module that returns an OutsideChange."""
