#include "server/netzme/webhook/notification.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::UpgradeEvent;

// The document's sample.
constexpr char kSample[] = R"({
    "originalReferenceNo": "3d717e9f-6378-4d38-97e4-a617996bc22c",
    "custId": "G7tKXzoD",
    "motherMaidenName": "WAAASAAWA",
    "status": "approved",
    "additionalInfo": {
        "type": "upgrade_account",
        "identificationCardImageUrl": "https://res.cloudinary.com/netzme/image/authenticated/s--ILKGcPmn--/v1627373165/cdd/open_api_netzme.jpg",
        "selfieImageUrl": "https://res.cloudinary.com/netzme/image/authenticated/s--3dPbkrGN--/v1627359572/cdd/qris.png",
        "benefits": [
            "Sekarang kamu bisa transfer saldo Netzme kamu ke rekening bank manapun.",
            "Sekarang kamu bisa isi saldo Netzme sampai Rp 10 juta.",
            "Kamu bisa beli pulsa dengan harga lebih murah."
        ]
    }
})";

// The body of the document's curl command.
constexpr char kCurlSample[] = R"({
  "originalReferenceNo": "eb92875c-427a-4d38-bd5c-5bc944290f1e",
  "custId": "ZyujTkS7",
  "motherMaidenName": "Ani suryana",
  "additionalInfo": {
    "type": "cdd",
    "identificationCardImageUrl": "https://res.cloudinary.com/netzme/image/authenticated/s--S6MmkUUO--/v1625046705/cdd/JPEG_IDCARD_1795071245094943718.jpg",
    "selfieImageUrl": "https://res.cloudinary.com/netzme/image/authenticated/s--UVF2SyRV--/v1625046709/cdd/JPEG_SELFIE_3886784191751382840.jpg",
    "benefits": [
      "Sekarang kamu bisa transfer saldo Netzme kamu ke rekening bank manapun.",
      "Sekarang kamu bisa isi saldo Netzme sampai Rp 10 juta.",
      "Kamu bisa beli pulsa dengan harga lebih murah."
    ],
    "status": "approved"
  }
})";

constexpr char kBenefits[] = R"(
  benefits: "Sekarang kamu bisa transfer saldo Netzme kamu ke rekening bank manapun."
  benefits: "Sekarang kamu bisa isi saldo Netzme sampai Rp 10 juta."
  benefits: "Kamu bisa beli pulsa dengan harga lebih murah.")";

struct Read {
  std::variant<UpgradeEvent, Refusal> read;
  json::Deviations deviations;
};

Read ReadBody(const std::string& body) {
  Read result;
  result.read = ReadNotification(body, result.deviations);
  return result;
}

// The event of a body as Protobuf text on one line, without its raw body; or the refusal.
std::string EventText(const std::string& body) {
  const Read result = ReadBody(body);
  if (const auto* refusal = std::get_if<Refusal>(&result.read)) {
    return absl::StrCat(refusal->response_code, " ", refusal->response_message);
  }
  UpgradeEvent event = std::get<UpgradeEvent>(result.read);
  EXPECT_EQ(event.raw_body(), body);
  event.clear_raw_body();
  return event.ShortDebugString();
}

std::string FromText(const std::string& text) {
  UpgradeEvent event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
  return event.ShortDebugString();
}

TEST(ReadNotification, DocumentsSampleIsReadWhole) {
  EXPECT_EQ(EventText(kSample), FromText(absl::StrCat(R"(
      original_reference_no: "3d717e9f-6378-4d38-97e4-a617996bc22c"
      cust_id: "G7tKXzoD" mother_maiden_name: "WAAASAAWA"
      status: UPGRADE_STATUS_APPROVED status_text: "approved" type: "upgrade_account"
      identification_card_image_url: "https://res.cloudinary.com/netzme/image/authenticated/s--ILKGcPmn--/v1627373165/cdd/open_api_netzme.jpg"
      selfie_image_url: "https://res.cloudinary.com/netzme/image/authenticated/s--3dPbkrGN--/v1627359572/cdd/qris.png")",
                                                      kBenefits)));
  EXPECT_THAT(ReadBody(kSample).deviations, testing::IsEmpty());
}

