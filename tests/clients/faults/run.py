"""run.py PROBE...: tries a client library against the real gateway, through a gate that cuts, slices, slows and hangs.

PROBE is a small program of that library, of which each language has one, alike (clients/README.md says what it promises):
  PROBE calls ADDRESS DEAD LONELY LOGLESS TLS CA TOKEN
                                  makes the calls of calls.expected, each a line: DEAD is an address where nobody listens, LONELY that
                                  of a gateway that reaches no upstream, LOGLESS of one that has no event log, TLS one of TLS under the authority in CA, where the caller is
                                  known by TOKEN
  PROBE repeat ADDRESS REFERENCE  makes one call, the same request again and again while its error may be repeated: a line for each error,
                                  as in calls.expected, then `OK id=REQUEST_ID`
  PROBE watch ADDRESS FILE WHAT   watches from the earliest event on, with heartbeats each second and the cursor in FILE, until SIGTERM:
                                  `event SEQUENCE REFERENCE`, then confirms; `state WORD`; on a bad cursor `problem REASON`, then
                                  goes on from WHAT (oldest, newest) or ends with `failed CODE REASON` and status 1 (stop).
                                  In the end `stopped`, with status 0.
"""

import difflib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import gate as gates
import stage

PROBE = sys.argv[1:]
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


class Load:
    """Notifications, one after the other, until stopped: reference N is the N-th."""

    def __init__(self, gateway):
        self._gateway, self._stop = gateway, threading.Event()
        self.sent = 0
        self.failure = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while not self._stop.wait(0.005):
                self._gateway.notify(f"reference-{self.sent + 1}")
                self.sent += 1
        except AssertionError as failure:
            self.failure = failure

    def stop(self):
        self._stop.set()
        self._thread.join()
        assert not self.failure, self.failure
        return self.sent


class Watcher(stage.Program):
    """The probe's watch."""

    def __init__(self, folder, port, cursor_file, what="stop"):
        folder.mkdir(exist_ok=True)
        log = folder / f"watch-{time.monotonic_ns()}.log"
        super().__init__("probe", log, [*PROBE, "watch", f"127.0.0.1:{port}", cursor_file, what])

    def events(self):
        """The references, as they came. A line that is not whole yet is none."""
        return [int(n) for n in re.findall(r"^event \d+ reference-(\d+)\n", self.text(), re.M)]

    def caught(self, load, what):
        """Waits until it has seen an event that was sent after now."""
        goal = load.sent + 2
        stage.until(lambda: self.events()[-1:] >= [goal], f"after {what}: event {goal}\n{self.text()[-2000:]}", 30)
        print(f"  {what}: followed")


def faults(folder, gateway):
    """One log, one cursor file, everything that may happen to a connection, a server and a client; returns what was seen."""
    gate = gates.Gate(gateway.grpc)
    cursor_file = folder / "cursor"
    watcher = Watcher(folder, gate.port, cursor_file)
    load = Load(gateway)
    watcher.caught(load, "the start")
    for _ in range(3):
        gate.cut()
        watcher.caught(load, "a cut")
    gate.slice(3, 0.0)
    gate.cut()
    watcher.caught(load, "bytes in slices of 3")
    gate.slice(200, 0.01)
    watcher.caught(load, "20 kB a second")
    gate.slice(0, 0.0)
    gate.hold()
    watcher.caught(load, "a connection that hangs")
    before = gate.accepted
    gate.hold(new=True)
    stage.until(lambda: gate.accepted > before, "a new connection while all hang")
    gate.let_new_pass()
    watcher.caught(load, "connections that hang from their beginning")
    gateway.program.end(signal.SIGKILL)
    gateway.start()
    watcher.caught(load, "kill -9 of the server")
    assert gateway.program.end() == 0, "the drain did not end in order"
    gateway.start()
    watcher.caught(load, "a drain of the server")
    seen = [watcher.events()]
    watcher.end(signal.SIGKILL)
    seen[-1] = watcher.events()
    watcher = Watcher(folder, gate.port, cursor_file)
    watcher.caught(load, "kill -9 of the client")
    sent = load.stop()
    stage.until(lambda: watcher.events()[-1] == sent and "state live" in watcher.text(), "the last event, and that there is no other")
    assert watcher.end() == 0 and watcher.text().endswith("stopped\n"), watcher.text()[-500:]
    seen.append(watcher.events())
    return sent, seen


