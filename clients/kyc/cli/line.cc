#include "clients/kyc/cli/line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "clients/kyc/brief_text.h"
#include "clients/kyc/cli/common.h"
#include "clients/kyc/cli/exit.h"
#include "clients/kyc/cli/nearest.h"
#include "tools/version/version.h"

namespace kyc::cli {
namespace {

constexpr char kExits[] =
    "Exit status:\n"
    "  0  done\n"
    "  1  something on this machine failed: a file, the terminal\n"
    "  2  the command line or the settings are wrong; nothing was called\n"
    "  3  refused: the same call again fails again\n"
    "  4  there is no such thing\n"
    "  5  not processed, as the gateway or an upstream is not there, or busy: repeat it later\n"
    "  6  nobody knows whether it was processed, and billed: repeat it with the same request id\n"
    "  64 and the gRPC code of a failed call: list, describe, call and grpcurl\n";

constexpr size_t kColumn = 30;  // Where the help's explanations begin,
constexpr size_t kWidth = 68;   // and how wide they are.

std::string Wrapped(absl::string_view text) {
  std::string wrapped;
  size_t width = 0;
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    const bool fits = width + 1 + word.size() <= kWidth;
    if (!wrapped.empty()) wrapped += fits ? ' ' : '\n';
    width = (fits && !wrapped.empty() ? width + 1 : 0) + word.size();
    wrapped.append(word.data(), word.size());
  }
  return wrapped;
}

// Commands before options.
class HelpText final : public CLI::Formatter {
 public:
  HelpText() {
    column_width(kColumn);
    label("REQUIRED", "(required)");
    label("SUBCOMMAND", "COMMAND");
  }
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    return absl::StrCat(make_description(app), make_usage(app, name), make_positionals(app),
                        make_subcommands(app, mode), make_groups(app, mode), "\n",
                        make_footer(app));
  }
};

// How a command's options become CLI11's.
class AppOptions final : public Options {
 public:
  explicit AppOptions(CLI::App& app) : app_(app) {}

  void Word(const char* name, std::string& into, const char* what, Need need) override {
    app_.add_option(name, into, Wrapped(what))->type_name("")->required(need == Need::kRequired);
  }
  void Words(const char* name, std::vector<std::string>& into, const char* what,
             Need need) override {
    app_.add_option(name, into, Wrapped(what))->type_name("")->required(need == Need::kRequired);
  }
  void Text(const char* flags, const char* value, std::string& into, const char* what,
            Need need) override {
    app_.add_option(flags, into, Wrapped(what))
        ->type_name(value)
        ->required(need == Need::kRequired);
  }
  void Texts(const char* flags, const char* value, std::vector<std::string>& into,
             const char* what) override {
    app_.add_option(flags, into, Wrapped(what))->type_name(value)->allow_extra_args(false);
  }
  void Choice(const char* flags, std::string& into, std::vector<std::string> among,
              const char* what) override {
    const std::string all = absl::StrJoin(among, "|");
    app_.add_option(flags, into, Wrapped(what))
        ->type_name(all)
        ->check([among, all](const std::string& v) {
          return absl::c_linear_search(among, v) ? std::string() : "wants " + all;
        });
  }
  void Number(const char* flags, const char* value, int64_t& into, int64_t least, int64_t most,
              const char* what) override {
    app_.add_option(flags, into, Wrapped(what))
        ->type_name(value)
        ->check([least, most](const std::string& v) {
          int64_t number = 0;
          if (absl::SimpleAtoi(v, &number) && number >= least && number <= most)
            return std::string();
          return absl::StrCat("wants a number from ", least, " to ", most);
        });
  }
  void Switch(const char* flags, bool& into, const char* what) override {
    app_.add_flag(flags, into, Wrapped(what));
  }

 private:
  CLI::App& app_;
};

// The tree of commands, for one line.
class Tree {
 public:
  explicit Tree(absl::Span<const Entry> entries)
      : app_("Calls, follows and operates a KYC Gateway.", "kyc") {
    app_.set_help_flag("-h,--help", "say this");
    app_.set_version_flag("--version", VersionLine("kyc"), "say version and commit");
    app_.fallthrough();
    app_.formatter(std::make_shared<HelpText>());
    AppOptions common(app_);
    DeclareCommon(common, common_);
    app_.footer(absl::StrCat(kExits, "\nExamples: kyc COMMAND --help"));
    for (const Entry& entry : entries) Add(entry);
  }

