"""The certificate of the SMTP listener."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

from tipline.settings import ConfigurationError, Fault


def expires_at(certificate: Path) -> datetime | None:
    """Tell when a certificate runs out; None when the file holds none that can be read."""
    # Imported only now: a daemon without a certificate need not wait for it.
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    try:
        # The listener's own comes first, its chain after it.
        return load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Load a certificate for STARTTLS; TLS 1.2 and newer (RFC 8996 ends the older ones).

    Raises ConfigurationError when the files cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        # ssl.SSLError is an OSError too.
        reason = error.strerror or str(error)
        message = f"{certificate} with {key} cannot be used: {reason}"
        fault = Fault(place="configuration", key="smtp.tls_certificate", message=message)
        raise ConfigurationError(fault) from error
    return context
