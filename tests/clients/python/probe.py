"""The probe of the blocking Python client: see faults/run.py."""

import datetime
import signal
import sys
import time

from finpay.linkage.v1 import linkage_pb2
from kyc_gateway import CursorFile, Gateway, GatewayError, Outcome, Reason, WatchOptions
from netzme.v1 import upgrade_notification_pb2 as netzme
from widekyc.v1 import widekyc_pb2

PICTURE = b"\xff\xd8\xff\xe0" + b"\0" * 100


def say(line):
    print(line, flush=True)


def told(error):
    """The error as a line of calls.expected."""
    if error.code.name == "DEADLINE_EXCEEDED":
        return error.code.name  # Who was first, the library or the gateway, is chance.
    parts = [error.code.name, Reason.Name(error.reason)[len("REASON_"):], Outcome.Name(error.outcome)[len("OUTCOME_"):],
             "repeat=" + ("yes" if error.may_repeat() else "no")]
    if error.retry_delay:
        parts.append(f"retry={error.retry_delay.total_seconds():.0f}")
    if error.request_id:
        parts.append(f"id={error.request_id}")
    if error.trx_id:
        parts.append(f"trx={error.trx_id}")
    if error.field_violations:
        parts.append("fields=" + ",".join(violation.field for violation in error.field_violations))
    return " ".join(parts)


def liveness(reference, picture=PICTURE):
    return widekyc_pb2.DetectLivenessRequest(cust_ref_no=reference, selfie_image=picture)


def card(reference):
    return widekyc_pb2.ValidateIdRequest(cust_ref_no=reference, nik="3671121401010004")


# Each: name, client, method, request, timeout.
CALLS = [
    ("live", "plain", "detect_liveness", liveness("probe"), 30),
    ("large", "plain", "detect_liveness", liveness("probe", PICTURE + b"\0" * 8_000_000), 30),
    ("widget", "plain", "create_upgrade_account_widget",
     linkage_pb2.CreateUpgradeAccountWidgetRequest(partner_reference_no="probe-00001", phone_no="081234567890"), 30),
    ("invalid", "plain", "validate_id", widekyc_pb2.ValidateIdRequest(nik="1", birth_date="31-02-2000"), 30),
    ("rate", "plain", "validate_id", card("sim-429"), 30),
    ("quota", "plain", "validate_id", card("sim-quota"), 30),
    ("broken", "plain", "validate_id", card("sim-500"), 30),
    ("lost", "plain", "validate_id", card("sim-close-before-reply"), 30),
    ("no verdict", "plain", "detect_liveness", liveness("sim-no-verdict"), 30),
    ("no event", "plain", "get_upgrade", netzme.GetUpgradeRequest(original_reference_no="nobody"), 30),
    ("named", "plain", "validate_id", widekyc_pb2.ValidateIdRequest(cust_ref_no="sim-500", nik="3671121401010004", request_id="own-1"), 30),
    ("late", "plain", "validate_id", card("sim-slow-5000"), 0.5),
    ("dead", "dead", "validate_id", card("probe"), 5),
    ("dead, nameless", "nameless", "validate_id", card("nameless"), 5),
    ("dead, reading", "dead", "get_upgrade", netzme.GetUpgradeRequest(original_reference_no="nobody"), 5),
    ("unreachable", "lonely", "detect_liveness", liveness("probe"), 30),
    ("no log", "logless", "detect_liveness", liveness("probe"), 30),
    ("no log, nameless", "logless, nameless", "detect_liveness", liveness("probe"), 30),
    ("tls", "tls", "detect_liveness", liveness("probe"), 30),
    ("tls, wrong token", "stranger", "detect_liveness", liveness("probe"), 30),
    ("tls, wrong authority", "untrusting", "detect_liveness", liveness("probe"), 5),
    ("a header of proxies", "forwarded", "detect_liveness", liveness("probe"), 30),
]


def result(response):
    if isinstance(response, widekyc_pb2.DetectLivenessResponse):
        return "OK " + str(response.live).lower()
    return "OK " + linkage_pb2.Outcome.Name(response.outcome)


def clients(gateway, address, dead, lonely, logless, tls, authority, token):
    return {"plain": gateway(address, plaintext=True), "dead": gateway(dead, plaintext=True),
            "nameless": gateway(dead, plaintext=True, request_ids=False),
            "logless": gateway(logless, plaintext=True), "logless, nameless": gateway(logless, plaintext=True, request_ids=False),
            "lonely": gateway(lonely, plaintext=True), "tls": gateway(tls, ca_file=authority, token=lambda: token),
            "stranger": gateway(tls, ca_file=authority, token="wrong"), "untrusting": gateway(tls, token=token),
            "forwarded": gateway(address, plaintext=True, headers={"x-forwarded-for": "192.0.2.1"}, use_proxy=False)}


def calls(*where):
    opened = clients(Gateway, *where)
    for name, client, method, request, timeout in CALLS:
        try:
            say(f"{name}: {result(getattr(opened[client], method)(request, timeout))}")
        except GatewayError as error:
            say(f"{name}: {told(error)}")
    for client in opened.values():
        client.close()


def repeat(address, reference):
    request = card(reference)
    with Gateway(address, plaintext=True) as gateway:
        while True:
            try:
                gateway.validate_id(request)
                return say(f"OK id={request.request_id}")
            except GatewayError as error:
                say(told(error))
                if not error.may_repeat():
                    return None
                time.sleep(0.1)


def options(what):
    def on_cursor_problem(problem):
        say("problem " + Reason.Name(problem.reason)[len("REASON_"):])
        return {"oldest": problem.oldest_cursor, "newest": problem.newest_cursor}.get(what)

    return WatchOptions(since=datetime.datetime.fromtimestamp(1, datetime.timezone.utc), heartbeat=1, on_cursor_problem=on_cursor_problem,
                        on_state=lambda state, error: say(f"state {state.value}" + (f" after {error}" if error else "")))


def watch(address, file, what):
    with Gateway(address, plaintext=True) as gateway:
        watch = gateway.watch_upgrades(CursorFile(file), options(what))
        signal.signal(signal.SIGTERM, lambda *_: watch.stop())
        last = None
        try:
            for batch in watch:
                for event in batch.events:
                    say(f"event {event.sequence} {event.original_reference_no}")
                batch.confirm()
                (last or batch).confirm()  # Moves nothing back.
                last = batch
        except GatewayError as error:
            say(f"failed {error.code.name} {error.reason_text}")
            sys.exit(1)
    say("stopped")


if __name__ == "__main__":
    {"calls": calls, "repeat": repeat, "watch": watch}[sys.argv[1]](*sys.argv[2:])