  CLI::App& app() { return app_; }
  const Common& common() const { return common_; }

  // The innermost word of the line that was parsed.
  CLI::App& Leaf() {
    CLI::App* leaf = &app_;
    while (!leaf->get_subcommands().empty()) leaf = leaf->get_subcommands().front();
    return *leaf;
  }

  std::unique_ptr<Command> Take(CLI::App& leaf) { return std::move(commands_[&leaf]); }

 private:
  void Add(const Entry& entry) {
    const std::vector<std::string> words = absl::StrSplit(entry.words, ' ');
    CLI::App* parent = &app_;
    for (size_t i = 0; i + 1 < words.size(); ++i) parent = parent->get_subcommand(words[i]);
    CLI::App* const app = parent->add_subcommand(words.back(), entry.what);
    app->group(entry.group);
    app->fallthrough();
    if (entry.make == nullptr) return;
    app->footer(absl::StrCat("Example:\n  ", absl::StrReplaceAll(entry.example, {{"\n", "\n  "}}),
                             "\n\nHow the gateway is reached, --json, exit statuses: kyc --help"));
    commands_[app] = entry.make();
    AppOptions options(*app);
    commands_[app]->Declare(options);
  }

  CLI::App app_;
  Common common_;
  std::map<CLI::App*, std::unique_ptr<Command>> commands_;
};

// Go's spelling of options that kyc had before it had others.
std::string Respelled(const std::string& argument) {
  static constexpr const char* kOld[] = {"cacert",        "ca",         "cert",      "cursor-file",
                                         "emit-defaults", "from",       "full",      "help",
                                         "key",           "max-time",   "plaintext", "reference",
                                         "tls",           "token-file", "version"};
  if (!absl::StartsWith(argument, "-") || absl::StartsWith(argument, "--")) return argument;
  const std::string name = argument.substr(1, argument.find('=') - 1);
  return absl::c_linear_search(kOld, name) ? "-" + argument : argument;
}

std::string WordsOf(const CLI::App& leaf) {
  const CLI::App* const parent = leaf.get_parent();
  return parent == nullptr ? "kyc" : absl::StrCat(WordsOf(*parent), " ", leaf.get_name());
}

// The options that may follow, its parents' too.
std::vector<std::string> OptionsOf(const CLI::App& leaf) {
  std::vector<std::string> names;
  for (const CLI::App* app = &leaf; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> CommandsOf(const CLI::App& leaf) {
  std::vector<std::string> names;
  for (const CLI::App* command : leaf.get_subcommands(nullptr))
    names.push_back(command->get_name());
  return names;
}

// What was meant by the first word that nothing is known of; empty where nobody can say.
std::string Meant(const CLI::App& app, const CLI::App& leaf) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (unknown.empty()) return "";
  const std::string word = unknown[0].substr(0, unknown[0].find('='));
  return Nearest(word, absl::StartsWith(word, "-") ? OptionsOf(leaf) : CommandsOf(leaf));
}

Told Wrong(absl::string_view what, const CLI::App& leaf, absl::string_view meant = "") {
  return {kWrongCommand,
          absl::StrCat("kyc: ", client::BriefText(what),
                       meant.empty() ? "" : absl::StrCat("; did you mean ", meant, "?"),
                       "\nTry: ", WordsOf(leaf), " --help\n")};
}

}  // namespace

std::variant<Asked, Told> ReadLine(absl::Span<const Entry> entries,
                                   absl::Span<const std::string> arguments) {
  Tree tree(entries);
  CLI::App& app = tree.app();
  std::vector<std::string> reversed;
  for (const std::string& argument : arguments) reversed.push_back(Respelled(argument));
  absl::c_reverse(reversed);
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return Told{kDone, app.help()};
  } catch (const CLI::CallForVersion&) {
    return Told{kDone, VersionLine("kyc")};
  } catch (const CLI::ParseError& error) {
    return Wrong(error.what(), tree.Leaf(), Meant(app, tree.Leaf()));
  }
  CLI::App& leaf = tree.Leaf();
  std::unique_ptr<Command> command = tree.Take(leaf);
  if (command == nullptr) return Told{kWrongCommand, app.help()};
  absl::StatusOr<Asked> asked = AskedOf(tree.common());
  if (!asked.ok()) return Wrong(asked.status().message(), leaf);
  asked->command = std::move(command);
  return *std::move(asked);
}

}  // namespace kyc::cli
