#!/usr/bin/env python3
"""The event log's disk is full: nothing is acknowledged. Cured by room; what was refused comes again."""
# needs: prometheus python3 openssl unshare mount
import contextlib
import os
import pathlib
import subprocess
import sys

import scene

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


def incident(at, engine):
    disk = at.folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128m,mode=700", "tmpfs", disk], check=True)
    refusal, alerts = engine(at, disk)
    at.gateway.restart()
    at.watch()
    assert at.gateway.notified("before") == 200
    fill(disk / "of somebody else")
    sent, refused = [], []

    def notify():
        sent.append(reference := f"order-{len(sent)}")
        status = at.gateway.notified(reference, ["b" * 1000] * 50)
        assert status in (200, refusal), status  # What the files have already takes some.
        if status == refusal:
            refused.append(reference)

    at.fires(*alerts, doing=notify)
    at.logged(r"^.*the event log cannot be written: .*disk is full.*$")
    status, page = at.gateway.page("/readyz")
    assert status == 503, page
    at.tell(f"/readyz: {page.strip()}")
    assert at.gateway.call("netzme.v1.UpgradeNotificationService/GetUpgrade", {"originalReferenceNo": "before"})[0] == 0

    (disk / "of somebody else").unlink()
    at.quiet(*alerts, "KycCommitsFail")
    assert at.gateway.page("/readyz")[0] == 200
    assert (told := at.gateway.program.text().count("the event log cannot be written")) == 1, told
    for reference in {"before", *refused}:
        assert at.gateway.notified(reference) == 200
        assert at.gateway.call("netzme.v1.UpgradeNotificationService/GetUpgrade", {"originalReferenceNo": reference})[0] == 0


def sqlite(at, disk):
    """Has the log on this disk; tells what a notification is answered that cannot be stored, and which alerts fire."""
    at.gateway.configure(('path: "events.db"', f'path: "{disk}/events.db"'))
    return 500, ["KycLogNotWritable", "KycNotificationsNotStored", "KycCommitsFail"]


def postgres(at, disk):
    """Likewise all that a server of PostgreSQL has."""
    nobody = [] if os.getuid() else ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    (port,) = scene.stage.free_ports(1)
    subprocess.run([*nobody, BIN / "initdb", "-D", disk / "data", "-U", "kyc", "-A", "trust", "--wal-segsize=1", "--no-sync"],
                   check=True, stdout=subprocess.DEVNULL)
    settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "min_wal_size": "2MB",
                "max_wal_size": "8MB", "shared_buffers": "16MB", "dynamic_shared_memory_type": "mmap", "fsync": "on"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    at.others.append(server := scene.stage.Program("postgres", at.folder / "postgres.log",
                                                   [*nobody, BIN / "postgres", "-D", disk / "data", *options]))
    scene.stage.until(lambda: "ready to accept connections" in server.text(), "PostgreSQL serves")
    at.gateway.configure(('sqlite {\n    path: "events.db"\n  }',
                          f'postgres {{ dsn: "host=127.0.0.1 port={port} dbname=postgres user=kyc sslmode=disable"\n'
                          "    durability: POSTGRES_DURABILITY_LOCAL }"))
    return 503, ["KycLogNotWritable", "KycNotificationsNotStored"]  # It does not try what it knows to be in vain.


def fill(path):
    """To the last byte."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    for size in (1 << 20, 1 << 12, 1):
        with contextlib.suppress(OSError):
            while True:
                os.write(file, b"x" * size)
    os.close(file)


if "KYC_OWN_MOUNTS" not in os.environ:
    mine = ["unshare", "--mount", "--propagation", "private"] + ([] if os.getuid() == 0 else ["--user", "--map-root-user"])
    if subprocess.run([*mine, "true"], stderr=subprocess.DEVNULL).returncode:
        print("not tried: this machine lets nobody mount a small disk")
        sys.exit(77)
    os.environ["KYC_OWN_MOUNTS"] = "yes"
    os.execvp("unshare", [*mine, sys.executable, *sys.argv])
sys.exit(any([scene.play(lambda at, engine=engine: incident(at, engine)) for engine in (sqlite, postgres)]))
