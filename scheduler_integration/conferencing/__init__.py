"""Video calls for bookings: made, moved and deleted at Zoom, Google Meet, Microsoft Teams and Jitsi.

`handler.run` is the outbox handler: it compares the call that a booking needs with the existing calls, and changes those
that differ. No visitor waits for this code, and no lock is held while a provider answers.
"""
