"""End-to-end suites of what holds over every engine of the event log."""

def over_engines_test(name, srcs, deps, size = "medium"):
    """One cc_test for each engine: NAME_over_ENGINE. The cases are compiled once.

    Args:
      name: what is tested.
      srcs: which start their engine by log_engine.h's StartLogEngine.
      deps: without an engine.
      size: as for any test.
    """
    native.cc_library(
        name = name + "_cases",
        testonly = True,
        srcs = srcs,
        alwayslink = True,
        deps = deps,
    )
    for engine in ["sqlite", "postgres"]:
        native.cc_test(
            name = name + "_over_" + engine,
            size = size,
            deps = [
                ":%s_cases" % name,
                "//tests/notifications:%s_engine" % engine,
            ],
        )
