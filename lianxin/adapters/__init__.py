"""What leads to other systems and files: one way in and out for each, with one real default."""
