#include "tools/readme_check/examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::readme {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string Fault(const char* markdown) {
  return std::string(ReadExamples(markdown).status().message());
}

TEST(Examples, CommandsAreTakenWithTheirReplies) {
  const auto examples = ReadExamples(R"(# Title
<!-- volatile everywhere: cursor -->
```sh
./tools/run
```
```sh
grpcurl -d '{}' \
  host list
```
It answers
```json
{"a": 1}
```

<!-- volatile: eventId, b -->
```sh
curl x
```
```text
ERROR
```
)");
  ASSERT_TRUE(examples.ok()) << examples.status();
  ASSERT_THAT(*examples, SizeIs(2));
  EXPECT_EQ(examples->at(0).line, 7);
  EXPECT_EQ(examples->at(0).command, "grpcurl -d '{}' \\\n  host list\n");
  EXPECT_EQ(examples->at(0).reply, "{\"a\": 1}\n");
  EXPECT_THAT(examples->at(0).volatile_names, ElementsAre("b", "cursor", "eventId"));
  EXPECT_EQ(examples->at(1).reply, "ERROR\n");
  EXPECT_THAT(examples->at(1).volatile_names, ElementsAre("cursor"));
}

TEST(Examples, AReplyOfWhatStaysOpenComesAfterTheNextOne) {
  const auto examples = ReadExamples(R"(<!-- stays open -->
```sh
grpcurl watch
```
```sh
curl x
```
```text
of x
```
```json
{"of": "watch"}
```
<!-- volatile: of -->
)");
  ASSERT_TRUE(examples.ok()) << examples.status();
  ASSERT_THAT(*examples, SizeIs(2));
  EXPECT_TRUE(examples->at(0).stays_open);
  EXPECT_EQ(examples->at(0).reply, "{\"of\": \"watch\"}\n");
  EXPECT_THAT(examples->at(0).volatile_names, ElementsAre("of"));
  EXPECT_FALSE(examples->at(1).stays_open);
  EXPECT_EQ(examples->at(1).reply, "of x\n");
  EXPECT_THAT(examples->at(1).volatile_names, IsEmpty());
}

TEST(Examples, FaultsNameTheirLine) {
  EXPECT_EQ(Fault("```sh\ncurl x\n```\n"), "line 2: a command without its reply");
  EXPECT_EQ(Fault("```sh\ncurl x\n```\n```sh\nls\n```"),
            "line 4: here the command's reply was due, a json or text block");
  EXPECT_EQ(Fault("<!-- stays open -->\n```sh\ncurl x\n```\n```sh\ncurl y\n```\n```text\n```\n"),
            "line 3: a command without its reply");
  EXPECT_EQ(Fault("```sh\ncurl x\n"), "line 1: a block without end");
  EXPECT_EQ(Fault("text\n<!-- volatile: a -->\n"), "line 2: volatile: belongs right after a reply");
}

}  // namespace
}  // namespace kyc::readme
