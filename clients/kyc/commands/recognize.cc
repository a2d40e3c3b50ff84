#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/kyc/commands/batch.h"
#include "clients/kyc/commands/billed.h"
#include "clients/kyc/commands/files.h"
#include "clients/kyc/commands/makers.h"
#include "clients/kyc/json_print.h"

namespace kyc::cli {
namespace {

using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::RecognizeIdResponse;

// So many failures in a row say that the next one will fail, too.
constexpr int kMostInARow = 20;

size_t Columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// The pictures of a run, worked off by several threads. Each member that changes is under mutex_.
class BatchRun {
 public:
  BatchRun(Session& session, kyc_gateway::Gateway& gateway, const Billed& billed, std::string name,
           std::vector<std::string> files, ResultsFile& results)
      : session_(session),
        gateway_(gateway),
        billed_(billed),
        name_(std::move(name)),
        files_(std::move(files)),
        results_(results),
        begun_(absl::Now()) {
    progress_.total = static_cast<int>(files_.size());
  }

  int Work(int threads) {
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i) workers.emplace_back([this] { WorkOff(); });
    for (std::thread& worker : workers) worker.join();
    EraseBar();
    session_.err << "kyc: " << progress_.done << " of " << progress_.total << " done, "
                 << progress_.failed << " failed, " << skipped_ << " were done before\n";
    if (!broken_.ok()) return Fail(session_, broken_);
    if (in_a_row_ >= kMostInARow) {
      session_.err << "kyc: stopped after " << kMostInARow
                   << " failures in a row; the same command goes on where it stopped\n";
    }
    return worst_;
  }

 private:
  void WorkOff() {
    for (size_t next; Take(next);) {
      Result result;
      result.file = files_[next];
      const int exit = Recognize(result);
      const std::lock_guard lock(mutex_);
      Note(result, exit);
    }
  }

  bool Take(size_t& next) {
    const std::lock_guard lock(mutex_);
    if (taken_ == files_.size() || !broken_.ok() || in_a_row_ >= kMostInARow) return false;
    next = taken_++;
    return true;
  }

  // An Exit, or -1 if this picture was done before.
  int Recognize(Result& result) {
    absl::StatusOr<std::string> image = ReadWhole(result.file, session_.in);
    if (!image.ok()) {
      result.json = absl::StrCat("\"error\":{\"message\":\"the file cannot be read\"}");
      result.final = false;
      return kFailed;
    }
    RecognizeIdRequest request;
    request.set_cust_ref_no(absl::StrCat(billed_.reference, StemOf(result.file)));
    request.set_account(billed_.account);
    result.request_id =
        RequestIdOf({"recognize", name_, request.cust_ref_no(), billed_.account, *image});
    if (results_.IsFinal(result.request_id)) return -1;
    request.set_id_image(*std::move(image));
    if (!billed_.no_request_id) request.set_request_id(result.request_id);
    const auto answer = gateway_.RecognizeId(request);
    if (answer.ok()) {
      const auto& types = *google::protobuf::DescriptorPool::generated_pool();
      result.json =
          absl::StrCat("\"response\":", client::PrintJson(*answer, types, {.one_line = true}));
      return kDone;
    }
    const std::string error = ErrorJson(answer.error());
    result.json = std::string(absl::StripSuffix(absl::StripPrefix(error, "{"), "}"));
    const Exit exit = ExitOf(answer.error());
    result.final = exit == kRefused || exit == kNotFound;
    return exit;
  }

  void Note(const Result& result, int exit) {
    ++progress_.done;
    EraseBar();  // A line may be for the same terminal.
    if (exit < 0) {
      ++skipped_;
    } else {
      if (absl::Status kept = results_.Append(ResultLine(result)); !kept.ok()) broken_ = kept;
      progress_.failed += exit == kDone ? 0 : 1;
      in_a_row_ = exit == kDone ? 0 : in_a_row_ + 1;
      worst_ = std::max(worst_, exit);
    }
    progress_.elapsed = absl::Now() - begun_;
    if (session_.lively) session_.err << ProgressText(progress_, Columns()) << std::flush;
  }

  void EraseBar() {
    if (session_.lively) session_.err << "\r\033[K" << std::flush;
  }

  Session& session_;
  kyc_gateway::Gateway& gateway_;
  const Billed& billed_;
  const std::string name_;
  const std::vector<std::string> files_;
  ResultsFile& results_;
  const absl::Time begun_;
  std::mutex mutex_;
  size_t taken_ = 0;
  Progress progress_;
  int skipped_ = 0;
  int in_a_row_ = 0;
  int worst_ = kDone;
  absl::Status broken_;
};

class Recognize final : public Command {
 public:
  void Declare(Options& options) override {
    options.Words("IMAGE", images_, "pictures of an e-KTP, or folders of them", Need::kRequired);
    options.Text("--output", "FILE", output_,
                 "where the lines go; those that are there say what is done");
    options.Number("--parallel", "N", parallel_, 1, 16, "calls at a time; 4");
    options.Text("--run", "NAME", run_,
                 "part of the request ids: with another name all is called, and billed, anew");
    billed_.Declare(
        options, "of one picture; before the names of many. The file's name where it is left out",
        Need::kOptional);
  }

  int Run(Session& session) override {
    auto pictures = PicturesIn(images_);
    if (!pictures.ok()) return Fail(session, pictures.status());
    if (pictures->empty()) return Fail(session, absl::NotFoundError("there is no picture there"));
    if (images_.size() == 1 && images_ == *pictures && output_.empty()) return One(session);
    if (!billed_.request_id.empty()) {
      return Fail(session, absl::InvalidArgumentError("--request-id is for one picture"));
    }
    ResultsFile results(output_, session.out);
    if (const absl::Status opened = results.Open(); !opened.ok()) return Fail(session, opened);
    const auto reached = Reach(session);
    if (!reached.ok()) return Fail(session, reached.status());
    BatchRun run(session, *reached->gateway, billed_, run_, *std::move(pictures), results);
    return run.Work(static_cast<int>(parallel_));
  }

 private:
  int One(Session& session) {
    absl::StatusOr<std::string> image = ReadWhole(images_[0], session.in);
    if (!image.ok()) return Fail(session, image.status());
    RecognizeIdRequest request;
    request.set_cust_ref_no(billed_.reference.empty() ? StemOf(images_[0]) : billed_.reference);
    request.set_id_image(*std::move(image));
    billed_.Apply(request);
    return AskBilled(session, &kyc_gateway::Gateway::RecognizeId, request);
  }

  std::vector<std::string> images_;
  std::string output_, run_;
  int64_t parallel_ = 4;
  Billed billed_;
};

}  // namespace

std::unique_ptr<Command> MakeRecognize() { return std::make_unique<Recognize>(); }

}  // namespace kyc::cli
