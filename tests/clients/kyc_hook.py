"""A web server to which kyc forwards upgrades: kyc_hook.py FILE writes a line of FILE for each post, and its port into FILE.port."""
import http.server
import json
import sys

path = sys.argv[1]


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        cloud = "specversion" in body
        assert ("cloudevents" in self.headers["Content-Type"]) == cloud and self.headers["kyc-event-id"]
        status = 503 if self.path.endswith("?fail") else 200
        with open(path, "a") as lines:
            lines.write(f"{status} {body['subject'] if cloud else body['originalReferenceNo']} {'cloudevents' if cloud else 'notification'}\n")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
with open(path + ".port", "w") as port:
    port.write(str(server.server_address[1]))
server.serve_forever()
