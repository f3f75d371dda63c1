"""Pages and meeting types: finds them by their public addresses, and shows them as visitors may see them."""
