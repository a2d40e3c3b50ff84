"""What kyc_terminal.sh runs beside the gateway: kyc_terminal.py STATE."""
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import urllib.request

KYC = "bazel-bin/clients/kyc/kyc"
PICTURES = 24
state = pathlib.Path(sys.argv[1])


class OnTerminal:
    """A program whose output, error output too, is a terminal of 100 columns."""

    def __init__(self, *arguments, **variables):
        self.terminal, inside = pty.openpty()
        self.program = subprocess.Popen([KYC, *arguments], stdin=subprocess.DEVNULL, stdout=inside, stderr=inside,
                                        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **variables})
        os.close(inside)
        self.seen = ""

    def read(self):
        """More of what it writes; False once that has ended."""
        try:
            more = os.read(self.terminal, 65536).decode()
        except OSError:
            more = ""
        self.seen += more
        return more != ""

    def end(self):
        while self.read():
            pass
        os.close(self.terminal)
        return self.program.wait(60)

    def lines(self):
        """What stays on the screen: each line as it is after the last time that it was erased."""
        return [line.split("\r\x1b[K")[-1].rstrip("\r") for line in self.seen.split("\n")]


def upstream_calls():
    with urllib.request.urlopen("http://127.0.0.1:18090/sim/count") as page:
        return int(re.search(rb"\d+", page.read()).group())


def make_pictures(folder, name):
    folder.mkdir()
    for i in range(PICTURES):
        subprocess.run(["bazel-bin/tools/images/make_image", "--kind", "selfie", "--format", "jpeg", "--bytes", "20000",
                        folder / f"{name}-{i}.jpg"], check=True)
    return str(folder)


def progress_is_drawn_and_leaves_lines_whole():
    run = OnTerminal("recognize", make_pictures(state / "cards", "card"))
    assert run.end() == 0, run.seen
    assert re.search(r"\[#+-+\]  \d+ of 24, about \d+s left", run.seen), run.seen
    *results, end, rest = run.lines()
    assert [json.loads(line)["final"] for line in results] == [True] * PICTURES, results
    assert end == "kyc: 24 of 24 done, 0 failed, 0 were done before" and rest == "", (end, rest)


def a_killed_run_goes_on_and_bills_nothing_twice():
    folder = make_pictures(state / "slow", "sim-slow-300")
    before = upstream_calls()
    arguments = ["recognize", folder, "--output", str(state / "results"), "--parallel", "3"]
    run = OnTerminal(*arguments)
    while "  3 of 24" not in run.seen:
        assert run.read(), run.seen
    run.program.kill()
    run.end()
    done = len((state / "results").read_text().splitlines())
    assert 3 <= done < PICTURES, done
    # Those that were under way are the gateway's to end; it answers them from its store, or says that they still run.
    while (again := OnTerminal(*arguments)).end() != 0:
        assert "REQUEST_IN_PROGRESS" in (state / "results").read_text(), again.seen
    assert re.search(r"24 of 24 done, 0 failed, \d+ were done before", again.seen), again.seen
    assert upstream_calls() - before == PICTURES, f"{upstream_calls() - before} calls for {PICTURES} pictures"


def colours_are_for_terminals():
    plain = subprocess.run([KYC, "health"], check=True, capture_output=True, text=True).stdout
    assert "\x1b" not in plain, plain
    for variables, coloured in [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]:
        run = OnTerminal("health", **variables)
        assert run.end() == 0
        assert ("\x1b[" in run.seen) == coloured, (variables, run.seen)


progress_is_drawn_and_leaves_lines_whole()
a_killed_run_goes_on_and_bills_nothing_twice()
colours_are_for_terminals()
print("kyc on a terminal: progress, colours, and a run that goes on are in order")
