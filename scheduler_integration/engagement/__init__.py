"""Which links in client reports are clicked, what is booked after it, and the analytics of both."""
