#include "server/rpc/large_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "finpay/linkage/v1/linkage.pb.h"
#include "server/call/error.h"

namespace kyc::rpc {
namespace {

using ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;

const std::vector<FieldPath> kImages = {{4, 1, 1}, {4, 2, 1}};

// The bytes in slices of the given lengths, the last of which takes the rest.
std::shared_ptr<grpc::ByteBuffer> InSlices(const std::string& bytes,
                                           const std::vector<size_t>& lengths) {
  std::vector<grpc::Slice> slices;
  size_t at = 0;
  for (size_t length : lengths) {
    slices.emplace_back(bytes.substr(std::min(at, bytes.size()), length));
    at += length;
  }
  if (at < bytes.size()) slices.emplace_back(bytes.substr(at));
  return std::make_shared<grpc::ByteBuffer>(slices.data(), slices.size());
}

std::string Joined(const Blob& blob) {
  std::string all;
  for (absl::string_view piece : blob.pieces) all.append(piece.data(), piece.size());
  return all;
}

CreateUpgradeAccountWidgetRequest Sample(const std::string& ktp, const std::string& selfie) {
  CreateUpgradeAccountWidgetRequest request;
  request.set_partner_reference_no("202411011441000012");
  request.mutable_images()->mutable_ktp()->set_content(ktp);
  request.mutable_images()->mutable_ktp()->set_is_editable(false);
  request.mutable_images()->mutable_selfie()->set_content(selfie);
  request.mutable_personal_data()->set_email("budi.santoso@email.com");
  return request;
}

void ExpectSplit(const CreateUpgradeAccountWidgetRequest& whole,
                 const std::shared_ptr<grpc::ByteBuffer>& bytes) {
  CreateUpgradeAccountWidgetRequest message;
  std::vector<Blob> blobs;
  ASSERT_TRUE(ParseApart(bytes, kImages, message, blobs).ok());
  EXPECT_EQ(Joined(blobs[0]), whole.images().ktp().content());
  EXPECT_EQ(Joined(blobs[1]), whole.images().selfie().content());
  CreateUpgradeAccountWidgetRequest rest = whole;
  if (rest.has_images() && rest.images().has_ktp()) {
    rest.mutable_images()->mutable_ktp()->clear_content();
  }
  if (rest.has_images() && rest.images().has_selfie()) {
    rest.mutable_images()->mutable_selfie()->clear_content();
  }
  EXPECT_EQ(message.SerializeAsString(), rest.SerializeAsString());
}

TEST(LargeFieldsTest, ImagesAreTakenOutWhateverTheSlices) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const auto whole = Sample(std::string(random() % 5000, 'k'), std::string(random() % 90, 's'));
    std::vector<size_t> lengths;
    for (unsigned i = random() % 40; i > 0; --i) lengths.push_back(random() % 300);
    const auto bytes = InSlices(whole.SerializeAsString(), lengths);
    ExpectSplit(whole, bytes);
  }
}

TEST(LargeFieldsTest, AbsentImagesAreEmptyAndStayAbsent) {
  CreateUpgradeAccountWidgetRequest whole;
  whole.set_phone_no("6281295288912");
  const auto bytes = InSlices(whole.SerializeAsString(), {});
  ExpectSplit(whole, bytes);
}

