"""Shows, corrects and erases the app's data about a person, on the person's own request."""
