"""What the app leans on in Frappe, pinned: the same on the embedded site and on a real one."""
