"""Tests of tests: a suite must turn red over a deliberate defect."""

def defective_source(name, src, patch, visibility = None):
    """`src` with the deliberate defect `patch`, so that product sources hold none.

    Given to a program as a source it comes before the same file in a library.

    Args:
      name: of the defect; the outcome is the file NAME/the name of `src`.
      src: the product's source.
      patch: as `diff -u` writes it. One that no longer fits ends the build: make it anew.
      visibility: as for any rule.
    """
    native.genrule(
        name = name,
        testonly = True,
        srcs = [src, patch],
        visibility = visibility,
        outs = [name + "/" + src.split(":")[-1].split("/")[-1]],
        cmd = "cp $(location %s) $@ && patch --quiet --fuzz=0 $@ $(location %s)" % (src, patch),
    )

def turns_red_test(name, test, cases, because, args = [], size = "small"):
    """Passes only if `test` fails, at each of `cases`, and says why.

    Args:
      name: ends in `_turns_red` by custom.
      test: a GoogleTest cc_test tagged manual, the same suite as another test but over code with a
        deliberate defect.
      cases: beginnings of names, like "Suite.Case"; each must be among the cases that failed.
      because: what the failure must say: the right reason, not just any.
      args: for the test, like --gtest_filter, so that only what must fail is run.
      size: as for any test.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//tools:turns_red.sh"],
        args = ["$(rootpath %s)" % test] +
               ["--case=" + case for case in cases] +
               ["'--because=%s'" % because, "--"] +
               ["'%s'" % arg for arg in args],
        data = [test],
    )
