"""Payments for bookings: what is owed, what a provider says of it, and what is paid back.

Only this room writes Booking Payment. It holds no lock on hosts and changes no booking: the room bookings/ decides what a
payment means for its booking. No card data comes here. Attendees enter it on the provider's own page.
"""
