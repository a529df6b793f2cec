"""What the desk's forms take in and how they speak of mistakes."""
