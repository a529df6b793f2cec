"""机关、单位: regions and their lineage, organs, posts, staff, sign-in."""
