#!/usr/bin/env python3
"""A gateway's machine is taken out of service: it says so, drains, and is gone until it is started again. Nothing is lost."""
# needs: prometheus python3 openssl
import re
import signal
import sys

import scene


def incident(at):
    gateway, until = at.gateway, scene.stage.until
    gateway.configure(("grpc {", "drain_delay { seconds: 3 }\n\ngrpc {"))
    gateway.restart()
    at.watch()
    watch = ["watch", f"127.0.0.1:{gateway.grpc}", "--from", "earliest", "--cursor-file", at.folder / "cursor"]
    watcher = scene.stage.Program("kyc", at.folder / "watch.log", [scene.KYC, *watch])
    seen = lambda: re.findall(r'"originalReferenceNo": *"(order-\d)"', watcher.text())
    assert gateway.notified("order-1") == 200
    until(lambda: seen() == ["order-1"], "the watcher sees it")

    gateway.program._process.send_signal(signal.SIGTERM)
    at.logged(r"^.*leaving: not ready any more, all is taken for .* more.*$")
    status, page = gateway.page("/readyz")
    assert (status, page.strip()) == (503, "draining"), page
    assert gateway.notified("order-2") == 200, "it still takes everything"
    until(lambda: not gateway.program.running(), "it is gone")
    assert gateway.program.end() == 0
    at.logged(r"^.*draining: what runs has.*$")
    at.logged(r"^.*info drained$")
    at.fires("KycGatewayDown")

    gateway.start()
    at.quiet("KycGatewayDown")
    assert gateway.page("/readyz")[0] == 200
    assert gateway.notified("order-3") == 200
    until(lambda: seen() == ["order-1", "order-2", "order-3"], f"the watcher goes on by itself\n{watcher.text()}")
    watcher.end(signal.SIGKILL)


sys.exit(scene.play(incident))