TEST(ReadNotification, DocumentsCurlSampleIsReadWhole) {
  EXPECT_EQ(EventText(kCurlSample), FromText(absl::StrCat(R"(
      original_reference_no: "eb92875c-427a-4d38-bd5c-5bc944290f1e"
      cust_id: "ZyujTkS7" mother_maiden_name: "Ani suryana"
      status: UPGRADE_STATUS_APPROVED status_text: "approved" type: "cdd"
      identification_card_image_url: "https://res.cloudinary.com/netzme/image/authenticated/s--S6MmkUUO--/v1625046705/cdd/JPEG_IDCARD_1795071245094943718.jpg"
      selfie_image_url: "https://res.cloudinary.com/netzme/image/authenticated/s--UVF2SyRV--/v1625046709/cdd/JPEG_SELFIE_3886784191751382840.jpg")",
                                                          kBenefits)));
  EXPECT_THAT(ReadBody(kCurlSample).deviations, testing::IsEmpty());
}

struct AcceptedCase {
  std::string name;
  std::string rest;   // Behind the reference "r" and the custId "c".
  std::string event;  // Without these two.
};

const std::string kRejected = R"(status: UPGRADE_STATUS_REJECTED status_text: "rejected" )";
const std::string kApproved = R"(status: UPGRADE_STATUS_APPROVED status_text: "approved" )";
const std::string kNoBenefits = "anomalies: ANOMALY_MISSING_BENEFITS ";

