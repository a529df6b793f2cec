"""The only place that knows the WebAuthn library: options for the browser, and the check of its answers.

The library takes fifteen megabytes; `passkeys` loads this module when the first passkey of a process is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

REQUIRED = UserVerificationRequirement.REQUIRED


def new_options(
    host: str, *, user_id: bytes, user_name: str, shown: str, known: Iterable[bytes]
) -> tuple[str, str]:
    """Return the options for making a passkey in JSON, and the challenge in hex; `known` credentials are excluded."""
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name="连心 Lianxin",
        user_id=user_id,
        user_name=user_name,
        user_display_name=shown,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
        ),
    )
    return webauthn.options_to_json(options), options.challenge.hex()


def check_new(credential: dict[str, Any], *, challenge: str, host: str, origin: str) -> VerifiedRegistration:
    """Return the new credential. Raises ValueError for an answer that is not right."""
    try:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except WebAuthnException as problem:
        raise ValueError(str(problem)) from None


def use_options(host: str, *, known: Iterable[bytes]) -> tuple[str, str]:
    """Return the options for using a passkey in JSON, and the challenge in hex; without `known` any one may answer."""
    options = webauthn.generate_authentication_options(
        rp_id=host, allow_credentials=_descriptors(known), user_verification=REQUIRED
    )
    return webauthn.options_to_json(options), options.challenge.hex()


def check_use(
    credential: dict[str, Any],
    *,
    challenge: str,
    host: str,
    origin: str,
    public_key: bytes,
    sign_count: int,
) -> VerifiedAuthentication:
    """Return what a passkey has proved. Raises ValueError for an answer that is not right."""
    try:
        return webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as problem:
        raise ValueError(str(problem)) from None


def raw_id(credential: Mapping[str, Any]) -> bytes:
    """Return the id of the credential an answer names. Raises KeyError, ValueError."""
    return base64url_to_bytes(str(credential["rawId"]))


def _descriptors(known: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one) for one in known]