def check_events(sent, seen):
    before, after = seen
    assert before == list(range(1, len(before) + 1)), "missed or doubled over faults of the connection and the server"
    # What the killed client had printed and not confirmed may come again: one batch.
    assert len(before) - 64 < after[0] <= len(before) + 1, (len(before), after[0])
    assert after == list(range(after[0], sent + 1)), "missed or doubled after the client's restart"
    print(f"  {sent} events, none missed, none doubled; the killed client saw {len(before) + 1 - after[0]} again")


def bad_cursors(folder, gateway, other, expired):
    """Tells them apart, and does what it is told."""
    backup = folder / "backup"
    gateway.program.end()
    backup.mkdir(parents=True)
    for file in gateway.folder.glob("events.db*"):
        shutil.copy(file, backup)
    gateway.start()
    gateway.notify("later")
    ahead = gateway.cursor("FROM_LATEST")
    gateway.program.end()
    for file in gateway.folder.glob("events.db*"):
        file.unlink()
    for file in backup.iterdir():
        shutil.copy(file, gateway.folder)
    gateway.start()
    stage.until(lambda: "CURSOR_EXPIRED" in other.watched({"cursor": expired}), "retention has removed events", 50)
    for server, cursor, what, problem, then in [
        (gateway, "made-up", "stop", "CURSOR_INVALID", "failed INVALID_ARGUMENT CURSOR_INVALID"),
        (gateway, ahead, "stop", "CURSOR_AHEAD", "failed OUT_OF_RANGE CURSOR_AHEAD"),
        (gateway, expired, "newest", "CURSOR_FOREIGN", "state live"),
        (other, expired, "oldest", "CURSOR_EXPIRED", "reference-1100\n"),
    ]:
        file = folder / f"cursor-{problem}"
        file.write_text(cursor + "\n")
        watcher = Watcher(folder, server.grpc, file, what)
        stage.until(lambda: then in watcher.text(), f"{then} after {problem}\n{watcher.text()}")
        assert f"problem {problem}\n" in watcher.text(), watcher.text()
        if what == "stop":
            stage.until(lambda: not watcher.running(), "the watch ends")
            assert file.read_text() == cursor + "\n"
        else:
            assert watcher.end() == 0
            assert file.read_text() != cursor + "\n"
        if what == "oldest":
            left = set(watcher.events())
            assert len(left) == len(watcher.events()) and {*range(1001, 1101)} < left and 900 <= len(left) < 1100, len(left)
        print(f"  {problem}: {then.strip()}")


def calls(gateway, lonely, logless):
    gate = gates.Gate(gateway.grpc)
    gate.slice(1000, 0.0)
    (dead,) = stage.free_ports(1)
    output = subprocess.run([*PROBE, "calls", f"127.0.0.1:{gate.port}", f"127.0.0.1:{dead}", f"127.0.0.1:{lonely.grpc}",
                             f"127.0.0.1:{logless.grpc}", f"127.0.0.1:{gateway.tls}", gateway.folder / "certificate", gateway.token], stdout=subprocess.PIPE, check=True,
                            timeout=60).stdout.decode()
    ids = re.findall(rf"\bid=({UUID})\b", output)
    assert ids and len({*ids}) == len(ids), "each call has a request_id of its own"
    output = re.sub(r"\btrx=\d+", "trx=NUMBER", re.sub(UUID, "UUID", output))
    expected = (pathlib.Path(__file__).parent / "calls.expected").read_text()
    expected = "".join(line for line in expected.splitlines(True) if not line.startswith("#"))
    difference = list(difflib.unified_diff(expected.splitlines(), output.splitlines(), "expected", "the probe's", lineterm=""))
    assert not difference, "\n".join(difference)
    # What surely was not processed the library makes again by itself, twice.
    assert lonely.metric(r'kyc_calls_total\{.*reason="UPSTREAM_UNREACHABLE".*\}') == 3
    print(f"  {len(expected.splitlines())} calls answered and told as they must be")


