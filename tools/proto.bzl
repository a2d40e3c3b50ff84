"""Protos to C++ by Debian's protoc, as plain genrules."""

def _protos(dep):
    """The label of a kyc_proto_library's .proto files."""
    return dep + "_protos"

def _import_root(dep):
    """Where the protos of `dep` are imported from: its package, as a path of the execution root."""
    repository, _, label = dep.rpartition("//")
    package = label.partition(":")[0]
    if not repository and not dep.startswith("//"):
        repository, package = native.repository_name(), native.package_name()
    parts = ["external", repository.lstrip("@")] if repository.lstrip("@") else []
    return "/".join(parts + [package]).strip("/") or "."

def _generate(name, srcs, roots, protos, suffix, flags):
    """Runs protoc over `srcs`; returns the .cc and the .h files."""
    sources = [src[:-len(".proto")] + suffix + ".cc" for src in srcs]
    headers = [src[:-len(".proto")] + suffix + ".h" for src in srcs]
    native.genrule(
        name = name,
        srcs = srcs + protos,
        outs = sources + headers,
        cmd = " ".join(
            ["protoc"] +
            ["-I" + root for root in roots] +
            [flag.format(out = "$(RULEDIR)") for flag in flags] +
            ["$(locations %s)" % src for src in srcs],
        ),
        visibility = ["//visibility:private"],
    )
    return sources, headers

def kyc_proto_library(name, srcs, deps = [], grpc = False, **kwargs):
    """The C++ library of .proto files.

    The calling package is the import root: //protos says srcs = ["a/v1/b.proto"], a proto says import "a/v1/b.proto",
    and C++ says #include "a/v1/b.pb.h".

    Args:
      name: the messages' library. alwayslink, so that every descriptor is there for reflection.
      srcs: .proto files, by path from this package.
      deps: other kyc_proto_libraries whose protos these import. (google/protobuf/*.proto needs none.)
      grpc: also make `<name>_grpc`, with the stubs of "a/v1/b.grpc.pb.h". Apart, so that messages do not drag gRPC in.
      **kwargs: for both libraries, as visibility or testonly.
    """
    native.filegroup(
        name = _protos(name),
        srcs = srcs + [_protos(dep) for dep in deps],
        **kwargs
    )
    roots = {_import_root(dep): None for dep in [":" + name] + deps}.keys()
    protos = [_protos(dep) for dep in deps]

    sources, headers = _generate(name + "_pb", srcs, roots, protos, ".pb", ["--cpp_out={out}"])
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        alwayslink = True,
        copts = ["-w"],
        includes = ["."],
        deps = deps + ["@system//:protobuf"],
        **kwargs
    )
    if not grpc:
        return

    sources, headers = _generate(name + "_grpc_pb", srcs, roots, protos, ".grpc.pb", [
        "--plugin=protoc-gen-grpc=$$(command -v grpc_cpp_plugin)",
        "--grpc_out=generate_mock_code=false:{out}",
    ])
    native.cc_library(
        name = name + "_grpc",
        srcs = sources,
        hdrs = headers,
        copts = ["-w"],
        includes = ["."],
        deps = [":" + name, "@system//:grpcpp"],
        **kwargs
    )