TEST(LargeFieldsTest, PiecesPointIntoTheBuffer) {
  const auto whole = Sample(std::string(100'000, 'k'), "");
  grpc::Slice slice(whole.SerializeAsString());
  const auto bytes = std::make_shared<grpc::ByteBuffer>(&slice, 1);
  CreateUpgradeAccountWidgetRequest message;
  std::vector<Blob> blobs;
  ASSERT_TRUE(ParseApart(bytes, kImages, message, blobs).ok());
  ASSERT_EQ(blobs[0].pieces.size(), 1u);
  const char* begin = reinterpret_cast<const char*>(slice.begin());
  EXPECT_GE(blobs[0].pieces[0].data(), begin);
  EXPECT_LE(blobs[0].pieces[0].data() + 100'000, begin + slice.size());
}

TEST(LargeFieldsTest, RequestIsHeldByTheLastPieceOfAnImage) {
  const auto whole = Sample(std::string(2000, 'k'), std::string(2000, 's'));
  auto bytes = InSlices(whole.SerializeAsString(), {1500, 1500});
  const std::weak_ptr<grpc::ByteBuffer> request = bytes;
  CreateUpgradeAccountWidgetRequest message;
  std::vector<Blob> blobs;
  ASSERT_TRUE(ParseApart(bytes, kImages, message, blobs).ok());
  EXPECT_EQ(bytes->Length(), 0u);
  bytes.reset();
  blobs[0] = Blob();
  for (size_t i = 0; i < blobs[1].owners.size(); ++i) {
    EXPECT_FALSE(request.expired()) << i;
    blobs[1].owners[i].reset();
  }
  EXPECT_TRUE(request.expired());
}

TEST(LargeFieldsTest, LastOfTwoOccurrencesCountsAndMessagesMerge) {
  CreateUpgradeAccountWidgetRequest first = Sample("first", "selfie"), second;
  second.mutable_images()->mutable_ktp()->set_content("second");
  const std::string both = first.SerializeAsString() + second.SerializeAsString();
  CreateUpgradeAccountWidgetRequest whole;
  ASSERT_TRUE(whole.ParseFromString(both));
  const auto bytes = InSlices(both, {});
  ExpectSplit(whole, bytes);
}

TEST(LargeFieldsTest, EveryCutIsRefusedOrParsesAsProtobufDoes) {
  const std::string whole = Sample("ktp-bytes", "selfie-bytes").SerializeAsString();
  for (size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    const auto bytes = InSlices(cut, {3});
    CreateUpgradeAccountWidgetRequest message, reference;
    std::vector<Blob> blobs;
    EXPECT_EQ(ParseApart(bytes, kImages, message, blobs).ok(), reference.ParseFromString(cut))
        << length;
  }
}

// Of `value`, in so many bytes.
std::string Padded(uint64_t value, size_t bytes) {
  std::string varint;
  for (; varint.size() + 1 < bytes; value >>= 7) {
    varint.push_back(static_cast<char>((value & 0x7f) | 0x80));
  }
  varint.push_back(static_cast<char>(value));
  return varint;
}

void ExpectAsProtobufDoes(const std::string& bytes, bool taken, const std::string& what) {
  CreateUpgradeAccountWidgetRequest whole;
  ASSERT_EQ(whole.ParseFromString(bytes), taken) << what;
  if (taken) return ExpectSplit(whole, InSlices(bytes, {2}));
  CreateUpgradeAccountWidgetRequest message;
  std::vector<Blob> blobs;
  EXPECT_EQ(ReasonOf(ParseApart(InSlices(bytes, {2}), kImages, message, blobs)),
            "MALFORMED_REQUEST")
      << what;
}

TEST(LargeFieldsTest, VarintsAreAsLongAsProtobufTakesThem) {
  for (size_t bytes = 1; bytes <= 11; ++bytes) {
    const std::string many = std::to_string(bytes);
    const bool tag_or_length = bytes <= 5;
    // Of phone_no; and on the way to an image.
    ExpectAsProtobufDoes(Padded(18, bytes) + "\x01p", tag_or_length, "tag of " + many);
    ExpectAsProtobufDoes("\x12" + Padded(1, bytes) + "p", tag_or_length, "length of " + many);
    const std::string ktp = Padded(10, bytes) + "\x03ktp";
    const std::string image = "\x0a" + Padded(ktp.size(), bytes) + ktp;
    ExpectAsProtobufDoes("\x22" + Padded(image.size(), bytes) + image, tag_or_length,
                         "an image's of " + many);
    ExpectAsProtobufDoes("\x98\x06" + Padded(7, bytes), bytes <= 10, "value of " + many);
  }
  // Bits beyond the 32 of a tag are dropped, those beyond the 31 of a length are not.
  ExpectAsProtobufDoes("\x92\x80\x80\x80\x70\x01p", true, "a tag of 35 bits");
  ExpectAsProtobufDoes("\x12\x81\x80\x80\x80\x70p", false, "a length of 35 bits");
  ExpectAsProtobufDoes("\x12\xff\xff\xff\xff\x07p", false, "a length of 2 GiB");
}

TEST(LargeFieldsTest, GroupsAreSkippedAsProtobufDoes) {
  const std::string images = Sample("k", "s").SerializeAsString();
  for (const auto& [bytes, taken] : std::vector<std::pair<std::string, bool>>{
           {"\x93\x03\x94\x03", true},
           {"\x93\x03" + images + "\x94\x03" + images, true},  // The former are nobody's.
           {"\x93\x03\x9b\x03\x9c\x03\x94\x03" + images, true},
           {"\x93\x03" + images, false},
           {"\x93\x03\x9c\x03", false},
           {"\x94\x03", false},
           {"\x22\x04\x93\x03\x94\x03", true},
           {"\x22\x02\x93\x03\x94\x03", false},
           {"\x93\x03\x22\x02\x94\x03\x94\x03", true},
       }) {
    ExpectAsProtobufDoes(bytes, taken, testing::PrintToString(bytes));
  }
}

TEST(LargeFieldsTest, MuchBesideTheImagesIsMalformed) {
  std::string empty_fields;
  for (int i = 0; i < 5000; ++i) empty_fields += std::string("\x7a\x00", 2);
  std::string images;  // Each time another one, the last of which would count.
  for (int i = 0; i < 5000; ++i) images += std::string("\x22\x00", 2);
  CreateUpgradeAccountWidgetRequest long_text;
  long_text.set_phone_no(std::string(2 << 20, '6'));
  for (const std::string& much : {empty_fields, images, long_text.SerializeAsString()}) {
    const auto bytes = InSlices(much, {});
    CreateUpgradeAccountWidgetRequest message;
    std::vector<Blob> blobs;
    EXPECT_EQ(ReasonOf(ParseApart(bytes, kImages, message, blobs)), "MALFORMED_REQUEST");
  }
}

// So that its field's rule is what the caller is told of.
TEST(LargeFieldsTest, ATextThatIsFarTooLongIsStillRead) {
  CreateUpgradeAccountWidgetRequest whole;
  whole.set_phone_no(std::string(100'000, '6'));
  ExpectSplit(whole, InSlices(whole.SerializeAsString(), {}));
}

TEST(LargeFieldsTest, OfMuchTheUnknownIsNotKept) {
  std::string much = Sample("k", "s").SerializeAsString();
  const size_t known = much.size();
  for (int i = 0; i < 100; ++i) {
    much += "\xfa\x3f\x80\x10" + std::string(2048, 'u');  // Field 1023.
  }
  const auto bytes = InSlices(much, {});
  CreateUpgradeAccountWidgetRequest message;
  std::vector<Blob> blobs;
  ASSERT_TRUE(ParseApart(bytes, kImages, message, blobs).ok());
  EXPECT_LE(message.ByteSizeLong(), known);
}

TEST(LargeFieldsTest, GarbageIsMalformed) {
  for (const std::string& garbage :
       {std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), std::string("\x0b"),
        std::string("\x22\x7f"), std::string("\x0a\x02\xc3\x28")}) {
    const auto bytes = InSlices(garbage, {});
    CreateUpgradeAccountWidgetRequest message;
    std::vector<Blob> blobs;
    EXPECT_EQ(ReasonOf(ParseApart(bytes, kImages, message, blobs)), "MALFORMED_REQUEST");
  }
}

}  // namespace
}  // namespace kyc::rpc
