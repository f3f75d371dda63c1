"""What the demo site holds: hosts, pages, meetings, and a calendar that feeds one host's busy times."""
