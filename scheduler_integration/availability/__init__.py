"""When hosts can be met: loads their calendars, and returns the slots that are free."""
