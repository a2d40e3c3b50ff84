#include "clients/kyc/json_print.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "widekyc/v1/widekyc.pb.h"

namespace kyc::client {
namespace {

std::string Print(const google::protobuf::Message& message, JsonStyle style = {}) {
  return PrintJson(message, *google::protobuf::DescriptorPool::generated_pool(), style);
}

TEST(JsonPrint, EmptyMessageIsEmptyBrackets) { EXPECT_EQ(Print(::netzme::v1::CaughtUp()), "{}"); }

TEST(JsonPrint, EventIsIndentedByTwo) {
  ::netzme::v1::UpgradeEvent event;
  event.set_sequence(9007199254740993);
  event.mutable_received_time()->set_seconds(1);
  event.mutable_received_time()->set_nanos(5000);
  event.add_anomalies(::netzme::v1::ANOMALY_MISSING_CUST_ID);
  event.set_status(static_cast<::netzme::v1::UpgradeStatus>(77));
  event.set_raw_body("\xFF\x01");
  EXPECT_EQ(Print(event), R"({
  "sequence": "9007199254740993",
  "receivedTime": "1970-01-01T00:00:01.000005Z",
  "anomalies": [
    "ANOMALY_MISSING_CUST_ID"
  ],
  "status": 77,
  "rawBody": "/wE="
})");
}

TEST(JsonPrint, OneLineHasNoSpaces) {
  ::netzme::v1::WatchUpgradesResponse response;
  response.mutable_started()->set_newest_cursor("a");
  response.set_cursor("b");
  EXPECT_EQ(Print(response, {.one_line = true}),
            R"({"started":{"newestCursor":"a"},"cursor":"b"})");
}

TEST(JsonPrint, DefaultsOnRequestButNotOfOneofs) {
  ::widekyc::v1::ValidateIdResponse response;
  response.set_nik(false);
  EXPECT_EQ(Print(response, {.one_line = true}), R"({"nik":false})");
  EXPECT_EQ(Print(response, {.one_line = true, .emit_defaults = true}),
            R"({"nik":false,"transaction":null})");
  EXPECT_EQ(Print(::netzme::v1::ListUpgradesResponse(), {.one_line = true, .emit_defaults = true}),
            R"({"events":[],"nextPageToken":""})");
}

TEST(JsonPrint, MapKeysAreSorted) {
  ::google::rpc::ErrorInfo info;
  for (const char* key : {"z", "a", "m"}) (*info.mutable_metadata())[key] = "1";
  EXPECT_EQ(Print(info, {.one_line = true}), R"({"metadata":{"a":"1","m":"1","z":"1"}})");
}

TEST(JsonPrint, AnyOfKnownUnknownAndWellKnownTypes) {
  ::google::rpc::ErrorInfo info;
  info.set_reason("R");
  info.set_domain("d");
  google::protobuf::Any any;
  any.PackFrom(info);
  EXPECT_EQ(Print(any, {.one_line = true}),
            R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"d","reason":"R"})");
  any.PackFrom(::google::rpc::RetryInfo());
  google::protobuf::Duration delay;
  delay.set_seconds(-1);
  delay.set_nanos(-500'000'000);
  any.PackFrom(delay);
  EXPECT_EQ(Print(any, {.one_line = true}),
            R"({"@type":"type.googleapis.com/google.protobuf.Duration","value":"-1.500s"})");
  any.set_type_url("type.googleapis.com/no.such.Type");
  any.set_value("abc");
  EXPECT_EQ(Print(any, {.one_line = true}),
            R"({"@type":"type.googleapis.com/no.such.Type","@value":"YWJj"})");
}

TEST(JsonPrint, StructuresPrintAsWhatTheyHold) {
  google::protobuf::Value value;
  const std::string json = R"({"a":[1,null,true,"x",{}]})";
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &value).ok());
  EXPECT_EQ(Print(value, {.one_line = true}), json);
  google::protobuf::DoubleValue number;
  number.set_value(-1.0 / 0.0);
  EXPECT_EQ(Print(number), "\"-Infinity\"");
}

}  // namespace
}  // namespace kyc::client
