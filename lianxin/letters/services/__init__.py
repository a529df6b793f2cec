"""What is written about letters, one file per family of use cases."""
