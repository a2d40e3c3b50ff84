"""What grpcio.sh runs beside the gateway: grpcio_calls.py STATE."""

import hashlib
import json
import pathlib
import subprocess
import sys
import urllib.request

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from finpay.linkage.v1 import linkage_pb2, linkage_pb2_grpc
from netzme.v1 import upgrade_notification_pb2 as netzme
from netzme.v1 import upgrade_notification_pb2_grpc as netzme_grpc
from widekyc.v1 import widekyc_pb2, widekyc_pb2_grpc

STATE = pathlib.Path(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTIFY = "http://127.0.0.1:8081/v1.0/snap/account/upgrade/notify"


def picture(kind, size):
    file = STATE / f"{kind}-{size}.jpg"
    subprocess.run([ROOT / "bazel-bin/tools/images/make_image", "--kind", kind, "--format", "jpeg",
                    "--bytes", str(size), file], check=True, stdout=subprocess.DEVNULL)
    return file.read_bytes()


def notify(reference, status="approved"):
    body = {"originalReferenceNo": reference, "custId": "c", "status": status,
            "additionalInfo": {"type": "upgrade_account", "benefits": ["b"], "rejectReasons": ["r"]}}
    token = (STATE / "secrets/netzme-callback-token").read_text().strip()
    request = urllib.request.Request(NOTIFY, json.dumps(body).encode(),
                                     {"Content-Type": "application/json", "x-callback-token": token})
    with urllib.request.urlopen(request) as reply:
        assert json.load(reply)["responseCode"] == "2000000"


def error_of(call):
    """The code and the details, by name, of a call that must fail."""
    try:
        call()
    except grpc.RpcError as error:
        details = {}
        for detail in rpc_status.from_call(error).details:
            message = getattr(error_details_pb2, detail.TypeName().rpartition(".")[2])()
            assert detail.Unpack(message)
            details[detail.TypeName()] = message
        return error.code(), details
    raise AssertionError("the call did not fail")


def calls(channel):
    widekyc = widekyc_pb2_grpc.WideKycServiceStub(channel)
    selfie = picture("selfie", 4_000_000)
    assert widekyc.DetectLiveness(widekyc_pb2.DetectLivenessRequest(cust_ref_no="py", selfie_image=selfie)).live
    last = json.load(urllib.request.urlopen("http://127.0.0.1:18090/sim/last"))
    assert hashlib.sha256(selfie).hexdigest() in json.dumps(last), "the upstream got another picture"
    card = widekyc.RecognizeId(widekyc_pb2.RecognizeIdRequest(cust_ref_no="py", id_image=picture("card", 100_000)))
    assert card.id_card.rt_rw == "001/009"
    assert not card.id_card.HasField("kota") or card.id_card.kota == "KOTA TANGERANG"
    assert widekyc.ValidateId(widekyc_pb2.ValidateIdRequest(cust_ref_no="py", nik="3203012503770011")).selfie_photo == 10

    code, details = error_of(lambda: widekyc.DetectLiveness(
        widekyc_pb2.DetectLivenessRequest(cust_ref_no="sim-429", selfie_image=selfie[:100])))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details["google.rpc.ErrorInfo"].reason == "UPSTREAM_RATE_LIMITED"
    assert details["google.rpc.RetryInfo"].retry_delay.seconds == 3

    code, details = error_of(lambda: widekyc.ValidateId(widekyc_pb2.ValidateIdRequest(nik="1", birth_date="31-02-2000")))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    fields = {violation.field for violation in details["google.rpc.BadRequest"].field_violations}
    assert fields == {"cust_ref_no", "nik", "birth_date"}, fields

    finpay = linkage_pb2_grpc.UpgradeAccountServiceStub(channel)
    widget = finpay.CreateUpgradeAccountWidget(linkage_pb2.CreateUpgradeAccountWidgetRequest(
        partner_reference_no="python-00001", phone_no="081234567890",
        personal_data=linkage_pb2.PersonalData(kk_number="123456", biological_mother_name='Siti "Ani"\n\t\\')))
    assert widget.outcome == linkage_pb2.OUTCOME_WIDGET_ISSUED
    assert widget.widget_url.startswith("https://")


def watch(channel):
    """An open stream sees what is posted; one reopened from any cursor sees exactly what followed."""
    stub = netzme_grpc.UpgradeNotificationServiceStub(channel)
    stream = stub.WatchUpgrades(netzme.WatchUpgradesRequest(
        filter=netzme.UpgradeFilter(original_reference_nos=["w-1", "w-2"])))
    assert next(stream).HasField("started")
    for reference, status in [("w-1", "approved"), ("other", "approved"), ("w-2", "rejected"), ("w-1", "rejected")]:
        notify(reference, status)
    seen, cursors = [], []
    for message in stream:
        for event in message.events.events:
            seen.append((event.original_reference_no, event.revision, netzme.UpgradeStatus.Name(event.status)))
            cursors.append(message.cursor)
        if len(seen) == 3:
            break
    stream.cancel()
    assert seen == [("w-1", 1, "UPGRADE_STATUS_APPROVED"), ("w-2", 1, "UPGRADE_STATUS_REJECTED"),
                    ("w-1", 2, "UPGRADE_STATUS_REJECTED")], seen
    again = stub.WatchUpgrades(netzme.WatchUpgradesRequest(cursor=cursors[-1], stop_when_caught_up=True))
    assert not [event for message in again for event in message.events.events]


with grpc.insecure_channel("127.0.0.1:50051", options=[("grpc.max_send_message_length", -1)]) as open_channel:
    calls(open_channel)
    watch(open_channel)
print("grpcio: calls, errors with details and streams are as they must be")
