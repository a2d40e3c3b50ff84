"""BoringSSL out of Debian's source package, as @boringssl//:crypto."""

_PACKAGE = "android-platform-external-boringssl"
_VERSION = "13.0.0+r24-2"
_TARBALL = _PACKAGE + "_13.0.0+r24.orig.tar.xz"
_SHA256 = "583b7aeee1fca68b8244d086cea6fca23bd19d517bd63f0b9de714e048f92a7d"

def _boringssl_from_debian_impl(ctx):
    fetched = ctx.execute(["bash", ctx.path(ctx.attr.fetch_script), _PACKAGE, _VERSION, _TARBALL, _SHA256])
    if fetched.return_code != 0:
        fail("\n\nBoringSSL could not be had: %s" % (fetched.stderr or fetched.stdout))
    ctx.symlink(ctx.path(ctx.attr.build_file), "BUILD.bazel")

boringssl_from_debian = repository_rule(
    implementation = _boringssl_from_debian_impl,
    attrs = {
        "build_file": attr.label(mandatory = True),
        "fetch_script": attr.label(default = ":boringssl_fetch.sh"),
    },
)
