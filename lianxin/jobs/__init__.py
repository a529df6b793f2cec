"""Background work over tables: sweeps that may be stopped and run again."""
