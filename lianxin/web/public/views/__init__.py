"""Views of the public site: each loads, makes one call of the domain, and translates."""
