"""Sealed rows of the vault. Imported by this app alone (import contract `vault`); no relation leads here or away."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Party(models.Model):
    """当事人: one person in one case, sealed. `given` names the fields that were filled in, never their values.

    `boxes` holds one sealed box per field; `wrapped_key` is the person's data key sealed to organ `sealed_to`.
    """

    class Role(models.TextChoices):
        """The part a person has in a case."""

        PETITIONER = "petitioner", _("信访人")
        AGENT = "agent", _("代理人")
        HELPER = "helper", _("代写代投人")
        ACCUSED = "accused", _("被反映人")

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.BigIntegerField()
    seq = models.IntegerField()
    role = models.CharField(max_length=12, choices=Role.choices)
    given = models.JSONField(default=list)
    boxes = models.JSONField()
    suite = models.CharField(max_length=16)
    key_id = models.CharField(max_length=16)
    sealed_to = models.BigIntegerField()
    wrapped_key = models.BinaryField(max_length=80)

    class Meta:
        constraints = [models.CheckConstraint(name="party_seq_from_one", condition=models.Q(seq__gte=1))]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"


class IdentityToken(models.Model):
    """盲索引: leads from a keyed token of an identity number to the cases it was given in; holds nothing else.

    `key_id` is the short name of the index key, empty for tokens from before there were several.
    """

    pk = models.CompositePrimaryKey("token", "case_id")
    token = models.CharField(max_length=64)
    case_id = models.BigIntegerField()
    key_id = models.CharField(max_length=16, default="", blank=True)

    def __str__(self) -> str:
        return self.token[:8]


class Draft(models.Model):
    """草稿: what somebody has typed so far, sealed; its id becomes the id of the case.

    `key_hash` is the hash of the secret in the writer's cookie: the pages open a draft for that cookie alone. The box
    is sealed with a key of the server, so whoever holds that key and this table can open it; forgetting it in time is
    what protects it.
    """

    id = models.BigIntegerField(primary_key=True)
    key_hash = models.CharField(max_length=64)
    box = models.BinaryField()
    suite = models.CharField(max_length=16, default="", blank=True)
    key_id = models.CharField(max_length=16, default="", blank=True)
    saved_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="draft_saved_at", fields=["saved_at"])]

    def __str__(self) -> str:
        return str(self.id)
