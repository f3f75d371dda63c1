"""Reads bookings for all other rooms: states, sessions, titles, links, and who may see them. Writes nothing."""
