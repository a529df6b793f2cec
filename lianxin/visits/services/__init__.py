"""Writing at the visit window: the plan, tickets, receptions, emergencies, reception days; one module per subject."""
