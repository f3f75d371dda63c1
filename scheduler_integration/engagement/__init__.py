"""Counts clicks on links in client reports and the bookings that follow, and makes the analytics of both."""
