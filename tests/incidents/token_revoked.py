#!/usr/bin/env python3
"""WideKYC revokes our token: every call fails. Cured by its new one, put in the old one's place."""
# needs: prometheus python3 openssl
import signal
import sys

import scene


def incident(at):
    at.watch()
    assert at.gateway.liveness("customer-1")[0] == 0
    at.simulator.program.end(signal.SIGTERM)
    old = at.gateway.secret("widekyc-token")
    new = "a-token-that-only-widekyc-knows"
    at.gateway.replace_secret("widekyc-token-of-theirs", new)
    at.simulator.start(at.gateway, token="widekyc-token-of-theirs")

    def call():
        status, said = at.gateway.liveness("customer-1")
        assert status != 0 and "UPSTREAM_CREDENTIALS_REJECTED" in said, said

    at.fires("KycUpstreamCredentialsRejected", doing=call)
    at.logged(r"^.*call method=widekyc.*reason=UPSTREAM_CREDENTIALS_REJECTED outcome=refused upstream=widekyc upstream_status=401.*$")
    assert old not in at.gateway.program.text() and new not in at.gateway.program.text()

    at.gateway.replace_secret("widekyc-token", new)
    at.gateway.hang_up()
    at.logged(r"^.*the configuration was read again: new calls use its callers and secrets.*$")
    at.quiet("KycUpstreamCredentialsRejected", doing=lambda: at.gateway.liveness("customer-1"))
    assert at.gateway.liveness("customer-1")[0] == 0
    assert at.gateway.metric(r'kyc_config_reloads_total\{result="ok"\}') == 1


sys.exit(scene.play(incident))
