"""Writes bookings into hosts' own calendars, as outbox tasks, and notices what hosts change there."""
