"""Accounts of an identity platform that officers may sign in with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models.staff import Staff


class Binding(models.Model):
    """平台账号绑定: one subject of one issuer, and the officer it opens the account of; `handle` is the hash of the two.

    With `bound_by`, an administrator, it opens nothing and waits for the officer.
    """

    handle = models.CharField(primary_key=True, max_length=64)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(_("平台账号标识"), max_length=255)
    bound_at = models.DateTimeField()
    bound_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject
