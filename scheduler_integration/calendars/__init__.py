"""Calendars of other systems: busy times are read from them, and bookings are written into them.

`provider.py` is the interface. Each provider is a file or two in `providers/`; all other code is the same for all
providers.
"""
