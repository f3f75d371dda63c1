"""Reads bookings for everybody else: their states, sessions, titles, links and who may see them. Writes nothing."""
