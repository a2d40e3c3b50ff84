#!/usr/bin/env python3
"""The console in headless Chromium, over a real gateway: every panel, without a reload; an upstream that dies; how many watch and who is
behind; what its policy lets in; keyboard, names, dark and narrow. With a file's name, a picture of it is written there."""
# needs: chromium node npm python3 openssl
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "incidents"))
import scene  # noqa: E402

SKIPPED = 77


class Browser:
    """Chromium with the page open, behind look.mjs."""

    def __init__(self, folder, url):
        self._log = open(folder / "browser.log", "ab")
        self._node = subprocess.Popen(["node", HERE / "console/look.mjs", shutil.which("chromium"), url], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=self._log, text=True)
        self.ask("open")

    def ask(self, what, **how):
        self._node.stdin.write(json.dumps({"what": what, **how}) + "\n")
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline() or '{"error": "it ended"}')
        assert "error" not in answer, f"{what} {how}: {answer['error']}"
        return answer

    def awaits(self, id, says):
        return self.ask("await", id=id, says=says)["text"]

    def end(self):
        self._node.stdin.close()
        self._node.wait(30)


def panels(at, page):
    """Each is there, and tells what happened while the page stayed open."""
    page.awaits("state", "^ready$")
    page.awaits("version", "version ")
    for number in range(3):
        assert at.gateway.liveness(f"customer-{number}")[0] == 0
    at.gateway.liveness("sim-html")
    assert at.gateway.notified("order-1") == 200
    page.awaits("recent", "DetectLiveness.*OK.*DetectLiveness")
    page.awaits("upstreams", "widekyc/.*closed: calls pass")
    page.awaits("errors", "UPSTREAM_MALFORMED.*quarantine")
    page.awaits("notifications-figures", "events kept")
    page.awaits("notifications-figures", "can be written")
    page.awaits("usage-title", r"Usage of \d{4}-\d{2}-\d{2}")
    page.awaits("usage", r"local\s+4\s+4\s+0\s+0")
    page.awaits("drift", "Every message|widekyc")
    for plot in ("calls-plot", "upstreams-plot"):
        scene.stage.until(lambda: ", now: " in page.ask("plot", id=plot)["text"], f"{plot} has a name that tells")
    at.tell("every panel tells what happened")


def watchers(at, page):
    watch = scene.stage.Program("kyc", at.folder / "watch.log", [scene.KYC, "watch", f"127.0.0.1:{at.gateway.grpc}"])
    at.others.append(watch)
    page.awaits("watchers", r"\w+\s+1\s+0\s+0")
    watch.end(scene.signal.SIGKILL)
    page.awaits("watchers", "Nobody watches")
    at.tell("who watches comes and goes")


def dead_upstream(at, page):
    at.simulator.program.end(scene.signal.SIGKILL)
    for number in range(30):
        at.gateway.liveness(f"customer-{number}")
    page.awaits("upstreams", "open: calls are refused|half open: trying")
    page.awaits("errors", "UPSTREAM_(UNREACHABLE|BREAKER_OPEN|TIMEOUT)|CIRCUIT_OPEN")
    at.tell("an upstream is dead, and its breaker open")


def looks(at, page, picture):
    light = page.ask("scheme", scheme="light")["background"]
    if picture:
        page.ask("picture", path=picture)
    assert page.ask("scheme", scheme="dark")["background"] != light
    if picture:
        page.ask("picture", path=picture.replace(".png", ".dark.png"))
    narrow = page.ask("width", width=360)
    assert narrow["scroll"] <= narrow["width"], f"a narrow screen must be scrolled sideways: {narrow}"
    if picture:
        page.ask("picture", path=picture.replace(".png", ".narrow.png"))
    assert page.ask("named")["without"] == []
    assert page.ask("inline")["inline"] == 0
    names = page.ask("tab", times=3)["names"]
    assert names[0] == "To the panels" and "Watchers" in names, names
    at.tell("dark, narrow, by keyboard, all named")


def gone(at, page):
    """The gateway ends, the page says so, and goes on by itself once it is back."""
    assert at.gateway.program.end() == 0
    page.awaits("state", "does not answer")
    at.gateway.start()
    page.awaits("state", "^ready")
    at.tell("it goes on after a restart")


def incident(at, picture):
    page = Browser(at.folder, f"http://127.0.0.1:{at.gateway.admin}/")
    try:
        panels(at, page)
        watchers(at, page)
        dead_upstream(at, page)
        looks(at, page, picture)
        said = page.ask("sum")
        assert said["wrong"] == [] and said["elsewhere"] == [] and said["loads"] == 1, said
        gone(at, page)
        assert page.ask("sum")["loads"] == 1
    finally:
        page.end()


def main():
    packages = HERE / "console/node_modules/playwright-core"
    npm = ["npm", "--silent", "--no-audit", "--no-fund", "--prefer-offline", "--prefix", HERE / "console", "install", "--no-package-lock"]
    if not packages.is_dir() and subprocess.run(npm).returncode != 0:
        print("SKIPPED: the console in Chromium: npm brings no playwright-core")
        return SKIPPED
    picture = str(pathlib.Path(sys.argv[1]).absolute()) if len(sys.argv) > 1 else ""
    return scene.play(lambda at: incident(at, picture))


if __name__ == "__main__":
    sys.exit(main())
