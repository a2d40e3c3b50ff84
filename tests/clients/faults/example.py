"""example.py LANGUAGE FILE BUILD RUN: does as clients/README.md says, as somebody who has nothing but it.

The first program that the guide has in LANGUAGE (its code block's word) is put into FILE, and BUILD and RUN are what a shell then does in
FILE's folder ({port} is the gateway's; a program that was built before is told it by $EXAMPLE_ADDRESS). It must tell an answer, an error
and each upgrade once, over a kill -9 of the gateway.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import stage


def seen(program):
    return re.findall(r"^\d+ (\S+?-\d+)\b", program.text(), re.M)


def main(language, file, build, run):
    guide = (stage.ROOT / "clients/README.md").read_text()
    (code, *_) = re.findall(rf"^```{language}\n(.*?)^```", guide, re.M | re.S)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        simulator = stage.Simulator(folder / "simulator")
        gateway = stage.Gateway(folder / "gateway", simulator.port)
        simulator.start(gateway)
        program = None
        os.environ["EXAMPLE_ADDRESS"] = f"127.0.0.1:{gateway.grpc}"
        work = folder / "work"
        work.mkdir()
        (work / file).write_text(code.replace("127.0.0.1:50051", os.environ["EXAMPLE_ADDRESS"]))
        os.chdir(work)
        try:
            begin = time.monotonic()
            subprocess.run(["bash", "-euc", build], check=True)
            built = time.monotonic()
            program = stage.Program("example", folder / "example.log", ["bash", "-euc", f"exec {run}"])
            stage.until(lambda: re.search(r"^answered \d+$", program.text(), re.M), "the answer")
            stage.until(lambda: "QUOTA_EXCEEDED" in program.text(), "the error")
            told = time.monotonic()
            # It watches what comes from now on, so the first is what comes once it does.
            warm = iter(range(1, 300))
            stage.until(lambda: gateway.notify(f"warm-{next(warm)}") or seen(program), "an upgrade")
            gateway.program.end(signal.SIGKILL)
            gateway.start()
            for number in (1, 2, 3):
                gateway.notify(f"after-{number}")
            stage.until(lambda: "after-3" in seen(program), "the upgrades after the kill")
            all_seen = seen(program)
            assert len({*all_seen}) == len(all_seen) and all_seen[-3:] == ["after-1", "after-2", "after-3"], all_seen
            print(f"  the guide's program: built in {built - begin:.1f} s, an answer and an error in {told - built:.1f} s, {len(all_seen)} "
                  f"upgrades over kill -9 of the gateway in {time.monotonic() - told:.1f} s, each once")
        except BaseException:
            print(program.text() if program else "not built", file=sys.stderr)
            raise
        finally:
            for one in (program, gateway.program, simulator.program):
                if one and one.running():
                    one.end(signal.SIGKILL)


main(*sys.argv[1:])
