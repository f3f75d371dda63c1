"""What the app holds about a person: shown, corrected and erased on the person's own request."""