std::vector<AcceptedCase> AcceptedCases() {
  const std::string nested = R"("status":"rejected","additionalInfo":)";
  const std::string flat = R"("status":"rejected",)";
  std::string items64 = R"(["i")";
  for (int i = 1; i < 64; ++i) items64 += R"(,"i")";
  std::string reasons64;
  for (int i = 0; i < 64; ++i) reasons64 += R"(reject_reasons: "i" )";
  const std::string long_text(1025, 'x');
  const std::string name256(256, 'n');
  return {
      {"NestedReasons", nested + R"({"rejectReasons":["a","b"]})",
       kRejected + R"(reject_reasons: "a" reject_reasons: "b")"},
      {"FlatReasons", flat + R"("rejectReasons":["a"])", kRejected + R"(reject_reasons: "a")"},
      {"BareReason", nested + R"({"rejectReasons":"a"})", kRejected + R"(reject_reasons: "a")"},
      {"FlatBenefits", R"("status":"approved","benefits":["a"])", kApproved + R"(benefits: "a")"},
      {"BareBenefit", R"("status":"approved","benefits":"a")", kApproved + R"(benefits: "a")"},
      {"EmptyFlatListNestedFull",
       R"("status":"approved","benefits":[],"additionalInfo":{"benefits":["a"]})",
       kApproved + R"(benefits: "a")"},
      {"StatusUpperCase", R"("status":"APPROVED","benefits":["a"])",
       R"(status: UPGRADE_STATUS_APPROVED status_text: "APPROVED" benefits: "a")"},
      {"StatusWithBlanks", R"("status":" approved\t\n","benefits":["a"])",
       kApproved + R"(anomalies: ANOMALY_STATUS_BLANKS benefits: "a")"},
      {"StatusWithBlanksOfAnyWidth", R"("status":"\u3000approved\u00a0\u0085","benefits":["a"])",
       kApproved + R"(anomalies: ANOMALY_STATUS_BLANKS benefits: "a")"},
      {"OtherStatusWithBlanks", R"("status":"on hold ")",
       "anomalies: ANOMALY_STATUS_BLANKS anomalies: ANOMALY_UNKNOWN_STATUS "
       R"(status: UPGRADE_STATUS_OTHER status_text: "on hold")"},
      {"StatusTwiceOnceWithBlanks",
       R"("status":"approved","additionalInfo":{"status":" Approved ","benefits":["a"]})",
       kApproved + R"(anomalies: ANOMALY_STATUS_BLANKS benefits: "a")"},
      {"StatusOfBlanksAboveOne",
       R"("status":"  ","additionalInfo":{"status":"approved","benefits":["a"]})",
       kApproved + R"(benefits: "a")"},
      {"StatusNestedOnly", R"("additionalInfo":{"status":"Rejected","rejectReasons":["a"]})",
       R"(status: UPGRADE_STATUS_REJECTED status_text: "Rejected" reject_reasons: "a")"},
      {"StatusTwiceTheSameInOtherCase",
       R"("status":"approved","benefits":["a"],"additionalInfo":{"status":"Approved"})",
       kApproved + R"(benefits: "a")"},
      {"StatusTopEmptyNestedGiven",
       R"("status":"","benefits":["a"],"additionalInfo":{"status":"approved"})",
       kApproved + R"(benefits: "a")"},
      {"StatusTopNullNestedGiven",
       R"("status":null,"benefits":["a"],"additionalInfo":{"status":"approved"})",
       kApproved + R"(benefits: "a")"},
      {"StatusUnknown", R"("status":"pending")",
       R"(status: UPGRADE_STATUS_OTHER status_text: "pending" anomalies: ANOMALY_UNKNOWN_STATUS)"},
      {"StatusNumber", R"("status":7)",
       R"(status: UPGRADE_STATUS_OTHER status_text: "7" anomalies: ANOMALY_UNKNOWN_STATUS)"},
      {"StatusTooLong", absl::StrCat(R"("status":")", std::string(65, 's'), "\""),
       R"(status: UPGRADE_STATUS_OTHER anomalies: ANOMALY_UNKNOWN_STATUS
          anomalies: ANOMALY_FIELD_TOO_LONG)"},
      {"NoReasons", R"("status":"rejected")",
       kRejected + "anomalies: ANOMALY_MISSING_REJECT_REASONS"},
      {"EmptyReasons", nested + R"({"rejectReasons":[]})",
       kRejected + "anomalies: ANOMALY_MISSING_REJECT_REASONS"},
      {"NullReasons", nested + R"({"rejectReasons":null})",
       kRejected + "anomalies: ANOMALY_MISSING_REJECT_REASONS"},
      {"NoBenefits", R"("status":"approved")", kApproved + kNoBenefits},
      {"OtherTypeKeptAsGiven", R"("status":"approved","additionalInfo":{"type":"Upgrade X"})",
       kApproved + kNoBenefits + R"(type: "Upgrade X")"},
      {"FlatType", R"("status":"approved","type":"cdd")",
       kApproved + kNoBenefits + R"(type: "cdd")"},
      {"TypeAt64", absl::StrCat(R"("status":"approved","type":")", std::string(64, 't'), "\""),
       absl::StrCat(kApproved, kNoBenefits, R"(type: ")", std::string(64, 't'), "\"")},
      {"TypeOver64", absl::StrCat(R"("status":"approved","type":")", std::string(65, 't'), "\""),
       kApproved + "anomalies: ANOMALY_FIELD_TOO_LONG " + kNoBenefits},
      {"NameAt256", absl::StrCat(R"("status":"approved","motherMaidenName":")", name256, "\""),
       absl::StrCat(kApproved, kNoBenefits, R"(mother_maiden_name: ")", name256, "\"")},
      {"NameOver256", absl::StrCat(R"("status":"approved","motherMaidenName":"n)", name256, "\""),
       kApproved + "anomalies: ANOMALY_FIELD_TOO_LONG " + kNoBenefits},
      {"UrlOver2048",
       absl::StrCat(R"("status":"approved","additionalInfo":{"selfieImageUrl":")",
                    std::string(2049, 'u'), "\"}"),
       kApproved + "anomalies: ANOMALY_FIELD_TOO_LONG " + kNoBenefits},
      {"ReasonsAt64", flat + absl::StrCat(R"("rejectReasons":)", items64, "]"),
       kRejected + reasons64},
      {"ReasonsOver64", flat + absl::StrCat(R"("rejectReasons":)", items64, R"(,"i"])"),
       kRejected + "anomalies: ANOMALY_FIELD_TOO_LONG"},
      {"ReasonOver1024", flat + absl::StrCat(R"("rejectReasons":["a",")", long_text, R"("])"),
       kRejected + "anomalies: ANOMALY_FIELD_TOO_LONG"},
      {"TwoTooLongFieldsAreOneAnomaly",
       flat + absl::StrCat(R"("rejectReasons":[")", long_text, R"("],"type":")", long_text, "\""),
       kRejected + "anomalies: ANOMALY_FIELD_TOO_LONG"},
      {"ReasonsAreAnObject", flat + R"("rejectReasons":{"a":"b"})",
       kRejected + "anomalies: ANOMALY_FIELD_UNREADABLE"},
      {"ReasonIsAList", flat + R"("rejectReasons":["a",["b"]])",
       kRejected + "anomalies: ANOMALY_FIELD_UNREADABLE"},
      {"TypeIsAnObject", flat + R"("type":{},"rejectReasons":["a"])",
       kRejected + R"(reject_reasons: "a" anomalies: ANOMALY_FIELD_UNREADABLE)"},
      {"AdditionalInfoIsAText", flat + R"("additionalInfo":"x","rejectReasons":["a"])",
       kRejected + R"(reject_reasons: "a" anomalies: ANOMALY_FIELD_UNREADABLE)"},
      {"FieldsFromTheFuture", flat + R"("rejectReasons":["a"],"new":{"x":[1,{}]})",
       kRejected + R"(reject_reasons: "a")"},
  };
}

