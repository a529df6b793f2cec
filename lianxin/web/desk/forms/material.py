"""What is asked when an officer puts in what a petitioner brought."""

from __future__ import annotations

from lianxin.web.desk.acting import KeyForm
from lianxin.web.material import MaterialForm


class AddMaterialForm(KeyForm, MaterialForm):
    """The files; that there is at least one is for the rulebook to ask (U08)."""
