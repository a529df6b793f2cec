"""Programs that measure. They print ratios to an empty page of the same server in the same run; they are never tests."""
