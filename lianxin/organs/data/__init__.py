"""The packaged places: tables from province to county since 1980, and readers of the packages below."""
