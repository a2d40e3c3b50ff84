"""The version that every program tells by --version: `local_defines = VERSION_DEFINES`."""

VERSION = "0.1.0"

VERSION_DEFINES = ['KYC_VERSION=\\"%s\\"' % VERSION]
