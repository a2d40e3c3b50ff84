"""Tests of what every engine of the event log promises, and of who lives by that."""

ENGINES = {
    "sqlite": "//server/events/testing:sqlite_engine",
    "postgres": "//server/events/postgres/testing:postgres_engine",
}

def log_contract_test(name, srcs, deps, size = "medium", engines = ENGINES):
    """One cc_test for each engine: NAME_over_ENGINE. The cases are compiled once.

    Args:
      name: what is tested.
      srcs: which open their logs by engine.h's NewEngine, like temporary_log.h.
      deps: without an engine.
      size: as for any test.
      engines: the library that each one is.
    """
    native.cc_library(
        name = name + "_cases",
        testonly = True,
        srcs = srcs,
        alwayslink = True,
        deps = deps + ["//server/events/testing:engine"],
    )
    for engine, library in engines.items():
        native.cc_test(
            name = name + "_over_" + engine,
            size = size,
            deps = [
                ":%s_cases" % name,
                library,
            ],
        )
