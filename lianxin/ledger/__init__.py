"""Acts and looks: entries added, never changed; a hash chain per case."""
