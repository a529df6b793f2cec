"""The administrator's pages: organs below the own one, officers, posts, and taking them from a file."""
