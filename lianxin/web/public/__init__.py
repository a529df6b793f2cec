"""阳光信访, the public face: file, follow, evaluate, help. No account, no script, no name in an address."""
