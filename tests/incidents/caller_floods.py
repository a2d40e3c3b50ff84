#!/usr/bin/env python3
"""One caller takes every slot at WideKYC, so all others are refused. Cured by taking it off the callers, without a restart."""
# needs: prometheus python3 openssl
import sys
import threading

import scene


def incident(at):
    gateway = at.gateway
    gateway.configure(("widekyc {", "widekyc {\n  upstream { slots: 2 }"))
    gateway.restart()
    (gateway.folder / "token").write_text(gateway.token)
    at.watch()
    assert gateway.liveness("customer-1")[0] == 0
    over = threading.Event()
    flood = [threading.Thread(target=lambda: floods(gateway, over)) for _ in range(6)]
    for one in flood:
        one.start()
    try:
        at.fires("KycOverloaded", doing=lambda: gateway.liveness("customer-1"))
        at.logged(r"^.*call method=widekyc.* caller=remote code=RESOURCE_EXHAUSTED reason=GATEWAY_OVERLOADED outcome=not_sent.*$")

        text = (gateway.folder / "config.textproto").read_text()
        (theirs,) = [line for line in text.splitlines() if line.startswith('callers { name: "remote"')]
        gateway.configure((theirs, ""))
        gateway.hang_up()
        at.fires("KycCallersRefused")
        at.logged(r"^.*not let in: .*why=.*$")
        at.quiet("KycOverloaded", doing=lambda: gateway.liveness("customer-1"))
        status, said = gateway.liveness("customer-1")
        assert status == 0, said
    finally:
        over.set()
        for one in flood:
            one.join()
    at.quiet("KycCallersRefused")


def floods(gateway, over):
    while not over.is_set():
        stage = scene.stage
        stage.subprocess.run([scene.KYC, "call", f"127.0.0.1:{gateway.tls}", "widekyc.v1.WideKycService/DetectLiveness", "--tls",
                              "--ca", gateway.folder / "certificate", "--token-file", gateway.folder / "token", "-max-time", "10",
                              "-d", '{"custRefNo": "sim-slow-3000", "selfieImage": "/9j/4AAQSkZJRgABAQ=="}'],
                             stdout=stage.subprocess.DEVNULL, stderr=stage.subprocess.DEVNULL)


sys.exit(scene.play(incident))
