"""Who voted, without knowing who: a keyed hash of a cookie or an account's name."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from core.errors import StoreError

SALT_BYTES = 32


def load_salt(data: Path) -> bytes:
    """The key of this installation, made on first use in `data` and readable by its owner alone.

    Raises StoreError where the file cannot be read or is cut short: with another key every rater would be a new one.
    """
    path = data / "rater-salt"
    try:
        if not path.exists():
            _create(path)
        salt = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: the raters' key cannot be read or made ({error.strerror})") from None
    if len(salt) != SALT_BYTES:
        raise StoreError(f"{path}: {len(salt)} bytes, {SALT_BYTES} were wanted; bring the file back from a backup")
    return salt


def _create(path: Path) -> None:
    """Of several processes that start at once one wins, and all read its file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SALT_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def rater_id(salt: bytes, source: str, name: str) -> str:
    """`source` says where the name comes from (`cookie`, `account`), so that one cannot pose as the other."""
    return _keyed(salt, "rater", source, name)


def address_hash(salt: bytes, address: str) -> str:
    """For the limit per network address; the address itself is never stored."""
    return _keyed(salt, "address", address)


def _keyed(salt: bytes, *parts: str) -> str:
    body = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.new(salt, body, hashlib.sha256).hexdigest()[:32]
