// Any bytes, in slices of any size: ParseApart takes what the generated parser takes, and makes the
// same of it.
#include <memory>
#include <string>
#include <vector>

#include "finpay/linkage/v1/linkage.pb.h"
#include "server/rpc/large_fields.h"
#include "tools/fuzz/input.h"

namespace {

using ::finpay::linkage::v1::CreateUpgradeAccountWidgetRequest;
using kyc::fuzz::Input;
using kyc::fuzz::Require;

const std::vector<kyc::rpc::FieldPath> kImages = {{4, 1, 1}, {4, 2, 1}};
// Fewer than the fields that a message may have beside its images.
constexpr size_t kMaxBytes = 4096;

std::shared_ptr<grpc::ByteBuffer> InSlices(absl::string_view bytes, size_t piece) {
  std::vector<grpc::Slice> slices;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    slices.emplace_back(std::string(bytes.substr(at, piece)));
  }
  return std::make_shared<grpc::ByteBuffer>(slices.data(), slices.size());
}

std::string Joined(const kyc::Blob& blob) {
  std::string all;
  for (absl::string_view piece : blob.pieces) all.append(piece.data(), piece.size());
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  const size_t piece = 1 + input.Byte();
  const absl::string_view bytes = input.rest().substr(0, kMaxBytes);
  CreateUpgradeAccountWidgetRequest whole, apart;
  const bool taken = whole.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  std::vector<kyc::Blob> blobs;
  const bool taken_apart = kyc::rpc::ParseApart(InSlices(bytes, piece), kImages, apart, blobs).ok();
  Require(taken == taken_apart, "both take the same");
  if (!taken) return 0;
  const std::string ktp = Joined(blobs[0]), selfie = Joined(blobs[1]);
  if (!ktp.empty()) apart.mutable_images()->mutable_ktp()->set_content(ktp);
  if (!selfie.empty()) apart.mutable_images()->mutable_selfie()->set_content(selfie);
  whole.DiscardUnknownFields();
  apart.DiscardUnknownFields();
  Require(whole.SerializeAsString() == apart.SerializeAsString(), "both make the same of it");
  return 0;
}