TEST(ReadNotification, LooseBodiesAreReadAsListed) {
  for (const AcceptedCase& c : AcceptedCases()) {
    EXPECT_EQ(EventText(R"({"originalReferenceNo":"r","custId":"c",)" + c.rest + "}"),
              FromText(R"(original_reference_no: "r" cust_id: "c" )" + c.event))
        << c.name;
  }
}

TEST(ReadNotification, MissingCustIdIsAnAnomaly) {
  const std::string event = kRejected + R"(original_reference_no: "r" reject_reasons: "a" )";
  const std::string rest =
      R"("originalReferenceNo":"r","status":"rejected","rejectReasons":["a"]})";
  EXPECT_EQ(EventText("{" + rest), FromText(event + "anomalies: ANOMALY_MISSING_CUST_ID"));
  EXPECT_EQ(EventText(R"({"custId":"",)" + rest),
            FromText(event + "anomalies: ANOMALY_MISSING_CUST_ID"));
  EXPECT_EQ(EventText(R"({"custId":"            ",)" + rest),
            FromText(event + "anomalies: ANOMALY_MISSING_CUST_ID"));
  EXPECT_EQ(EventText(absl::StrCat(R"({"custId":")", std::string(129, 'c'), "\",", rest)),
            FromText(event + "anomalies: ANOMALY_FIELD_TOO_LONG"));
  EXPECT_EQ(EventText(R"({"custId":true,)" + rest),
            FromText(event + "anomalies: ANOMALY_FIELD_UNREADABLE"));
}

