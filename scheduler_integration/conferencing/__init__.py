"""Video calls for bookings: made, moved and deleted at Zoom, Google Meet, Microsoft Teams and Jitsi.

`handler.run` is the outbox handler: it compares the call that a booking needs with those that exist, and changes what
differs. Nothing here runs while a visitor waits, and no lock is held while a provider is asked.
"""
