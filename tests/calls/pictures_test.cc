// Pictures arrive at the upstream byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr size_t kMostBytes = 8 << 20;

struct Size {
  Format format;
  size_t bytes;
};

constexpr Size kSizes[] = {{Format::kJpeg, 100'000},   {Format::kPng, 100'000},
                           {Format::kJpeg, 1'000'000}, {Format::kPng, 1'000'000},
                           {Format::kJpeg, 4'000'000}, {Format::kPng, 4'000'000}};

std::string MediaType(Format format) {
  return format == Format::kJpeg ? "image/jpeg" : "image/png";
}

std::string Name(const Size& size) { return absl::StrCat(MediaType(size.format), " ", size.bytes); }

// The picture that a record of the simulator holds for this field, in one text.
std::string ReceivedPicture(const boost::json::object& received, const std::string& field) {
  const boost::json::object& image = received.at("images").at(field).as_object();
  return absl::StrCat(std::string(image.at("type").as_string()), " ",
                      image.at("bytes").to_number<size_t>(), " ",
                      std::string(image.at("sha256").as_string()));
}

std::string Expected(const std::string& type, absl::string_view picture) {
  return absl::StrCat(type, " ", picture.size(), " ", Sha256(picture));
}

// A file of this size that begins as a JPEG does: more than the gateway looks at.
std::string AsJpeg(size_t bytes) {
  std::string file = Picture(Format::kJpeg);
  file.resize(bytes, '\x5a');
  return file;
}

class PicturesTest : public GatewayTest {};

TEST_F(PicturesTest, LivenessSelfieArrivesUnchanged) {
  Start();
  for (const Size& size : kSizes) {
    const std::string picture = Picture(size.format, size.bytes);
    LivenessRequest request = Liveness(absl::StrCat("p", &size - kSizes));
    request.set_selfie_image(picture);
    const auto reply = client().DetectLiveness(request);
    ASSERT_EQ(reply.error.Summary(), "OK") << Name(size);
    EXPECT_TRUE(reply.response.live());
    EXPECT_EQ(ReceivedPicture(simulator().ReceivedOnce(request.cust_ref_no()), "selfie_image"),
              Expected(MediaType(size.format), picture));
  }
}

TEST_F(PicturesTest, CardToRecognizeArrivesUnchanged) {
  Start();
  for (const Size& size : kSizes) {
    const std::string picture = Picture(size.format, size.bytes);
    RecognizeRequest request = Recognize(absl::StrCat("p", &size - kSizes));
    request.set_id_image(picture);
    const auto reply = client().RecognizeId(request);
    ASSERT_EQ(reply.error.Summary(), "OK") << Name(size);
    EXPECT_EQ(ReceivedPicture(simulator().ReceivedOnce(request.cust_ref_no()), "id_image"),
              Expected(MediaType(size.format), picture));
  }
}

TEST_F(PicturesTest, ValidationSelfieArrivesUnchanged) {
  Start();
  for (const Size& size : kSizes) {
    const std::string picture = Picture(size.format, size.bytes);
    ValidateRequest request = Validate(absl::StrCat("p", &size - kSizes));
    request.set_selfie_image(picture);
    const auto reply = client().ValidateId(request);
    ASSERT_EQ(reply.error.Summary(), "OK") << Name(size);
    EXPECT_EQ(ReceivedPicture(simulator().ReceivedOnce(request.cust_ref_no()), "selfie_image"),
              Expected(MediaType(size.format), picture));
  }
}

TEST_F(PicturesTest, BothPicturesOfAWidgetArriveUnchanged) {
  Start();
  for (const Size& size : kSizes) {
    const std::string ktp = Picture(size.format, size.bytes);
    const std::string selfie = Picture(Format::kPng, 100'000);
    WidgetRequest request = Widget(absl::StrCat("777", &size - kSizes));
    request.mutable_images()->mutable_ktp()->set_content(ktp);
    request.mutable_images()->mutable_selfie()->set_content(selfie);
    const auto reply = client().CreateWidget(request);
    ASSERT_EQ(reply.error.Summary(), "OK") << Name(size);
    const boost::json::object received = simulator().ReceivedOnce(request.partner_reference_no());
    EXPECT_EQ(ReceivedPicture(received, "images.ktp"), Expected(MediaType(size.format), ktp));
    EXPECT_EQ(ReceivedPicture(received, "images.selfie"), Expected("image/png", selfie));
  }
}

TEST_F(PicturesTest, WebpArrivesUnchanged) {
  Start();
  const std::string picture =
      absl::StrCat("RIFF\x24\x01", std::string(2, '\0'), "WEBPVP8 ", std::string(290, '\x11'));
  LivenessRequest request = Liveness();
  request.set_selfie_image(picture);
  ASSERT_EQ(client().DetectLiveness(request).error.Summary(), "OK");
  EXPECT_EQ(ReceivedPicture(simulator().ReceivedOnce(request.cust_ref_no()), "selfie_image"),
            Expected("image/webp", picture));
  WidgetRequest widget = Widget();
  widget.mutable_images()->mutable_ktp()->set_content(picture);
  ASSERT_EQ(client().CreateWidget(widget).error.Summary(), "OK");
  EXPECT_EQ(ReceivedPicture(simulator().ReceivedOnce(widget.partner_reference_no()), "images.ktp"),
            Expected("image/webp", picture));
}

TEST_F(PicturesTest, LargestPictureArrivesUnchanged) {
  Start();
  const std::string picture = AsJpeg(kMostBytes);
  ValidateRequest validate = Validate();
  validate.set_selfie_image(picture);
  ASSERT_EQ(client().ValidateId(validate).error.Summary(), "OK");
  EXPECT_EQ(ReceivedPicture(simulator().ReceivedOnce(validate.cust_ref_no()), "selfie_image"),
            Expected("image/jpeg", picture));
  WidgetRequest widget = Widget();
  widget.mutable_images()->mutable_ktp()->set_content(picture);
  widget.mutable_images()->mutable_selfie()->set_content(picture);
  ASSERT_EQ(client().CreateWidget(widget).error.Summary(), "OK");
  const boost::json::object received = simulator().ReceivedOnce(widget.partner_reference_no());
  EXPECT_EQ(ReceivedPicture(received, "images.ktp"), Expected("image/jpeg", picture));
  EXPECT_EQ(ReceivedPicture(received, "images.selfie"), Expected("image/jpeg", picture));
}

TEST_F(PicturesTest, OneByteMoreThanTheLargestIsRefused) {
  Start();
  const std::string picture = AsJpeg(kMostBytes + 1);
  LivenessRequest liveness = Liveness();
  liveness.set_selfie_image(picture);
  const ErrorView error = client().DetectLiveness(liveness).error;
  EXPECT_EQ(error.Summary(), "INVALID_ARGUMENT INVALID_REQUEST not_sent BadRequest");
  EXPECT_THAT(error.violations,
              testing::ElementsAre("selfie_image: must be at most 8388608 bytes"));
  WidgetRequest widget = Widget();
  widget.mutable_images()->mutable_ktp()->set_content(picture);
  EXPECT_THAT(client().CreateWidget(widget).error.violations,
              testing::ElementsAre("images.ktp.content: must be at most 8388608 bytes"));
  EXPECT_EQ(simulator().Count(), 0);
}

}  // namespace
}  // namespace kyc::tests
