"""The commands of `lianxin`, one module each: `arguments` describes it, `run` does it and returns the exit code.

Modules import Django and the apps only when run, so that `--help`, `init` and `rules` work before there is a key.
"""
