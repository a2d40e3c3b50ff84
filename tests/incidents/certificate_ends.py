#!/usr/bin/env python3
"""A listener's certificate ends within a day, as nobody renewed it. Cured by a new pair, without a restart."""
# needs: prometheus python3 openssl
import ssl
import subprocess
import sys

import scene


def renew(gateway, days):
    """As whoever renews does it: new files beside the old ones, moved over them."""
    folder = gateway.folder
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", folder / "secrets/key.new", "-out", folder / "certificate.new"], check=True, capture_output=True)
    (folder / "secrets/key.new").chmod(0o600)
    (folder / "secrets/key.new").rename(folder / "secrets/key")
    (folder / "certificate.new").rename(folder / "certificate")
    gateway.hang_up()


def incident(at):
    at.watch()
    renew(at.gateway, 1)
    at.fires("KycCertificateEnds", "KycCertificateEndsSoon")
    # Its day is over sooner than a test can wait: that it is still served is what is left to see.
    served = ssl.get_server_certificate(("127.0.0.1", at.gateway.tls))
    assert served.strip() == (at.gateway.folder / "certificate").read_text().strip()

    renew(at.gateway, 90)
    at.quiet("KycCertificateEnds", "KycCertificateEndsSoon")
    served = ssl.get_server_certificate(("127.0.0.1", at.gateway.tls))
    assert served.strip() == (at.gateway.folder / "certificate").read_text().strip()
    at.logged(r"^.*certificate.*$")
    assert at.gateway.metric(r'kyc_certificate_reloads_total\{.*result="ok".*\}') == 2


sys.exit(scene.play(incident))
