#!/usr/bin/env python3
"""PostgreSQL's leading server loses its power: Patroni promotes a standby, and every event that was answered 200 is there.

A long run, two minutes, by hand: it needs the fixed ports of a whole cluster, so ./tools/test does not include it.
    tests/incidents/long/primary_killed.py
"""
# needs: prometheus python3 openssl patroni etcd
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "observability")]
import dashboard  # noqa: E402
import scene  # noqa: E402

SIDECAR, GATEWAY = "127.0.0.1:8182", "127.0.0.1:15052"
ADMINS = [9191, 9192, 9193, 9194]


class Cluster:
    """That of tools/embedded/cluster.sh, which runs on this state."""

    def __init__(self, state):
        self.state = state
        self.token = (state / "secrets/netzme-callback-token").read_text().strip()
        self.stored = []
        self.sent = 0

    def fault(self, *words):
        return subprocess.run([scene.ROOT / "tools/embedded/fault.sh", self.state, *words], check=True, stdout=subprocess.PIPE,
                              timeout=120).stdout.decode().strip()

    def notify(self):
        self.sent += 1
        reference = f"order-{self.sent}"
        request = urllib.request.Request(f"http://{SIDECAR}/v1.0/snap/account/upgrade/notify", json.dumps({
            "originalReferenceNo": reference, "custId": "c", "status": "approved"}).encode(),
                                         {"Content-Type": "application/json", "x-callback-token": self.token})
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                assert reply.status == 200
                self.stored.append(reference)
                return True
        except urllib.error.HTTPError as refused:
            assert refused.code == 503, refused
            return False

    def log(self, name):
        return (self.state / f"{name}.log").read_text(errors="replace")

    def listed(self):
        said = subprocess.run([scene.KYC, "call", GATEWAY, "netzme.v1.UpgradeNotificationService/ListUpgrades", "-d",
                               '{"pageSize": 500}'], stdout=subprocess.PIPE, check=True, timeout=60).stdout.decode()
        return {event["originalReferenceNo"] for event in json.loads(said)["events"]}


def incident(cluster, prometheus):
    began = time.monotonic()
    tell = lambda what: print(f"  {time.monotonic() - began:5.1f} s  {what}", flush=True)
    until = scene.stage.until
    until(lambda: len(prometheus.query("up == 1")) == 4 and prometheus.evaluated(), "a first scrape")
    until(lambda: cluster.notify() and len(cluster.stored) >= 50, "the first notifications", 60)
    dashboard.returns(prometheus, dashboard.queries(lambda about: about.startswith("Empty but over PostgreSQL")))
    assert not prometheus.firing(), prometheus.firing()

    dead = cluster.fault("kill-leader")
    tell(f"killed: {dead}")
    fired = set()

    def until_fired():
        cluster.notify()
        fired.update(prometheus.firing())
        return {"KycNoPrimary", "KycLogNotWritable"} <= fired

    until(until_fired, "the alerts fire", 60)
    tell("fired: " + ", ".join(sorted(fired)))
    until(cluster.notify, "another server takes writes", 90)
    tell("leads: " + cluster.fault("await-other", dead).splitlines()[0])
    found = re.search(r"^.*(PostgreSQL|primary|no server).*$", cluster.log("sidecar-2"), re.M)
    assert found, cluster.log("sidecar-2")
    tell("says:  " + found[0])

    cluster.fault("start", dead)
    cluster.fault("await-whole")
    until(lambda: not prometheus.firing() - {"KycCommitsFail"}, "the alerts are over", 60)
    until(cluster.notify, "it takes notifications")
    missing = set(cluster.stored) - cluster.listed()
    assert not missing, missing
    tell(f"over: {len(cluster.stored)} of {cluster.sent} were answered 200, and all of them are there")


def play(state):
    with tempfile.TemporaryDirectory() as folder:
        prometheus = None
        try:
            prometheus = scene.Prometheus(pathlib.Path(folder) / "prometheus", ADMINS)
            incident(Cluster(pathlib.Path(state)), prometheus)
            return 0
        except BaseException:
            traceback.print_exc()
            return 1
        finally:
            if prometheus and prometheus.program.running():
                prometheus.program.end(scene.signal.SIGKILL)


if len(sys.argv) == 1:
    os.execv(scene.ROOT / "tools/embedded/cluster.sh",
             ["cluster.sh", "fresh", str(scene.stage.PROGRAMS), sys.executable, str(pathlib.Path(__file__).resolve())])
sys.exit(play(sys.argv[1]))
