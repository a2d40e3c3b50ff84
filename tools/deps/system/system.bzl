"""A library that Debian has installed."""

def system_library(name, libs = [], linkopts = [], **kwargs):
    """Links what is used of `libs` (names as after -l) into whatever depends on it."""
    if libs:
        as_needed = ["-l" + lib for lib in libs]
        linkopts = linkopts + ["-Wl,--push-state,--as-needed"] + as_needed + ["-Wl,--pop-state"]
    native.cc_library(
        name = name,
        linkopts = linkopts,
        visibility = ["//visibility:public"],
        **kwargs
    )
