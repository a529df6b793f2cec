"""The write paths of supervision."""
