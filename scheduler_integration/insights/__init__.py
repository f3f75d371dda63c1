"""Figures on bookings: what brings them, who holds them, what they are worth."""
