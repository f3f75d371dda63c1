"""What can be booked: pages and meeting types, found by their public addresses and shown as guests may see them."""
