"""Stand-ins for the services of vendors: small servers that keep state, on a port, with faults that a test orders.

They answer as the vendors' references say, so that the app's own code runs unchanged against them.
"""
