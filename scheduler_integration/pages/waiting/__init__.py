"""The pages of people who wait for a time: the form to join, and what they do with an offer."""
