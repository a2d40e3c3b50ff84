"""Real programs for a client's tests: gateways, each with a log of its own, and the simulator."""

import base64
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAMS = ROOT / "bazel-bin"


def free_ports(count):
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def until(condition, what, seconds=30):
    """Returns what the condition returns once that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Program:
    """A program with its output in a file; ended with the test, whatever happens."""

    def __init__(self, name, log, arguments):
        self.name, self.log = name, log
        with open(log, "ab") as output:
            self._process = subprocess.Popen([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def text(self):
        return self.log.read_text(errors="replace")

    def running(self):
        return self._process.poll() is None

    def end(self, how=signal.SIGTERM, seconds=40):
        self._process.send_signal(how)
        return self._process.wait(seconds)


class Gateway:
    """A gateway on the embedded defaults, on ports of its own that stay over restarts."""

    def __init__(self, folder, simulator_port, event_log="", keys_of=None):
        """With keys_of, another gateway's keys: what that one has signed is known here, as of another log. event_log=None: none."""
        self.folder = folder
        self.grpc, self.webhook, self.admin, self.tls = free_ports(4)
        (folder / "secrets").mkdir(parents=True)
        for name, size in [("finpay-merchant-pass", 12), ("finpay-field-key", 12), ("finpay-field-iv", 12), ("widekyc-token", 24),
                           ("netzme-callback-token", 24), ("sealing-key-1", 32), ("lookup-key", 32)]:
            file = folder / "secrets" / name
            file.touch(0o600)
            file.write_text((keys_of.folder / "secrets" / name).read_text() if keys_of
                            else base64.b64encode(os.urandom(size)).decode() + "\n")
        self._token = (folder / "secrets/netzme-callback-token").read_text().strip()
        config = (ROOT / "tools/embedded/config.textproto").read_text()
        for port, ours in [(50051, self.grpc), (8081, self.webhook), (9090, self.admin), (18090, simulator_port)]:
            config = re.sub(rf"(127\.0\.0\.1):{port}\b", rf"\1:{ours}", config)
        if event_log is None:
            config = re.sub(r"^(webhook|event_log) \{.*?^\}$", "", config, flags=re.M | re.S)
        else:
            config = config.replace("event_log {", "event_log {\n  " + event_log)
        (folder / "config.textproto").write_text(self._with_tls(config))
        self.program = None
        self.start()

    def _with_tls(self, config):
        """Has another listener, whose one caller has a token."""
        certificate, key = self.folder / "certificate", self.folder / "secrets/key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                        certificate], check=True, capture_output=True)
        key.chmod(0o600)
        self.token = os.urandom(32).hex()
        digest = hashlib.sha256(self.token.encode()).hexdigest()
        tls = f'tls {{ certificate_file: "{certificate}" key_file: "{key}" }}'
        config = config.replace("\ngrpc {", f'\ngrpc {{\n  listeners {{ address: "127.0.0.1:{self.tls}" {tls} }}', 1)
        return config + f'callers {{ name: "remote" bearer_token_sha256: "{digest}" }}\n'

    def start(self):
        starts = self._serving() if self.program else 0
        self.program = Program("gateway", self.folder / "gateway.log",
                               [PROGRAMS / "server/kyc-gateway", "--config", self.folder / "config.textproto"])
        until(lambda: self._serving() > starts or not self.program.running(), "the gateway serves")
        assert self.program.running(), self.program.text()

    def _serving(self):
        return self.program.text().count(" serving")

    def notify(self, reference):
        """Until it is answered 200, as Netzme does."""
        body = json.dumps({"originalReferenceNo": reference, "custId": "c", "status": "approved",
                           "additionalInfo": {"type": "upgrade_account", "benefits": ["b"]}}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.webhook}/v1.0/snap/account/upgrade/notify", body,
                                         {"Content-Type": "application/json", "x-callback-token": self._token})

        def answered():
            try:
                with urllib.request.urlopen(request, timeout=5) as reply:
                    return reply.status == 200
            except (OSError, urllib.error.URLError):
                return False

        until(answered, f"the notification {reference} is answered 200")

    def metric(self, series):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=5) as page:
            return sum(float(value) for value in re.findall(rf"^{series} (\S+)$", page.read().decode(), re.M))

    def watched(self, request):
        """What `kyc` prints of a watch that ends."""
        return subprocess.run([PROGRAMS / "clients/kyc/kyc", "call", f"127.0.0.1:{self.grpc}",
                               "netzme.v1.UpgradeNotificationService/WatchUpgrades", "-d",
                               json.dumps({"stopWhenCaughtUp": True, **request})], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT).stdout.decode()

    def cursor(self, source):
        """The cursor at an end of the log: FROM_EARLIEST or FROM_LATEST."""
        def asked():
            printed = self.watched({"from": source})
            found = re.search(r'"cursor": *"([^"]+)"', printed)
            if not found:
                print(f"  kyc, asked for a cursor, said: {printed}", flush=True)
            return found and found.group(1)

        return until(asked, "a cursor", 60)


class Simulator:
    def __init__(self, folder):
        folder.mkdir()
        (self.port,) = free_ports(1)
        self._folder = folder

    def start(self, gateway, token="widekyc-token"):
        """`token` names the file of WideKYC's, as WideKYC itself has it."""
        secrets = gateway.folder / "secrets"
        self.program = Program("simulator", self._folder / "simulator.log", [
            PROGRAMS / "tools/simulator/simulator", "--listen", f"127.0.0.1:{self.port}", "--quiet", "--notify-url", "",
            "--widekyc-token-file", secrets / token, "--finpay-merchant-pass-file", secrets / "finpay-merchant-pass",
            "--finpay-key-file", secrets / "finpay-field-key", "--finpay-iv-file", secrets / "finpay-field-iv"])
        until(lambda: "listening on" in self.program.text(), "the simulator listens")

    def count(self, reference):
        """The whole bodies that came for it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sim/count?reference={reference}", timeout=5) as reply:
            return json.load(reply)["count"]
