"""The certificate of the door for a telephone: made on the spot, signed by itself.

A browser gives its camera only to a page that comes over TLS. Nobody vouches for a machine at home,
so the browser warns; the certificate's fingerprint, shown on the computer, is how to check it.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ..errors import UsageError

__all__ = ["certificate", "fingerprint"]

#: Browsers take no longer life than 398 days; a new one is made this long before its end.
LIVES, RENEWED = timedelta(days=396), timedelta(days=30)


def certificate(folder: Path, address: str, now: datetime | None = None) -> Path:
    """The file that holds key and certificate for ``address``, mode 0600; made where there is none,
    it is for another address, or it ends soon.

    Raises:
        UsageError: the extra is not installed, or the file cannot be written.
    """
    path, now = folder / "phone.pem", now or datetime.now(timezone.utc)
    if _holds(path, address, now):
        return path
    data = _made(address, now)
    fresh = path.with_suffix(".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        fresh.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: the certificate cannot be kept ({error.strerror})") from error
    return path


def fingerprint(path: Path) -> str:
    """SHA-256 of the certificate, as browsers show it: pairs of hex digits."""
    _, hashes, _, _ = _crypto()
    digest = _read(path).fingerprint(hashes.SHA256())
    return " ".join(f"{byte:02X}" for byte in digest)


def _crypto() -> tuple[Any, Any, Any, Any]:
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError as error:
        raise UsageError(
            "--phone: expected the packages of the extra, they are not installed; "
            "pip install 'formcheck[phone]'"
        ) from error
    return x509, hashes, serialization, ec


def _read(path: Path) -> Any:
    x509, _, _, _ = _crypto()
    return x509.load_pem_x509_certificate(path.read_bytes())


def _holds(path: Path, address: str, now: datetime) -> bool:
    x509, _, _, _ = _crypto()
    try:
        if path.stat().st_mode & 0o077 and os.name == "posix":
            return False  # somebody else could have read the key
        found = _read(path)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        held = names.get_values_for_type(x509.IPAddress)
        whole = b"PRIVATE KEY" in path.read_bytes()
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    return (
        whole
        and ipaddress.ip_address(address) in held
        and found.not_valid_before_utc <= now < found.not_valid_after_utc - RENEWED
    )


def _made(address: str, now: datetime) -> bytes:
    x509, hashes, serialization, ec = _crypto()
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "formcheck on this computer")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a telephone's clock may be behind
        .not_valid_after(now - timedelta(days=1) + LIVES)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return bytes(secret + made.public_bytes(serialization.Encoding.PEM))
