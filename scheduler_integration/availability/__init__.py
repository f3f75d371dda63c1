"""When hosts can be met: what is in their calendars, and the slots that are left."""
