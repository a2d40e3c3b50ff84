"""Tests of what every engine of the event log promises."""

ENGINES = {
    "sqlite": "//server/events/testing:sqlite_engine",
    "postgres": "//server/events/postgres/testing:postgres_engine",
}

def log_contract_test(name, srcs, deps, size = "medium"):
    """One cc_test for each engine: NAME_over_ENGINE.

    Args:
      name: what is tested.
      srcs: which open their logs by engine.h's NewEngine.
      deps: without an engine.
      size: as for any test.
    """
    for engine, library in ENGINES.items():
        native.cc_test(
            name = name + "_over_" + engine,
            size = size,
            srcs = srcs,
            deps = deps + [
                "//server/events/testing:engine",
                library,
            ],
        )
