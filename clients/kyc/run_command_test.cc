#include "clients/kyc/run_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "clients/kyc/testing/fake_gateway.h"

namespace kyc::client {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int exit = -1;
  std::string out;
  std::string err;
};

// In kyc's own order: list ADDRESS..., describe ADDRESS..., call ADDRESS METHOD FLAGS....
std::vector<std::string> InGrpcurlsOrder(const std::vector<std::string>& words) {
  std::vector<std::string> line = {"grpcurl", "-plaintext"};
  if (words[0] == "grpcurl") return words;
  if (words[0] != "call") {
    line.insert(line.end(), {words[1], words[0]});
    line.insert(line.end(), words.begin() + 2, words.end());
    return line;
  }
  line.insert(line.end(), words.begin() + 3, words.end());
  line.insert(line.end(), {words[1], words[2]});
  return line;
}

Outcome Kyc(const std::vector<std::string>& arguments, const std::string& input = "") {
  const auto command = ParseCommand(InGrpcurlsOrder(arguments));
  EXPECT_TRUE(command.ok()) << command.status();
  std::istringstream in(input);
  std::ostringstream out, err;
  Outcome outcome;
  outcome.exit = RunCommand(*command, in, out, err);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

constexpr char kLiveness[] = "widekyc.v1.WideKycService/DetectLiveness";

TEST(RunCommand, ListNamesServicesSortedAndMethods) {
  FakeGateway server;
  EXPECT_EQ(Kyc({"list", server.address()}).out,
            "netzme.v1.UpgradeNotificationService\nwidekyc.v1.WideKycService\n");
  EXPECT_EQ(Kyc({"list", server.address(), "widekyc.v1.WideKycService"}).out,
            "widekyc.v1.WideKycService.DetectLiveness\nwidekyc.v1.WideKycService.RecognizeId\n"
            "widekyc.v1.WideKycService.ValidateId\n");
}

TEST(RunCommand, DescribePrintsSource) {
  FakeGateway server;
  EXPECT_THAT(Kyc({"describe", server.address(), "netzme.v1.UpgradeNotificationService"}).out,
              HasSubstr("  rpc WatchUpgrades ( .netzme.v1.WatchUpgradesRequest ) returns ( stream "
                        ".netzme.v1.WatchUpgradesResponse );\n}\n"));
  EXPECT_EQ(Kyc({"describe", server.address(), ".netzme.v1.CaughtUp"}).out,
            "netzme.v1.CaughtUp is a message:\nmessage CaughtUp {\n}\n");
  EXPECT_EQ(Kyc({"describe", server.address(), "netzme.v1.GetUpgradeRequest"}).out,
            "netzme.v1.GetUpgradeRequest is a message:\nmessage GetUpgradeRequest {\n"
            "  string original_reference_no = 1 [(.kyc.options.v1.personal) = PERSONAL_BASIC];\n"
            "  .netzme.v1.View view = 2;\n"
            "  string account = 3;\n}\n");
  const Outcome missing = Kyc({"describe", server.address(), "no.Such"});
  EXPECT_EQ(missing.exit, 1);
  EXPECT_EQ(missing.err, "Failed to resolve symbol \"no.Such\": Symbol not found: no.Such\n");
}

TEST(RunCommand, CallPrintsTheReplyAsGrpcurlDoes) {
  FakeGateway server;
  const Outcome outcome =
      Kyc({"grpcurl", "-plaintext", "-H", "x-test: here", "-d",
           R"({"custRefNo":"1","selfie_image":"YWJj"})", server.address(), kLiveness});
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_EQ(server.last_header(), "here");
  EXPECT_EQ(outcome.out, R"({
  "live": true,
  "transaction": {
    "status": "success",
    "trxId": "\u003ca\u0026b\u003e \"é\"",
    "refId": "abc",
    "timestamp": "2023-03-29T03:31:56.281Z"
  }
}
)");
}

TEST(RunCommand, TextGoesBothWaysAsGrpcurlHasIt) {
  ::netzme::v1::WatchUpgradesResponse first, second;
  first.set_cursor("c1");
  second.mutable_caught_up();
  FakeGateway server({{{first, second}, grpc::Status::OK}});
  const auto text = [&](const std::string& method, const std::string& data) {
    return Kyc({"grpcurl", "-plaintext", "-format", "text", "-d", data, server.address(), method});
  };
  EXPECT_THAT(text(kLiveness, "cust_ref_no: \"1\" selfie_image: \"abc\"").out,
              StartsWith("live: true\ntransaction {\n  status: \"success\"\n"));
  EXPECT_EQ(text("netzme.v1.UpgradeNotificationService/WatchUpgrades", "").out,
            "cursor: \"c1\"\n\x1e"
            "caught_up {\n}\n");
  EXPECT_THAT(text(kLiveness, "nope: 1").err, HasSubstr("request data: line 1, col 5: "));
  EXPECT_THAT(text(kLiveness, "\x1e\x1e").err, HasSubstr("contained more than 1 message"));
  EXPECT_THAT(text(kLiveness, "cust_ref_no: \"quota\"").err,
              HasSubstr("1)\t[type.googleapis.com/google.rpc.ErrorInfo] {\n    \t  reason: "));
}

