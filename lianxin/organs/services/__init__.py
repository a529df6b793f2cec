"""Editing organs, officers and posts; each function checks that the administrator may, and says in a sentence what is wrong."""
