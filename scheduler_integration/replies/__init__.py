"""Replies of attendees by text message: read, matched with a meeting, and carried out with the commands of bookings/."""
