"""When hosts can be met: what stands in their calendars, and the slots that are left."""

from scheduler_integration.availability.slots import first_month_with_slots, slots_between

__all__ = ["first_month_with_slots", "slots_between"]
