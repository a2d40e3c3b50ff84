"""Fuzz targets: what any bytes may do to a reader of ours."""

def fuzz_target(name, srcs, seeds, deps):
    """A function LLVMFuzzerTestOneInput, twice: under libFuzzer, and as a test that needs nothing but g++.

    `NAME` is libFuzzer's program (manual; bazel run --config=fuzz). `NAME_test` gives it its seeds, and so many changed copies of
    them that it takes a few seconds: the same ones each time.

    Args:
      name: ends in `_fuzz` by custom.
      srcs: what holds the function.
      seeds: files, each an input from which fuzzing starts. One that was once a finding stays for ever.
      deps: of the srcs.
    """
    native.cc_library(
        name = name + "_target",
        testonly = True,
        srcs = srcs,
        alwayslink = True,
        deps = deps,
    )
    native.cc_binary(
        name = name,
        testonly = True,
        data = seeds,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [":%s_target" % name],
    )
    native.cc_test(
        name = name + "_test",
        size = "small",
        args = ["$(rootpath %s)" % seed for seed in seeds],
        data = seeds,
        deps = [
            ":%s_target" % name,
            "//tools/fuzz:replay",
        ],
    )
