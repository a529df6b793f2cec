"""信访人: the identity vault. `vault.enrol()` seals, `vault.reveal()` opens one field and records it; nothing else gets in."""
