"""督办: reminders and supervision letters, special inspections, suggestions, promises, what we left undone; uses cases."""
