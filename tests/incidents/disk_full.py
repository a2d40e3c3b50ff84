#!/usr/bin/env python3
"""The event log's disk is full: nothing is acknowledged. Cured by room; what was refused comes again."""
# needs: prometheus python3 openssl unshare mount
import contextlib
import os
import subprocess
import sys

import scene


def incident(at):
    disk = at.folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", disk], check=True)
    at.gateway.configure(('path: "events.db"', f'path: "{disk}/events.db"'))
    at.gateway.restart()
    at.watch()
    assert at.gateway.notified("before") == 200
    fill(disk / "of somebody else")
    sent, refused = [], []

    def notify():
        sent.append(reference := f"order-{len(sent)}")
        status = at.gateway.notified(reference, ["b" * 1000] * 50)
        assert status in (200, 500), status  # What the files have already takes some.
        if status == 500:
            refused.append(reference)

    at.fires("KycLogNotWritable", "KycNotificationsNotStored", "KycCommitsFail", doing=notify)
    at.logged(r"^.*the event log cannot be written: .*the disk is full.*$")
    status, page = at.gateway.page("/readyz")
    assert status == 503, page
    at.tell(f"/readyz: {page.strip()}")
    assert at.gateway.call("netzme.v1.UpgradeNotificationService/GetUpgrade", {"originalReferenceNo": "before"})[0] == 0

    (disk / "of somebody else").unlink()
    at.quiet("KycLogNotWritable", "KycNotificationsNotStored", "KycCommitsFail")
    assert at.gateway.page("/readyz")[0] == 200
    for reference in {"before", *refused}:
        assert at.gateway.notified(reference) == 200
        assert at.gateway.call("netzme.v1.UpgradeNotificationService/GetUpgrade", {"originalReferenceNo": reference})[0] == 0


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
sys.exit(scene.play(incident))
