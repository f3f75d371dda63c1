"""The commands, one file for each. `bookings/__init__.py` is the only door to them."""
