"""rules_cc for Bazel 4.2.3: its rules are built in. (Debian's bazel-rules-cc needs a newer Bazel.)"""

cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
objc_library = native.objc_library

def cc_flags_supplier(**_kwargs):
    """Named by Bazel's own BUILD files, used by no target of ours."""

def compiler_flag(**_kwargs):
    """Named by Bazel's own BUILD files, used by no target of ours."""
