"""Pages of the desk: each view loads, makes one call into the domain, and translates."""
