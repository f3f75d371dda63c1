"""Bookings made on Calendly, Acuity, OnceHub and the like: their webhooks are read, recorded and followed here."""
