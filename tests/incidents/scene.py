"""Where an incident happens: real gateways, a simulator, and a real Prometheus that scrapes them and evaluates the shipped alert rules.

Prometheus' clock is SPEED times as fast as on duty: every duration in the rules (`for`, windows, offsets) and the scrape's interval is
divided by SPEED, so what takes five minutes takes five seconds. No threshold is changed. Nothing of the gateway is faster.
"""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/clients/faults"))
import stage  # noqa: E402  Programs, ports and waiting, as the clients' tests have them.

SPEED = 60
SCRAPE = 15 / SPEED  # As every 15 s on duty.
RULES = ROOT / "tools/observability/alerts.yaml"
KYC = stage.PROGRAMS / "clients/kyc/kyc"
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def faster(rules):
    """The same rules, SPEED times as fast."""

    def divided(found):
        seconds = int(found[2]) * SECONDS[found[3]] / SPEED
        return f"{found[1]}{round(seconds * 1000)}ms"

    return re.sub(r"(\[|offset |for: )(\d+)(ms|s|m|h|d)\b", divided, rules)


class Prometheus:
    """Debian's, in a folder of its own. `targets` are admin ports."""

    def __init__(self, folder, targets):
        folder.mkdir()
        (folder / "alerts.yaml").write_text(faster(RULES.read_text()))
        interval = f"{round(SCRAPE * 1000)}ms"
        (folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": interval, "scrape_timeout": interval,
                       "evaluation_interval": interval},
            "rule_files": ["alerts.yaml"],
            "scrape_configs": [{
                "job_name": "kyc-gateway",
                "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in targets]}],
            }],
        }))
        (self.port,) = stage.free_ports(1)
        self.program = stage.Program("prometheus", folder / "prometheus.log", [
            "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"])
        stage.until(lambda: self._answers("/-/ready"), "Prometheus is ready", 60)

    def _answers(self, path):
        with contextlib.suppress(OSError, urllib.error.URLError):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as page:
                return page.read()

    def query(self, expression):
        """What Prometheus says now: a list of (labels, value)."""
        said = self._answers("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        assert said, f"Prometheus does not take {expression}\n{self.program.text()}"
        return [(one["metric"], float(one["value"][1])) for one in json.loads(said)["data"]["result"]]

    def evaluated(self):
        """Whether each rule was evaluated, and well."""
        said = json.loads(self._answers("/api/v1/rules"))
        return all(rule["health"] == "ok" for group in said["data"]["groups"] for rule in group["rules"])

    def firing(self):
        """The names of the alerts that fire now."""
        said = json.loads(self._answers("/api/v1/alerts") or '{"data": {"alerts": []}}')
        return {alert["labels"]["alertname"] for alert in said["data"]["alerts"] if alert["state"] == "firing"}


class Gateway(stage.Gateway):
    """A gateway whose configuration and secrets an operator changes."""

    def configure(self, *replacements):
        """Replaces texts that must be there, as an operator's editor would: at once."""
        file = self.folder / "config.textproto"
        text = file.read_text()
        for old, new in replacements:
            assert old in text, f"no {old} in {text}"
            text = text.replace(old, new, 1)
        (self.folder / "new").write_text(text)
        (self.folder / "new").rename(file)

    def secret(self, name):
        return (self.folder / "secrets" / name).read_text().strip()

    def replace_secret(self, name, text):
        new = self.folder / "secrets" / f"{name}.new"
        new.touch(0o600)
        new.write_text(text + "\n")
        new.rename(self.folder / "secrets" / name)

    def hang_up(self):
        """SIGHUP: what has changed is taken over at once."""
        self.program._process.send_signal(signal.SIGHUP)

    def restart(self):
        assert self.program.end() == 0, "the drain did not end in order"
        self.start()

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=5) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except (OSError, urllib.error.URLError):
            return 0, ""

    def call(self, method, request, *more):
        """Of `kyc`: its exit status, and what it said."""
        done = stage.subprocess.run([KYC, "call", f"127.0.0.1:{self.grpc}", method, "-d", json.dumps(request), *more],
                                    stdout=stage.subprocess.PIPE, stderr=stage.subprocess.STDOUT, timeout=90)
        return done.returncode, done.stdout.decode()

    def liveness(self, reference, *more):
        image = "/9j/4AAQSkZJRgABAQ=="  # JPEG's first bytes: all that is looked at.
        return self.call("widekyc.v1.WideKycService/DetectLiveness", {"custRefNo": reference, "selfieImage": image}, *more)

    def notified(self, reference, benefits=()):
        """The webhook's answer, once: its HTTP status; 0 for none."""
        body = json.dumps({"originalReferenceNo": reference, "custId": "c", "status": "approved",
                           "additionalInfo": {"type": "upgrade_account", "benefits": list(benefits)}}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.webhook}/v1.0/snap/account/upgrade/notify", body,
            {"Content-Type": "application/json", "x-callback-token": self.secret("netzme-callback-token")})
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except (OSError, urllib.error.URLError):
            return 0


