"""连心: letters and visits for civil affairs, from the door to the answer."""

__version__ = "0.1.0"
