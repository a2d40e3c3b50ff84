#include "tools/benchmarks/payloads.h"

#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::bench {
namespace {

constexpr char kNoTime[] = "0000000000000000";
constexpr size_t kDigits = sizeof kNoTime - 1;
constexpr size_t kNotificationBytes = 900;

// Begins as a JPEG; the rest has no pattern that anything could profit from.
std::string Image(size_t bytes) {
  std::string image("\xff\xd8\xff\xe0\0\x10JFIF\0", 11);
  for (std::mt19937_64 random(bytes); image.size() < bytes;) {
    const uint64_t number = random();
    image.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  image.resize(bytes);
  return image;
}

// As WideKYC's document shows it.
constexpr char kLivenessReply[] =
    R"({"statusCode":"SUCCESSFUL","content":{"result":{"status":"success","result":"True",)"
    R"("trx_id":"202303291030019483","ref_id":"1234567890","timestamp":1680060646134}}})";

std::string ExpectedLiveness() {
  ::widekyc::v1::DetectLivenessResponse response;
  response.set_live(true);
  ::widekyc::v1::Transaction& transaction = *response.mutable_transaction();
  transaction.set_status("success");
  transaction.set_result("True");
  transaction.set_trx_id("202303291030019483");
  transaction.set_ref_id("1234567890");
  transaction.mutable_timestamp()->set_seconds(1680060646);
  transaction.mutable_timestamp()->set_nanos(134'000'000);
  return response.SerializeAsString();
}

}  // namespace

std::string Framed(absl::string_view message) {
  std::string framed(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    framed.push_back(static_cast<char>(message.size() >> shift));
  }
  return absl::StrCat(framed, message);
}

LivenessCall MakeLivenessCall(size_t image_bytes) {
  ::widekyc::v1::DetectLivenessRequest request;
  request.set_cust_ref_no("benchmark-0000000001");
  request.set_selfie_image(Image(image_bytes));
  const std::string document =
      absl::StrCat("{\"cust_ref_no\":\"", request.cust_ref_no(), "\",\"selfie_image\":\"",
                   absl::Base64Escape(request.selfie_image()), "\"}");
  return {.request = Framed(request.SerializeAsString()),
          .reply = Framed(ExpectedLiveness()),
          .upstream = {.reply = kLivenessReply,
                       .expected_text = document,
                       .expected_body_bytes = document.size()}};
}

// Messages may come in parts, in any order.
LivenessCall MakeKeyedLivenessCall(size_t image_bytes) {
  ::widekyc::v1::DetectLivenessRequest key;
  key.set_request_id(kNoTime);
  LivenessCall call = MakeLivenessCall(image_bytes);
  call.request = Framed(key.SerializeAsString() + call.request.substr(Framed("").size()));
  call.request_id_at = call.request.find(kNoTime);
  return call;
}

void WriteRequestId(uint64_t number, std::string& request, size_t at) {
  request.replace(at, kDigits, absl::StrCat(absl::Hex(number, absl::kZeroPad16)));
}

Notification::Notification() {
  const auto text = [](absl::string_view filling) {
    return absl::StrCat(
        "{\"originalReferenceNo\":\"", Reference(0), "\",\"custId\":\"", kNoTime,
        "\",\"motherMaidenName\":\"SITI\",\"status\":\"approved\",\"additionalInfo\":{\"type\":"
        "\"upgrade_account\",\"identificationCardImageUrl\":\"https://pictures.example/ktp.jpg\","
        "\"selfieImageUrl\":\"https://pictures.example/selfie.jpg\",\"benefits\":[\"",
        filling, "\"]}}");
  };
  body_ = text(std::string(kNotificationBytes - text("").size(), 'b'));
  reference_at_ = body_.find(Reference(0));
  time_at_ = body_.find(absl::StrCat("\"", kNoTime, "\"")) + 1;
}

std::string Notification::Reference(uint64_t number) {
  return absl::StrCat("bench-", absl::Hex(number, absl::kZeroPad16));
}

absl::string_view Notification::About(uint64_t reference, int64_t now) {
  const std::string name = Reference(reference);
  body_.replace(reference_at_, name.size(), name);
  body_.replace(time_at_, kDigits, absl::StrCat(absl::Hex(now, absl::kZeroPad16)));
  return body_;
}

int64_t TimeInCustId(absl::string_view cust_id) {
  int64_t time = 0;
  return cust_id.size() == kDigits && absl::SimpleHexAtoi(cust_id, &time) ? time : 0;
}

}  // namespace kyc::bench
