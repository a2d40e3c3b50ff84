// make_image --kind card|selfie --format jpeg|png --bytes 1000000 --seed 7 OUT
#include <fstream>
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "tools/images/picture.h"

namespace {

using kyc::images::PictureSpec;

constexpr char kUsage[] =
    "usage: make_image [--kind card|selfie] [--format jpeg|png] [--bytes N] [--seed N] OUT\n";

// False if the flag or its value is unknown.
bool Apply(const std::string& flag, const std::string& value, PictureSpec& spec) {
  if (flag == "--kind" && value == "card") return spec.kind = PictureSpec::Kind::kCard, true;
  if (flag == "--kind" && value == "selfie") return spec.kind = PictureSpec::Kind::kSelfie, true;
  if (flag == "--format" && value == "jpeg") return spec.format = PictureSpec::Format::kJpeg, true;
  if (flag == "--format" && value == "png") return spec.format = PictureSpec::Format::kPng, true;
  if (flag == "--bytes") return absl::SimpleAtoi(value, &spec.bytes);
  if (flag == "--seed") return absl::SimpleAtoi(value, &spec.seed);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  PictureSpec spec;
  bool valid = argc >= 2 && argc % 2 == 0;
  for (int i = 1; valid && i + 2 < argc; i += 2) valid = Apply(argv[i], argv[i + 1], spec);
  if (!valid) {
    std::cerr << kUsage;
    return 2;
  }
  const absl::StatusOr<std::string> picture = kyc::images::MakePicture(spec);
  if (!picture.ok()) {
    std::cerr << "make_image: " << picture.status().message() << "\n";
    return 2;
  }
  std::ofstream out(argv[argc - 1], std::ios::binary | std::ios::trunc);
  out << *picture << std::flush;
  if (!out) {
    std::cerr << "make_image: cannot write " << argv[argc - 1] << "\n";
    return 1;
  }
}