TEST(ReadNotification, NumbersForTextsAreDeviations) {
  const std::string body =
      R"({"originalReferenceNo":12345678901234567890123,"custId":7,"status":"x"})";
  EXPECT_EQ(EventText(body), FromText(R"(
      original_reference_no: "12345678901234567890123" cust_id: "7"
      status: UPGRADE_STATUS_OTHER status_text: "x" anomalies: ANOMALY_UNKNOWN_STATUS)"));
  EXPECT_THAT(ReadBody(body).deviations,
              testing::ElementsAre("number_for_string", "number_for_string"));
}

TEST(ReadNotification, NumbersForIdentifiersAreTheirExactDigits) {
  const std::string rest =
      R"( status: UPGRADE_STATUS_OTHER status_text: "x" anomalies: ANOMALY_UNKNOWN_STATUS)";
  const std::pair<const char*, const char*> cases[] = {{"3.201010101010001E15", "3201010101010001"},
                                                       {"9007199254740993.0", "9007199254740993"},
                                                       {"1200e-2", "12"},
                                                       {"0e999999999", "0"}};
  for (const auto& [number, digits] : cases) {
    EXPECT_EQ(EventText(absl::StrCat(R"({"originalReferenceNo":)", number, R"(,"custId":)", number,
                                     R"(,"status":"x"})")),
              FromText(absl::StrCat("original_reference_no: '", digits, "' cust_id: '", digits, "'",
                                    rest)))
        << number;
  }
  for (const char* number : {"0.5", "3.2010101010100012E15", "1e999999999", "-1e-999999999"}) {
    EXPECT_EQ(EventText(absl::StrCat(R"({"originalReferenceNo":)", number, R"(,"status":"x"})")),
              "4000001 Invalid Field Format originalReferenceNo")
        << number;
    EXPECT_EQ(EventText(absl::StrCat(R"({"originalReferenceNo":"r","custId":)", number,
                                     R"(,"status":"x"})")),
              FromText("original_reference_no: 'r' status: UPGRADE_STATUS_OTHER status_text: 'x' "
                       "anomalies: ANOMALY_UNKNOWN_STATUS anomalies: ANOMALY_FIELD_UNREADABLE"))
        << number;
  }
}

TEST(ReadNotification, TextForAListIsADeviation) {
  const std::string body =
      R"({"originalReferenceNo":"r","custId":"c","status":"rejected","rejectReasons":"a"})";
  EXPECT_THAT(ReadBody(body).deviations, testing::ElementsAre("string_for_list"));
}

struct RefusedCase {
  std::string name;
  std::string body;
  std::string code;
  std::string message;
  std::string reference;
};

std::vector<RefusedCase> RefusedCases() {
  const std::string r = R"({"originalReferenceNo":"r",)";
  const std::string bad = "4000000", format = "4000001", missing = "4000002";
  const std::string bad_reference = "Invalid Field Format originalReferenceNo";
  const std::string no_reference = "Invalid Mandatory Field originalReferenceNo";
  const std::string bad_status = "Invalid Field Format status";
  const std::string no_status = "Invalid Mandatory Field status";
  return {
      {"Empty", "", bad, "Bad Request", ""},
      {"NotJson", "reference=r", bad, "Bad Request", ""},
      {"Cut", R"({"originalReferenceNo":"r","status":"appro)", bad, "Bad Request", ""},
      {"BytesBehind", r + R"("status":"approved"}})", bad, "Bad Request", ""},
      {"KeyTwice", r + R"("status":"approved","status":"rejected"})", bad, "Bad Request", ""},
      {"NotUtf8", r + "\"status\":\"\xff\"}", bad, "Bad Request", ""},
      {"TooDeep", r + R"("a":)" + std::string(40, '[') + std::string(40, ']') + "}", bad,
       "Bad Request", ""},
      {"List", R"([{"originalReferenceNo":"r","status":"approved"}])", bad, "Bad Request", ""},
      {"Text", R"("x")", bad, "Bad Request", ""},
      {"BareStatus", r + R"("status":approved})", bad, "Bad Request", ""},

      {"ReferenceIsABool", R"({"originalReferenceNo":true,"status":"x"})", format, bad_reference,
       ""},
      {"ReferenceIsAList", R"({"originalReferenceNo":[],"status":"x"})", format, bad_reference, ""},
      {"ReferenceTooLong",
       absl::StrCat(R"({"originalReferenceNo":")", std::string(129, 'r'), R"(","status":"x"})"),
       format, bad_reference, ""},
      {"StatusIsABool", r + R"("status":true})", format, bad_status, "r"},
      {"StatusIsAnObject", r + R"("status":{}})", format, bad_status, "r"},
      {"NestedStatusIsAList", r + R"("status":"approved","additionalInfo":{"status":[]}})", format,
       bad_status, "r"},
      {"StatusesDiffer", r + R"("status":"approved","additionalInfo":{"status":"rejected"}})",
       format, bad_status, "r"},

      {"ReferenceHasALineEnd", R"({"originalReferenceNo":"order\r\nX: 1","status":"x"})", format,
       bad_reference, ""},
      {"ReferenceHasANul", R"({"originalReferenceNo":"a\u0000b","status":"x"})", format,
       bad_reference, ""},
      {"ReferenceHasC1", R"({"originalReferenceNo":"a\u0085b","status":"x"})", format,
       bad_reference, ""},
      {"ReferenceTurnsAround", R"({"originalReferenceNo":"a\u202eb","status":"x"})", format,
       bad_reference, ""},
      {"ReferenceHasNoWidth", R"({"originalReferenceNo":"a\u200bb","status":"x"})", format,
       bad_reference, ""},
      {"CustIdHasALineEnd", r + R"("custId":"c\r\nX: 1","status":"x"})", format,
       "Invalid Field Format custId", "r"},
      {"CustIdIsUnseen", r + R"("custId":"\u200b","status":"x"})", format,
       "Invalid Field Format custId", "r"},

      {"BlankReference", R"({"originalReferenceNo":"            ","status":"x"})", missing,
       no_reference, ""},
      {"ReferenceOfTabs", R"({"originalReferenceNo":"\t\r\n","status":"x"})", missing, no_reference,
       ""},
      {"BlankStatus", r + R"("status":"  "})", missing, no_status, "r"},
      {"NoReference", R"({"status":"approved"})", missing, no_reference, ""},
      {"NullReference", R"({"originalReferenceNo":null,"status":"x"})", missing, no_reference, ""},
      {"EmptyReference", R"({"originalReferenceNo":"","status":"x"})", missing, no_reference, ""},
      {"NestedReference", R"({"status":"x","additionalInfo":{"originalReferenceNo":"r"}})", missing,
       no_reference, ""},
      {"NoFields", "{}", missing, no_reference, ""},
      {"NoStatus", R"({"originalReferenceNo":"r"})", missing, no_status, "r"},
      {"NullStatus", r + R"("status":null})", missing, no_status, "r"},
      {"EmptyStatus", r + R"("status":"","additionalInfo":{"status":""}})", missing, no_status,
       "r"},
      {"StatusOfBlanks", r + R"("status":" \t"})", missing, no_status, "r"},
      {"StatusInUnreadableInfo", r + R"("additionalInfo":"status"})", missing, no_status, "r"},
  };
}

TEST(ReadNotification, UnusableBodiesAreRefusedAsListed) {
  for (const RefusedCase& c : RefusedCases()) {
    const Read result = ReadBody(c.body);
    const auto* refusal = std::get_if<Refusal>(&result.read);
    ASSERT_NE(refusal, nullptr) << c.name;
    EXPECT_EQ(refusal->response_code, c.code) << c.name;
    EXPECT_EQ(refusal->response_message, c.message) << c.name;
    EXPECT_EQ(refusal->reference, c.reference) << c.name;
  }
}

TEST(ReadNotification, ReferenceOf128BytesIsRead) {
  const std::string reference(128, 'r');
  const Read result =
      ReadBody(absl::StrCat(R"({"originalReferenceNo":")", reference, R"(","status":"x"})"));
  ASSERT_TRUE(std::holds_alternative<UpgradeEvent>(result.read));
  EXPECT_EQ(std::get<UpgradeEvent>(result.read).original_reference_no(), reference);
}

}  // namespace
}  // namespace kyc::netzme
