"""Replies of attendees by text message or mail: read, matched with a meeting, carried out with the commands of bookings/."""
