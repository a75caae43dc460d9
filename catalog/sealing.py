"""Secrets that lie encrypted in the database: addresses of webhooks, passwords of sources.

Encrypted with Fernet (AES-128-CBC, HMAC-SHA256) under keys derived from MAINSTAY_SEALING_KEYS, newest first, and where
that is empty from the secret key. An older key still opens what it sealed, so keys can be rotated.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(Exception):  # noqa: N818 (what happened, in the reader's words)
    """None of the configured keys opens it."""


def seal(text: str) -> str:
    """The text, encrypted; empty stays empty."""
    return _box().encrypt(text.encode()).decode("ascii") if text else ""


def unseal(sealed: str) -> str:
    """What ``seal`` was given. Raises SealBroken."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise SealBroken("No configured key opens this secret.") from error


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in (*settings.SEALING_KEYS, settings.SECRET_KEY)])


def _derive(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mainstay.sealing").derive(key.encode())
    return base64.urlsafe_b64encode(derived)
