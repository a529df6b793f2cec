"""来访: reception plan, windows, tickets, groups and their representatives, emergencies, leaders' reception days; uses cases."""
