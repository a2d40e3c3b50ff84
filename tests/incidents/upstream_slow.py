#!/usr/bin/env python3
"""WideKYC takes 11 s for each answer. The cure is theirs; who cannot wait says so by a deadline."""
# needs: prometheus python3 openssl
import sys
import threading

import scene


def incident(at):
    at.watch()
    slow = threading.Event()
    callers = [threading.Thread(target=lambda n=n: calls(at.gateway, slow, n)) for n in range(6)]
    for caller in callers:
        caller.start()
    at.fires("KycUpstreamSlow", seconds=60)
    status, said = at.gateway.liveness("sim-slow-11000", "-max-time", "1")
    assert status == 64 + 4 and "DeadlineExceeded" in said, said
    at.logged(r"^.*call method=widekyc.*code=(CANCELLED|DEADLINE_EXCEEDED) .*took_us=([12]\d{6}|[5-9]\d{5}) .*$")
    at.logged(r"^.*call method=widekyc.*code=OK .*took_us=1[1-9]\d{6} .*$")

    slow.set()
    at.quiet("KycUpstreamSlow", doing=lambda: at.gateway.liveness("customer-1"), seconds=60)
    for caller in callers:
        caller.join()


def calls(gateway, enough, number):
    """One after the other, none beginning when another one does."""
    enough.wait(number * 1.5)
    while not enough.is_set():
        status, said = gateway.liveness("sim-slow-11000", "-max-time", "30")
        assert status == 0, said


sys.exit(scene.play(incident))
