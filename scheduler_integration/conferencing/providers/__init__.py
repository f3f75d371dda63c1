"""One file for each provider of video calls."""
