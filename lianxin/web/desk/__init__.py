"""The officers' desk: sign-in, worklist, case page, acts, registration, search, administration."""
