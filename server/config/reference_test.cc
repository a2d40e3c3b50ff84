// server/configuration.md is what config.proto's comments say.
//
// To update it: KYC_UPDATE_GOLDEN=1 bazel run //server/config:reference_test. Then read every line
// that changed.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace kyc::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr char kGuide[] = "server/configuration.md";

// Broken lines made one, paragraphs kept.
std::string Paragraphs(absl::string_view comment) {
  std::string text = absl::StrReplaceAll(comment, {{"\n\n", "\f"}, {"\n \n", "\f"}, {"|", "\\|"}});
  text = absl::StrReplaceAll(text, {{"\n", " "}, {"\f", "\n\n"}, {"<", "\\<"}});
  std::string joined;
  for (const char c : text) {
    if (c != ' ' || (!joined.empty() && joined.back() != ' ' && joined.back() != '\n')) joined += c;
  }
  return std::string(absl::StripAsciiWhitespace(joined));
}

template <typename Described>
std::string CommentOf(const Described& described) {
  google::protobuf::SourceLocation location;
  EXPECT_TRUE(described.GetSourceLocation(&location)) << described.full_name();
  EXPECT_NE(location.leading_comments, "") << described.full_name() << " says nothing of itself";
  return Paragraphs(location.leading_comments);
}

std::string LinkTo(const std::string& name) {
  return absl::StrCat("[", name, "](#", absl::AsciiStrToLower(name), ")");
}

std::string TypeOf(const FieldDescriptor& field) {
  const std::string many = field.is_repeated() ? "several " : "";
  if (field.enum_type() != nullptr) return many + LinkTo(field.enum_type()->name());
  if (field.message_type() == nullptr) {
    const bool number = field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
                        field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
    return many + (number                                              ? "number"
                   : field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL ? "bool"
                                                                       : "text");
  }
  const bool ours = field.message_type()->file() == field.file();
  return ours ? many + LinkTo(field.message_type()->name()) : many + "duration";
}

// The reference, block after block, each after the first one that may hold it.
class Reference {
 public:
  void Add(const Descriptor& block) {
    if (!told_.insert(block.full_name()).second) return;
    absl::StrAppend(&text_, "\n## ", block.name(), "\n\n", CommentOf(block), "\n\n",
                    "| field | is | |\n|---|---|---|\n");
    for (int i = 0; i < block.field_count(); ++i) AddRow(*block.field(i));
    for (int i = 0; i < block.field_count(); ++i) {
      const FieldDescriptor& field = *block.field(i);
      if (field.enum_type() != nullptr) Add(*field.enum_type());
      const Descriptor* inner = field.message_type();
      if (inner != nullptr && inner->file() == block.file()) Add(*inner);
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  void AddRow(const FieldDescriptor& field) {
    const auto* choice = field.real_containing_oneof();
    if (choice != nullptr && choice->field(0) == &field) {
      absl::StrAppend(&text_, "| | one of the next ", choice->field_count(), " | ",
                      CommentOf(*choice), " |\n");
    }
    absl::StrAppend(&text_, "| `", field.name(), "` | ", TypeOf(field), " | ", CommentOf(field),
                    " |\n");
  }

  void Add(const EnumDescriptor& values) {
    if (!told_.insert(values.full_name()).second) return;
    absl::StrAppend(&text_, "\n## ", values.name(), "\n\n", CommentOf(values), "\n\n",
                    "| value | |\n|---|---|\n");
    for (int i = 0; i < values.value_count(); ++i) {
      absl::StrAppend(&text_, "| `", values.value(i)->name(), "` | ", CommentOf(*values.value(i)),
                      " |\n");
    }
  }

  std::set<std::string> told_;
  std::string text_;
};

// What stands above `syntax`.
std::string IntroductionOf(const google::protobuf::FileDescriptor& file) {
  google::protobuf::SourceLocation location;
  const std::vector<int> syntax = {google::protobuf::FileDescriptorProto::kSyntaxFieldNumber};
  EXPECT_TRUE(file.GetSourceLocation(syntax, &location));
  return Paragraphs(location.leading_comments);
}

std::string Configuration() {
  std::ifstream schema("server/config/schema.pb", std::ios::binary);
  google::protobuf::FileDescriptorSet files;
  if (!files.ParseFromIstream(&schema)) return "";
  google::protobuf::DescriptorPool pool;
  const google::protobuf::FileDescriptor* file = nullptr;
  for (const auto& one : files.file()) file = pool.BuildFile(one);  // The schema after its imports.
  if (file == nullptr) return "";
  Reference reference;
  reference.Add(*file->FindMessageTypeByName("Config"));
  return absl::StrCat(
      "# Every field of the configuration\n\n"
      "<!-- Made of protos/kyc/config/v1/config.proto by //server/config:reference_test. -->\n\n",
      IntroductionOf(*file),
      "\n\nText stands in quotes; a duration is `{ seconds: 30 }`, with `nanos` for parts of a "
      "second; a block is `{ ... }`; what there may be several of is written several times, or as "
      "`[ ... ]`.\n",
      reference.Take());
}

// Whether the guide was written anew instead of compared.
bool Update(const std::string& guide) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (std::getenv("KYC_UPDATE_GOLDEN") == nullptr || workspace == nullptr) return false;
  std::ofstream(absl::StrCat(workspace, "/", kGuide)) << guide;
  return true;
}

TEST(Reference, IsWhatTheCommentsOfTheSchemaSay) {
  const std::string due = Configuration();
  ASSERT_NE(due, "");
  if (Update(due)) GTEST_SKIP() << kGuide << " is written: read what changed.";
  std::ifstream file(kGuide);
  const std::string guide((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(guide, due);
}

}  // namespace
}  // namespace kyc::config