TEST(RunCommand, AllThatIsSentAndComesBackIsSaidWhereThatIsWanted) {
  FakeGateway server;
  const auto said = [&](const char* much) {
    return Kyc({"grpcurl", "-plaintext", much, "-H", "authorization: Bearer secret", "-d",
                R"({"custRefNo":"1","selfie_image":"YWJj"})", server.address(), kLiveness})
        .out;
  };
  EXPECT_THAT(said("-v"), StartsWith(R"(
Resolved method descriptor:
rpc DetectLiveness ( .widekyc.v1.DetectLivenessRequest ) returns ( .widekyc.v1.DetectLivenessResponse );

Request metadata to send:
authorization: (not shown)

Response headers received:
(empty)

Response contents:
{
  "live": true,)"));
  EXPECT_THAT(said("-v"), EndsWith(R"(
Response trailers received:
(empty)
Sent 1 request and received 1 response
)"));
  EXPECT_THAT(said("-vv"), AllOf(HasSubstr("\nEstimated response size: "),
                                 HasSubstr("\nTiming Data: "), HasSubstr("\n  InvokeRPC: ")));
}

TEST(RunCommand, DataComesFromStdinForAt) {
  FakeGateway server;
  const Outcome outcome =
      Kyc({"call", server.address(), kLiveness, "-d", "@"}, R"({"selfieImage":"eHl6"})");
  EXPECT_THAT(outcome.out, HasSubstr("\"refId\": \"xyz\""));
}

TEST(RunCommand, FailedCallPrintsEveryDetail) {
  FakeGateway server;
  const Outcome outcome =
      Kyc({"call", server.address(), kLiveness, "-d", R"({"custRefNo":"quota"})"});
  EXPECT_EQ(outcome.exit, 64 + 8);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "ERROR:\n  Code: ResourceExhausted\n  Message: No quota is left [QUOTA_EXCEEDED]\n"
            "  Details:\n"
            "  1)\t{\n"
            "    \t  \"@type\": \"type.googleapis.com/google.rpc.ErrorInfo\",\n"
            "    \t  \"domain\": \"widekyc\",\n"
            "    \t  \"metadata\": {\n"
            "    \t    \"outcome\": \"refused\",\n"
            "    \t    \"upstream\": \"widekyc\"\n"
            "    \t  },\n"
            "    \t  \"reason\": \"QUOTA_EXCEEDED\"\n"
            "    \t}\n"
            "  2)\t{\n"
            "    \t  \"@type\": \"type.googleapis.com/google.rpc.QuotaFailure\",\n"
            "    \t  \"violations\": [\n"
            "    \t    {\n"
            "    \t      \"subject\": \"account:default\"\n"
            "    \t    }\n"
            "    \t  ]\n"
            "    \t}\n");
}

TEST(RunCommand, StreamPrintsMessagesThenTheError) {
  ::netzme::v1::WatchUpgradesResponse message;
  message.set_cursor("c1");
  FakeGateway server({{{message}, grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "gone")}});
  const Outcome outcome = Kyc(
      {"call", server.address(), "netzme.v1.UpgradeNotificationService.WatchUpgrades", "-d", "{}"});
  EXPECT_EQ(outcome.out, "{\n  \"cursor\": \"c1\"\n}\n");
  EXPECT_EQ(outcome.err, "ERROR:\n  Code: OutOfRange\n  Message: gone\n");
  EXPECT_EQ(outcome.exit, 64 + 11);
}

TEST(RunCommand, WhatFailsBeforeTheCallExitsWithOne) {
  FakeGateway server;
  const auto error = [&](const std::string& method, const std::string& data) {
    const Outcome outcome = Kyc({"call", server.address(), method, "-d", data});
    EXPECT_EQ(outcome.exit, 1);
    return outcome.err;
  };
  EXPECT_EQ(error("no.Such/Method", "{}"),
            "Error invoking method \"no.Such/Method\": target server does not expose service "
            "\"no.Such\"\n");
  EXPECT_THAT(error("widekyc.v1.WideKycService/Fly", "{}"),
              HasSubstr("does not include a method named \"Fly\""));
  EXPECT_THAT(error(kLiveness, "{} {}"), HasSubstr("contained more than 1 message"));
  EXPECT_THAT(error(kLiveness, "{\"nope\":1}"), HasSubstr("nope: Cannot find field"));
  EXPECT_THAT(error(kLiveness, "{"), HasSubstr("does not end"));
}

TEST(RunCommand, NoErrorShowsAPicture) {
  FakeGateway server;
  const std::string picture(100'000, 'Q');
  const auto error = [&](const std::string& method, const std::string& data) {
    const Outcome outcome = Kyc({"grpcurl", "-plaintext", "-d", data, server.address(), method});
    EXPECT_NE(outcome.exit, 0) << method;
    EXPECT_LT(outcome.err.size(), 1000u) << method;
    return outcome.err;
  };
  EXPECT_THAT(error(kLiveness, "{\"selfieImage\":\"" + picture + "!\"}"), HasSubstr("characters)"));
  EXPECT_THAT(error(kLiveness, "{\"selfieImage\":\"" + picture + "\" 1}"), HasSubstr("Expected"));
  error(kLiveness, "{\"selfieImage\":\"" + picture);
  error(kLiveness, "{\"" + picture + "\":1}");
  error(kLiveness, "{\"selfieImage\":" + picture + "}");
  error(kLiveness, "{\"custRefNo\":[\"" + picture + "\"]}");
  error(picture, "{}");
  error("widekyc.v1.WideKycService/" + picture, "{}");
}

TEST(RunCommand, NobodyListensIsSaid) {
  std::string address;
  { address = FakeGateway().address(); }
  const Outcome outcome = Kyc({"list", address});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_THAT(outcome.err, StartsWith("Failed to list services: failed to connect"));
}

}  // namespace
}  // namespace kyc::client
