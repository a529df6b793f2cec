"""Use cases, one module per family; the only writers of cases."""
