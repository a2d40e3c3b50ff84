// Messages that are no requests at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;

constexpr char kMalformed[] = "INVALID_ARGUMENT MALFORMED_REQUEST not_sent -";

class MalformedTest : public GatewayTest {
 protected:
  void SetUp() override { Start(); }
  void TearDown() override {
    EXPECT_EQ(simulator().Count(), 0) << "none of these may be sent";
    GatewayTest::TearDown();
  }
};

// `bytes` with the first occurrence of `from` overwritten by `to`, of the same length.
std::string Overwritten(std::string bytes, const std::string& from, const std::string& to) {
  return bytes.replace(bytes.find(from), to.size(), to);
}

TEST_F(MalformedTest, InvalidUtf8IsRefused) {
  const std::string name(kName);
  const std::string broken = "\xc3\x28" + name.substr(2);
  const std::string validate = Validate().SerializeAsString();
  EXPECT_EQ(client().Raw(kValidateMethod, Overwritten(validate, name, broken)).error.Summary(),
            kMalformed);
  const std::string reference = Liveness().cust_ref_no();
  for (const char* bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    const std::string bytes = Overwritten(Liveness().SerializeAsString(), reference, bad);
    EXPECT_EQ(client().Raw(kLivenessMethod, bytes).error.Summary(), kMalformed);
  }
  const std::string mother = Widget().personal_data().biological_mother_name();
  EXPECT_EQ(client()
                .Raw(kWidgetMethod, Overwritten(Widget().SerializeAsString(), mother, "\x80"))
                .error.Summary(),
            kMalformed);
}

TEST_F(MalformedTest, CutMessageIsRefused) {
  const std::string whole = Widget().SerializeAsString();
  for (const size_t size : {size_t{1}, size_t{30}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_EQ(client().Raw(kWidgetMethod, whole.substr(0, size)).error.Summary(), kMalformed)
        << size << " of " << whole.size();
  }
}

TEST_F(MalformedTest, BytesThatAreNoProtobufAreRefused) {
  for (const char* bytes : {"\x07", "{\"custRefNo\": \"PlantRef9\"}", "\xff\xff\xff\xff\xff\xff"}) {
    EXPECT_EQ(client().Raw(kValidateMethod, bytes).error.Summary(), kMalformed) << bytes;
  }
}

TEST_F(MalformedTest, EmptyMessageIsAnInvalidRequestNotAMalformedOne) {
  EXPECT_EQ(client().Raw(kLivenessMethod, "").error.Summary(),
            "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
}

TEST_F(MalformedTest, MessageOverTheLargestIsRefused) {
  const ErrorView error = client().Raw(kWidgetMethod, std::string(17'900'000, '\x0a')).error;
  EXPECT_EQ(error.Summary(), "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
  EXPECT_THAT(error.message, HasSubstr("must be at most 17825792 bytes"));
}

// Under what the widget's messages may have, over what this method's may.
TEST_F(MalformedTest, MessageOverItsMethodsLargestIsRefused) {
  ValidateRequest request = Validate();
  request.mutable_selfie_image()->resize((8 << 20) + (64 << 10), 'x');
  const ErrorView error = client().ValidateId(request).error;
  EXPECT_EQ(error.Summary(), "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
  EXPECT_THAT(error.message, HasSubstr("must be at most 8454144 bytes"));
}

TEST_F(MalformedTest, CompressedMessageIsRefused) {
  const ErrorView error = client().ValidateId(Validate(), {.compress = true}).error;
  EXPECT_EQ(error.code, "UNIMPLEMENTED") << error.message;
}

TEST_F(MalformedTest, UnknownMethodAndServiceAreUnimplemented) {
  for (const char* method : {"/widekyc.v1.WideKycService/DetectDeath", "/no.such.v1.Service/Call",
                             "/finpay.linkage.v1.UpgradeAccountService/", "/x"}) {
    EXPECT_EQ(client().Raw(method, "").error.Summary(), "UNIMPLEMENTED UNKNOWN_METHOD not_sent -")
        << method;
  }
}

}  // namespace
}  // namespace kyc::tests
