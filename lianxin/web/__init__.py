"""Pages: the public site (阳光信访) and the officers' desk."""
