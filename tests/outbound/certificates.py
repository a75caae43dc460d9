"""A certificate authority of a test's own."""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
        self.certificate = home / "authority.pem"
        constraint = x509.BasicConstraints(ca=True, path_length=None)
        signed = self._build(self.name, self.key.public_key(), constraint)
        self.certificate.write_bytes(signed.public_bytes(Encoding.PEM))

    def issue(self, host: str) -> Path:
        """Certificate and key for that name, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        signed = self._build(name, key.public_key(), x509.SubjectAlternativeName([x509.DNSName(host)]))
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = self.home / f"{host}.pem"
        path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
        return path

    def _build(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(subject_name=subject, issuer_name=self.name, public_key=key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - DAY).not_valid_after(now + DAY)
        return builder.add_extension(extension, critical=False).sign(self.key, hashes.SHA256())
