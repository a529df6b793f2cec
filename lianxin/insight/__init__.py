"""Search over the words of cases one may read; reads cases."""
