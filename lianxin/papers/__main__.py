"""Prints one paper; see `lianxin.papers.press`."""

from __future__ import annotations

import sys

from lianxin.papers.press import main

sys.exit(main())
