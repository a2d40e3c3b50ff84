#!/usr/bin/env python3
"""A proxy's page comes in the place of WideKYC's answers. The quarantine shows which; it is over when they answer again."""
# needs: prometheus python3 openssl
import json
import sys

import scene


def incident(at):
    at.watch()

    def call():
        status, said = at.gateway.liveness("sim-html")
        assert status == 64 + 13 and "UPSTREAM_MALFORMED" in said, said

    at.fires("KycUnreadableReplies", doing=call)
    at.logged(r"^.*call method=widekyc.*reason=UPSTREAM_MALFORMED outcome=answered upstream=widekyc.*$")

    status, said = at.gateway.call("kyc.admin.v1.QuarantineService/ListQuarantined", {"kind": "QUARANTINED_KIND_REPLY"})
    assert status == 0, said
    entries = json.loads(said)["entries"]
    assert entries and all(entry["kind"] == "QUARANTINED_KIND_REPLY" for entry in entries), said
    at.tell(f"kept:  {len(entries)} of them, for ListQuarantined")
    at.quiet("KycUnreadableReplies", doing=lambda: at.gateway.liveness("customer-1"))


sys.exit(scene.play(incident))