class Scene:
    """One gateway with its simulator, and Prometheus over it. Configured before it is entered."""

    def __init__(self, folder):
        self.folder = folder
        self.began = time.monotonic()
        self.simulator = stage.Simulator(folder / "simulator")
        self.gateway = Gateway(folder / "gateway", self.simulator.port)
        self.simulator.start(self.gateway)
        self.prometheus = None
        self.others = []  # Programs of this incident's own, which take their children with them on SIGQUIT.

    def watch(self):
        """From here on it is scraped; nothing is wrong yet."""
        self.prometheus = Prometheus(self.folder / "prometheus", [self.gateway.admin])
        stage.until(lambda: self.prometheus.query("up == 1") and self.prometheus.evaluated(), "a first scrape, and every rule's first look")
        assert not self.prometheus.firing(), self.prometheus.firing()

    def programs(self):
        return [thing.program for thing in (self.prometheus, self.gateway, self.simulator) if thing] + self.others

    def tell(self, what):
        print(f"  {time.monotonic() - self.began:5.1f} s  {what}", flush=True)

    def fires(self, *names, doing=lambda: None, seconds=40):
        """Goes on `doing` until all these fire."""
        self._doing_until(doing, lambda: set(names) <= self.prometheus.firing(), f"{names} fire", seconds)
        self.tell("fires: " + ", ".join(names))

    def quiet(self, *names, doing=lambda: None, seconds=40):
        """Goes on `doing` until none of these fires; all others are left as they are."""
        self._doing_until(doing, lambda: not set(names) & self.prometheus.firing(), f"{names} are over", seconds)
        self.tell("over:  " + ", ".join(names))

    def _doing_until(self, doing, true, what, seconds):
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"not within {seconds} s: {what}; firing: {self.prometheus.firing()}"
            doing()
            time.sleep(0.05)

    def logged(self, pattern):
        """A line of the gateway's log says so."""
        found = stage.until(lambda: re.search(pattern, self.gateway.program.text(), re.M), f"a line {pattern}")
        self.tell("says:  " + found[0].strip())


def has_cure(*alerts):
    """The runbook has one for each of these."""
    runbook = (ROOT / "server/runbook.md").read_text()
    for alert in alerts:
        assert f"\n### {alert}\n" in runbook, alert


def play(incident):
    """Runs incident(scene), and shows all programs' words if it does not go as it must."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="incident."))
    scene = None
    try:
        scene = Scene(folder)
        incident(scene)
        return 0
    except BaseException:
        traceback.print_exc()
        for program in scene.programs() if scene else []:
            print(f"--- {program.name}\n{program.text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        for program in scene.programs() if scene else []:
            if program.running():
                program.end(signal.SIGQUIT if program in scene.others else signal.SIGKILL)
        if (folder / "disk").is_mount():
            stage.subprocess.run(["umount", folder / "disk"], check=False)
        shutil.rmtree(folder, ignore_errors=True)
