"""What runs in the limited process: opens, rebuilds and flattens files. Knows no Django, no settings, no keys."""
