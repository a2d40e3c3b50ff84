#!/usr/bin/env python3
"""Each query of the dashboard, asked of a real Prometheus that scrapes a gateway under load: those of panels that are empty while nothing
is wrong return once something is. Over PostgreSQL the others are asked by tests/incidents/long/primary_killed.py. Where Go is, the
dashboard is read by Grafana's own types, too."""
# needs: prometheus python3 openssl
import contextlib
import json
import math
import pathlib
import shutil
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "incidents"))
import scene  # noqa: E402

DASHBOARD = scene.ROOT / "tools/observability/dashboard.json"


def queries(of=lambda description: True):
    """(title, expression) of each panel whose description is so, as Grafana would ask."""
    panels = [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row" and of(panel["description"])]
    return [(panel["title"], target["expr"].replace("$__rate_interval", "5s").replace("$job", "kyc-gateway").replace("$instance", ".*"))
            for panel in panels for target in panel["targets"]]


def returns(prometheus, asked, seconds=60):
    """Until each has returned data, which it must within this time."""
    left = list(asked)

    def all_have():
        left[:] = [(title, query) for title, query in left
                   if not any(math.isfinite(value) for _, value in prometheus.query(query))]
        return not left

    with contextlib.suppress(AssertionError):
        scene.stage.until(all_have, "", seconds)
    assert not left, "\n".join(f"{title} is empty: {query}" for title, query in left)
    print(f"  {len(asked)} queries return data", flush=True)


def load(gateway, over):
    number = 0
    while not over.is_set():
        number += 1
        assert gateway.notified(f"order-{number}") == 200
        assert gateway.liveness("customer-1")[0] == 0


def errors(gateway):
    gateway.liveness("sim-html")
    gateway.liveness("sim-live-bool")
    gateway.call("widekyc.v1.WideKycService/DetectLiveness", {}, "-H", "authorization: Bearer " + "x" * 32)


def incident(at):
    # Retention has something to remove soon.
    at.gateway.configure(("event_log {", "event_log {\n  retention_count: 1000"))
    at.gateway.restart()
    at.watch()
    filling = [threading.Thread(target=lambda n=n: [at.gateway.notified(f"first-{i}") for i in range(n, 1200, 8)]) for n in range(8)]
    for thread in filling:
        thread.start()
    watcher = scene.stage.Program("kyc", at.folder / "watch.log", [scene.KYC, "watch", f"127.0.0.1:{at.gateway.grpc}"])
    over = threading.Event()
    loading = threading.Thread(target=load, args=(at.gateway, over))
    loading.start()
    try:
        usual = lambda about: not about.startswith("Empty while") and not about.startswith("Empty but")
        returns(at.prometheus, queries(usual))
        wrong = queries(lambda about: about.startswith("Empty while"))
        stop = threading.Event()
        other = threading.Thread(target=lambda: [errors(at.gateway) for _ in iter(stop.is_set, True)])
        other.start()
        try:
            returns(at.prometheus, wrong)
        finally:
            stop.set()
            other.join()
    finally:
        over.set()
        for thread in [loading, *filling]:
            thread.join()
        watcher.end(scene.signal.SIGKILL)


def read_by_grafana():
    if not shutil.which("go"):
        print("  not read by Grafana's own types: no go on this machine")
        return
    folder = HERE / "dashboard"
    subprocess.run(["go", "run", ".", DASHBOARD], cwd=folder, check=True)


if __name__ == "__main__":
    read_by_grafana()
    sys.exit(scene.play(incident))
