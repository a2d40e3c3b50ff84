"""A TCP gate before the gateway: what it does to the bytes is chosen while they pass."""

import socket
import struct
import threading
import time


class Gate:
    """Every connection to `port` is carried to the target. Each method takes effect at once, on open connections, too."""

    def __init__(self, target_port):
        self._target = target_port
        self._lock = threading.Lock()
        self._pairs = []
        self.accepted = 0
        self._slice = 0  # Bytes a write; 0: as they come.
        self._pause = 0.0  # Before each write.
        self._holding = set()  # Pairs whose bytes go nowhere, though nobody is told.
        self._hold_new = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Resets every connection."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def slice(self, size, pause):
        self._slice, self._pause = size, pause

    def hold(self, new=False):
        """Open connections stay open and say nothing more; with new, those that come are accepted and say nothing either."""
        with self._lock:
            self._holding = set(self._pairs)
            self._hold_new = new

    def let_new_pass(self):
        self._hold_new = False

    def _accept(self):
        while True:
            caller, _ = self._listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                caller.close()
                continue
            pair = (caller, server)
            for end in pair:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append(pair)
                self.accepted += 1
                if self._hold_new:
                    self._holding.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self._carry, args=(pair, source, sink), daemon=True).start()

    def _carry(self, pair, source, sink):
        try:
            while chunk := source.recv(65536):
                self._write(pair, sink, chunk)
        except OSError:
            pass
        with self._lock:
            held = pair in self._holding
            if pair in self._pairs and not held:
                self._pairs.remove(pair)
        if not held:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _write(self, pair, sink, chunk):
        while chunk and pair not in self._holding:
            size = self._slice or len(chunk)
            if self._pause:
                time.sleep(self._pause)
            sink.sendall(chunk[:size])
            chunk = chunk[size:]
