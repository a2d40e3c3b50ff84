"""Programs on a terminal, and what it shows then as a picture (SVG). Only what kyc and tools/run make use of: lines, colours, a line that
is drawn anew."""
import os
import pty
import re
import select
import struct
import subprocess
import time
import fcntl
import termios
from xml.sax.saxutils import escape

COLUMNS = 100
CELL, LINE, MARGIN, BAR = 8.4, 18, 14, 26  # In pixels: a letter, a line, around a pane, a pane's title.
COLOURS = {31: "#e5534b", 32: "#57ab5a", 33: "#c69026", 36: "#39c5cf"}


class Program:
    """Runs on a terminal of its own. What it writes is in `seen`."""

    def __init__(self, arguments, **variables):
        self.terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        environment = {**os.environ, "TERM": "xterm", **variables}
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=inside, stderr=inside, env=environment,
                                        start_new_session=True)
        os.close(inside)
        self.seen = ""

    def read_until(self, pattern, seconds=60):
        """Until it has written something like this, or has ended. Returns whether it did."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise SystemExit(f"no {pattern} within {seconds} s: {self.seen}")
            try:
                more = os.read(self.terminal, 65536)
            except OSError:
                return False
            self.seen += more.decode(errors="replace")
        return True

    def end(self):
        self.read_until(r"(?!)")
        return self.process.wait(60)


def shown(written):
    """The lines that stay on the screen, each a list of (text, bold, colour); one that is too long goes on in the next."""
    lines = []
    for line in written.replace("\r\n", "\n").split("\n"):
        line = line.split("\r\x1b[K")[-1]
        runs, bold, colour, column = [], False, None, 0
        for text, code in re.findall(r"([^\x1b]*)(?:\x1b\[([0-9;]*)m)?", line):
            while text:
                if column == COLUMNS:
                    lines.append(runs)
                    runs, column = [], 0
                runs.append((text[: COLUMNS - column], bold, colour))
                text = text[COLUMNS - column:]
                column += len(runs[-1][0])
            for number in map(int, filter(None, (code or "").split(";"))) if code else ():
                bold, colour = (False, None) if number == 0 else (bold or number == 1, COLOURS.get(number, colour))
        lines.append(runs)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def wrapped(command):
    """A command as it stands on the screen: behind its prompt, over as many lines as it takes."""
    text = "$ " + command
    return [[(text[i:i + COLUMNS], True, None)] for i in range(0, len(text), COLUMNS)]


def cut(lines, most):
    """The end of them, where there are more than so many."""
    return lines if len(lines) <= most else [[("…", False, None)], *lines[-(most - 1):]]


def line_svg(runs, x, y):
    spans, column = [], 0
    for text, bold, colour in runs:
        style = (' font-weight="bold"' if bold else "") + (f' fill="{colour}"' if colour else "")
        spans.append(f'<tspan x="{x + column * CELL:.1f}" textLength="{len(text) * CELL:.1f}"{style}>{escape(text)}</tspan>')
        column += len(text)
    return f'<text y="{y}" xml:space="preserve">{"".join(spans)}</text>'


def svg(panes):
    """Panes, each (title, lines), one below the other."""
    width = COLUMNS * CELL + 2 * MARGIN
    parts, y = [], 0
    for title, lines in panes:
        height = BAR + LINE * len(lines) + MARGIN
        parts.append(f'<rect x="0" y="{y}" width="{width:.0f}" height="{height}" rx="8" fill="#1c2128"/>')
        parts.append(f'<text x="{MARGIN}" y="{y + 17}" fill="#768390" font-size="12">{escape(title)}</text>')
        for number, runs in enumerate(lines):
            parts.append(line_svg(runs, MARGIN, y + BAR + LINE * (number + 1) - 4))
        y += height + 8
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y - 8}" width="{width:.0f}" height="{y - 8}" '
            'font-family="ui-monospace, SFMono-Regular, Menlo, DejaVu Sans Mono, monospace" font-size="14" fill="#adbac7">\n'
            + "\n".join(parts) + "\n</svg>\n")
