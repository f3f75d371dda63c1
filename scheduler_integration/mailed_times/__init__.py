"""Times for an e-mail: a host offers a few free times, and each of them is one click to the filled-in form."""
