// The program of a fuzz target's test: gives it each seed, then changed copies of them, the same
// ones each time. It knows nothing of coverage; that is libFuzzer's (--config=fuzz).
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kRuns = 20'000;
constexpr std::chrono::seconds kAtMost(20);
constexpr size_t kMaxBytes = 8 << 10;

using Inputs = std::vector<std::string>;

void Give(const std::string& input) {
  // Of exactly its size, so that a sanitizer sees each byte that is read beyond it.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

class Changes {
 public:
  explicit Changes(const Inputs& seeds) : seeds_(seeds) {}

  std::string Next() {
    std::string input = Any();
    for (size_t left = 1 + Below(4); left > 0; --left) Change(input);
    if (input.size() > kMaxBytes) input.resize(kMaxBytes);
    return input;
  }

 private:
  size_t Below(size_t limit) { return random_() % limit; }
  const std::string& Any() { return seeds_[Below(seeds_.size())]; }

  void Change(std::string& input) {
    const size_t at = Below(input.size() + 1);
    const size_t some = Below(input.size() - at + 1);
    switch (Below(6)) {
      case 0:  // A bit.
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
        break;
      case 1:  // A byte, of those at which readers turn as often as not.
        if (at < input.size()) input[at] = kTurns[Below(sizeof(kTurns) - 1)];
        break;
      case 2:
        input.insert(at, 1 + Below(4), kTurns[Below(sizeof(kTurns) - 1)]);
        break;
      case 3:
        input.erase(at, some);
        break;
      case 4:  // A part twice.
        input.insert(at, input.substr(at, some));
        break;
      case 5: {  // The end of another.
        const std::string& other = Any();
        input = input.substr(0, at) + other.substr(Below(other.size() + 1));
        break;
      }
    }
  }

  static constexpr char kTurns[] = "\0\x01\x7f\x80\xff\r\n\t \"\\{}[],:;=-+.09eE/%";

  const Inputs& seeds_;
  std::mt19937 random_{1};
};

}  // namespace

int main(int count, char** paths) {
  Inputs seeds;
  for (int i = 1; i < count; ++i) {
    std::ifstream file(paths[i], std::ios::binary);
    if (!file) return std::fprintf(stderr, "%s cannot be read\n", paths[i]), 1;
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  if (seeds.empty()) return std::fprintf(stderr, "no seeds\n"), 1;
  for (const std::string& seed : seeds) Give(seed);
  Changes changes(seeds);
  const auto end = std::chrono::steady_clock::now() + kAtMost;
  int runs = 0;
  while (runs < kRuns && std::chrono::steady_clock::now() < end) {
    Give(changes.Next());
    ++runs;
  }
  std::printf("%zu seeds, %d changed copies\n", seeds.size(), runs);
  return 0;
}
