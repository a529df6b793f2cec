"""信访件、信访事项: what was registered and every step taken with it."""
