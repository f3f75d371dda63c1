"""The pages for hosts: their meetings, and why a time isn't offered."""
