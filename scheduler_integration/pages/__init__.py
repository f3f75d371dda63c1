"""Pages, one file each: what a page shows and what its forms do (`GuestPage`, `HostPage`).

A page reads no database itself (`make lint` checks that). It asks the rooms, and hands what they return to its template.
"""