def repeated(folder, gateway, simulator, reference, dies):
    """A call whose gateway is killed: before or after the upstream's answer is stored. It never reaches its caller. What the probe
    printed, and the call's request_id."""
    gate = gates.Gate(gateway.grpc)
    probe = stage.Program("probe", folder / f"{reference}.log", [*PROBE, "repeat", f"127.0.0.1:{gate.port}", reference])
    answered = gateway.metric(r'kyc_keyed_calls_total\{.*by="sent".*\}')
    stage.until(lambda: simulator.count(reference) == 1, f"the upstream has the call\n{probe.text()}")
    gate.hold()
    if dies == "after":
        stage.until(lambda: gateway.metric(r'kyc_keyed_calls_total\{.*by="sent".*\}') > answered, "the answer is stored")
    gateway.program.end(signal.SIGKILL)
    gate.cut()
    stage.until(lambda: "UNAVAILABLE UNSPECIFIED UNSPECIFIED repeat=yes" in probe.text(), f"the call ends, may be repeated\n{probe.text()}")
    gateway.start()
    stage.until(lambda: not probe.running(), f"the probe ends\n{probe.text()}", 60)
    assert simulator.count(reference) == 1, "sent twice"
    ids = {*re.findall(r"\bid=(\S+)", probe.text())}
    assert len(ids) == 1 and re.fullmatch(UUID, *ids), probe.text()
    return probe.text().splitlines()[-1], *ids


def once(folder, gateway, simulator):
    """One call is one body, whatever dies, under the request_id that the library made and kept."""
    folder.mkdir()
    last, key = repeated(folder, gateway, simulator, "sim-slow-3000-lost", "before")
    assert last == f"UNKNOWN REQUEST_OUTCOME_UNKNOWN UNKNOWN repeat=no id={key}", last
    print("  kill -9 before the answer: told that it is not known, one body")
    reference = "sim-slow-3000-kept"
    last, key = repeated(folder, gateway, simulator, reference, "after")
    assert last == f"OK id={key}", last
    replay = subprocess.run([stage.PROGRAMS / "clients/kyc/kyc", "grpcurl", "-plaintext", "-v", "-d",
                             json.dumps({"custRefNo": reference, "nik": "3671121401010004", "requestId": key}),
                             f"127.0.0.1:{gateway.grpc}", "widekyc.v1.WideKycService/ValidateId"], stdout=subprocess.PIPE, check=True)
    assert "kyc-replay: 1" in replay.stdout.decode(), replay.stdout.decode()
    assert simulator.count(reference) == 1, "sent twice"
    print("  kill -9 after the answer: repeated, and told it, one body")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        simulator = stage.Simulator(folder / "simulator")
        gateway = stage.Gateway(folder / "gateway", simulator.port)
        simulator.start(gateway)
        other = stage.Gateway(folder / "other", *stage.free_ports(1), "retention_count: 1000", gateway)
        logless = stage.Gateway(folder / "logless", simulator.port, event_log=None, keys_of=gateway)
        programs = lambda: [gateway.program, other.program, logless.program, simulator.program]
        try:
            expired = other.cursor("FROM_EARLIEST")
            filling = [threading.Thread(target=lambda n=n: [other.notify(f"reference-{i}") for i in range(n, 1001, 8)]) for n in range(1, 9)]
            for thread in filling:
                thread.start()
            calls(gateway, other, logless)
            for thread in filling:
                thread.join()
            for number in range(1001, 1101):
                other.notify(f"reference-{number}")
            once(folder / "once", gateway, simulator)
            check_events(*faults(folder / "faults", gateway))
            bad_cursors(folder / "cursors", gateway, other, expired)
        except BaseException:
            for program in programs():
                print(f"--- {program.name}\n{program.text()[-3000:]}", file=sys.stderr)
            raise
        finally:
            for program in programs():
                if program.running():
                    program.end(signal.SIGKILL)


main()
