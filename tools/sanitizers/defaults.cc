// The sanitizers' options and suppressions. Each sanitizer asks only for its own.
#define SANITIZER_HOOK \
  extern "C" __attribute__((visibility("default"), used, no_sanitize("all"))) const char*

SANITIZER_HOOK __asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1";
}

// What c-ares holds when a program ends with a gRPC channel still connecting.
SANITIZER_HOOK __lsan_default_suppressions() { return "leak:libcares.so\n"; }

SANITIZER_HOOK __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }

SANITIZER_HOOK __tsan_default_options() { return "halt_on_error=0:second_deadlock_stack=1"; }

// Debian's libraries are compiled without ThreadSanitizer, so it does not see them lock. A `race:`
// hides every report with such a frame on either stack: keep our logic testable without gRPC. Two
// of the frames are of headers: a Status is counted down in its library, and a gRPC client reads
// what its library wrote.
SANITIZER_HOOK __tsan_default_suppressions() {
  return "race:libgrpc.so\n"
         "race:libgrpc++\n"
         "race:libgpr.so\n"
         "race:libabsl_\n"
         "race:libprotobuf.so\n"
         "race:libspdlog.so\n"
         "race:absl::debian3::Status::Unref\n"
         "race:grpc::internal::\n"
         "mutex:libabsl_\n"
         "deadlock:libgrpc.so\n";
}
