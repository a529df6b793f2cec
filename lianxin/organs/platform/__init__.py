"""Signing in through the identity platform of a province (OpenID Connect): what is asked of it, and what is believed.

The account belongs to the pair of issuer and subject, to nothing else: no name, no address and no number that the platform tells
is looked at. Rights come from posts, never from the platform.
"""
