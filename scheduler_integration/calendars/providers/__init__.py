"""One module for each kind of calendar, and the table of them (`registry.py`)."""
