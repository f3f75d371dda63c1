"""The contents of the demo site: hosts, pages, meetings, and a calendar that feeds one host's busy times."""
